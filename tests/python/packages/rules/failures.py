"""Handlers that fail."""

import os
import sys


class MyError(Exception):
    def __str__(self):
        return "custom text"


class BadText(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def key_error(event, context):
    return {}["k"]


def value_error(event, context):
    raise ValueError(*event)


def nested(event, context):
    inner()


def inner():
    try:
        raise KeyError("cause")
    except KeyError as error:
        raise MyError() from error


def bad_text(event, context):
    raise BadText()


def recursion(event, context):
    return recursion(event, context)


def group(event, context):
    raise ExceptionGroup("eg", [ValueError("x")])  # noqa: F821  a name of Python 3.11 and later


def text(event, context):
    raise ValueError(event)


def surrogate(event, context):
    raise ValueError("\ud800")


def exit_with(event, context):
    sys.exit(event)


def interrupt(event, context):
    raise KeyboardInterrupt()


def base_exception(event, context):
    raise BaseException("bare")


def memory(event, context):
    raise MemoryError()


def mutate(event, context):
    state.append(event)
    if event == "fail":
        raise ValueError(event)
    return state


def exit_in_child(event, context):
    child = os.fork()
    if child == 0:
        if event == "interrupt":
            raise KeyboardInterrupt()
        sys.exit(event)
    ended = os.waitpid(child, 0)[1]
    return -os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else os.WEXITSTATUS(ended)


def nameless(event, context):
    raise type("", (Exception,), {})(*event)


state = []


class ForeignClass(Exception):
    @property
    def __class__(self):
        raise ValueError

    @property
    def __traceback__(self):
        raise ValueError


class ExitingText(Exception):
    def __str__(self):
        sys.exit(9)


class InterruptedText(Exception):
    def __str__(self):
        raise KeyboardInterrupt


class NamelessMeta(type):
    @property
    def __name__(cls):
        raise LookupError("no name")


class Nameless(Exception, metaclass=NamelessMeta):
    pass


class NumberedMeta(type):
    __name__ = 7


class Numbered(Exception, metaclass=NumberedMeta):
    pass


def hostile(event, context):
    raise globals()[event]("x")
