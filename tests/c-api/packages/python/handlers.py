"""What the cases of the C API and of the bindings invoke."""

import threading
import time

BARRIER = threading.Barrier(16)


def greet(event, _context):
    print(f"greeting {event['name']}")
    return "Hello " + event["name"] + " from Python"


def echo(event, _context):
    return event


def fail(event, _context):
    raise KeyError(event["name"])


def meet(_event, _context):
    """Returns when sixteen are in here."""
    BARRIER.wait()
    return "met"


def stream(_event, _context):
    yield from ("one ", "two ", "three")


def wait_forever(_event, _context):
    print("waiting")
    while True:
        time.sleep(0.001)
