"""What a long run is made of."""

import sys


def after(event, context):
    return event + 1


def echo(event, context):
    return event


def fail(event, context):
    raise ValueError(event)


def leave(event, context):
    sys.exit(event)


def log(event, context):
    for line in range(event):
        print("printed", line)
        context.log(f"logged {line}\n")
    return event


def large(event, context):
    return "x" * event


def length(event, context):
    return len(event)
