"""Beside files with names of the standard library."""

import importlib


def handler(event, context):
    return "ok"


def marks(event, context):
    """Which of the modules named in the event are the package's."""
    return [name for name in event if hasattr(importlib.import_module(name), "MARK")]
