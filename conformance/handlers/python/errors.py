"""Handlers that fail; the event says how."""


class MyError(Exception):
    pass


class OwnText(Exception):
    def __str__(self):
        return "by its own str"


class Outer:
    class Inner(ValueError):
        pass


def caused():
    try:
        raise KeyError("first")
    except KeyError as e:
        raise ValueError("second") from e


def endless():
    return endless()


def by(error):
    def failing():
        raise error

    return failing


FAILURES = {
    "mine": by(MyError("mine")),
    "inner": by(Outer.Inner("inner")),
    "no message": by(MyError()),
    "several": by(MyError(1, "two", None)),
    "own text": by(OwnText()),
    "key": lambda: {}["k"],
    "beyond ASCII": by(ValueError("ä € \U0001f600")),
    "lines": by(ValueError("one\ntwo")),
    "memory": by(MemoryError()),
    "stop": by(StopIteration("stopped")),
    "caused": caused,
    "endless": endless,
}


def fail(event, context):
    FAILURES[event]()


def deeper(event):
    raise ValueError(event)


def traced(event, context):
    deeper(event)


def like_an_error(event, context):
    return {"errorMessage": "x", "errorType": "y"}
