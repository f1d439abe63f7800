"""The user's own, of another version."""

__version__ = "0.1"


def dumps(value):
    return "mine"
