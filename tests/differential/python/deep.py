"""Values whose nesting comes near the recursion limit, or near one that a handler has set."""

import sys

_LIMIT = 1000


def _nested(depth, kind):
    value = 1
    for _ in range(depth):
        value = {"k": value} if kind == "maps" else (value,) if kind == "tuples" else [value]
    return value


def echo(event, context):
    return event


def depth(event, context):
    found = 0
    while event:
        event = next(iter(event.values() if isinstance(event, dict) else event), None) if event != 1 else None
        found += 1
    return found


# The same for other events, as each handler meets few.
echo_of_maps = echo
depth_of_maps = depth


def lists(event, context):
    return _nested(event, "lists")


def maps(event, context):
    return _nested(event, "maps")


def tuples(event, context):
    return _nested(event, "tuples")


def below_a_limit(event, context):
    """The limit stays for what comes after, which is the writing of the result and the reading of the next event."""
    sys.setrecursionlimit(event["limit"])
    return _nested(event["depth"], "lists")


def back_to_normal(event, context):
    sys.setrecursionlimit(_LIMIT)
    return event
