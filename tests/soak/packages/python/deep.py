"""Handlers without an end, and values without a bottom."""

import sys


def recurse(event, context):
    return recurse(event + 1, context) + 1


def recurse_through_c(event, context):
    """Takes the C stack as well."""
    return next(map(recurse_through_c, [event + 1], [context]))


def raise_limit(event, context):
    sys.setrecursionlimit(event)
    return event


def after(event, context):
    return event + 1


def depth(event, context):
    levels = 1
    while event:
        event = event[0]
        levels += 1
    return levels


def nest(event, context):
    nested = []
    for _ in range(event - 1):
        nested = [nested]
    return nested
