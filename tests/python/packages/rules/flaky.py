"""Fails at its first import, and works at the second (H-PY-36).

What tells them apart is a variable of the process, or, where TANDEM_TEST_FLAKY_FILE names one, a file that outlives it.
"""

import os

import flaky_part


def is_first():
    file = os.environ.get("TANDEM_TEST_FLAKY_FILE")
    if file is None:
        seen = "TANDEM_TEST_FLAKY" in os.environ
        os.environ["TANDEM_TEST_FLAKY"] = "1"
        return not seen
    try:
        open(file, "x").close()
    except FileExistsError:
        return False
    return True


if is_first():
    raise RuntimeError("first time")


def fn(event, context):
    return flaky_part.token is not None and len(flaky_part.runs)
