"""Fails at its first import in a process, and works at the second (H-PY-36)."""

import os

import flaky_part

if "TANDEM_TEST_FLAKY" not in os.environ:
    os.environ["TANDEM_TEST_FLAKY"] = "1"
    raise RuntimeError("first time")


def fn(event, context):
    return flaky_part.token is not None and len(flaky_part.runs)
