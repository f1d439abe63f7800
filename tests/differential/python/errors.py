"""Handlers that fail."""

import collections
import decimal
import functools
import json
import os
import re
import signal
import sys
import threading


class Mine(Exception):
    pass


class Renamed(Exception):
    def __str__(self):
        return "by its own str"


class Hostile(Exception):
    def __str__(self):
        raise ValueError("no text")


class Loud(BaseException):
    pass


class Outer:
    class Inner(ValueError):
        pass


def one_argument(event):
    return event


def no_argument():
    return 1


def three_arguments(event, context, third):
    return 1


def keyword_only(event, context, *, needed):
    return 1


def mine(event, context):
    raise Mine("mine", event)


def no_message(event, context):
    raise Mine


def several(event, context):
    raise Mine(1, "two", None)


def renamed(event, context):
    raise Renamed


def inner(event, context):
    raise Outer.Inner("inner")


def unicode(event, context):
    raise ValueError('ä € \U0001f600 \u2028 \x7f \x00 "quoted" back\\slash')


def newlines(event, context):
    raise ValueError("one\ntwo\r\n\tthree\n")


def long_message(event, context):
    raise ValueError("x" * 20000)


def surrogate(event, context):
    raise ValueError("lone \ud800 surrogate")


def hostile(event, context):
    raise Hostile


def key(event, context):
    return {"a": 1}["b"]


def tuple_key(event, context):
    return {}[(1, "x")]


def index(event, context):
    return [][3]


def attribute(event, context):
    return context.no_such_attribute


def module_attribute(event, context):
    return json.no_such_function


def name(event, context):
    return no_such_name


def unbound(event, context):
    if context is None:
        bound = 1
    return bound


def zero(event, context):
    return 1 / 0


def overflow(event, context):
    return 10.0**400


def unpack(event, context):
    a, b = [1, 2, 3]
    return a, b


def operand(event, context):
    return "a" + 1


def conversion(event, context):
    return int("twelve")


def decode(event, context):
    return b"\xff\xfe".decode("utf-8")


def encode(event, context):
    return "\ud800".encode("utf-8")


def missing_file(event, context):
    with open("/no/such/file") as file:
        return file.read()


def missing_module(event, context):
    import no_such_module


def missing_name(event, context):
    from json import no_such_name


def bad_json(event, context):
    return json.loads("{bad")


def bad_pattern(event, context):
    return re.compile("(")


def bad_decimal(event, context):
    return decimal.Decimal("x")


def stop(event, context):
    raise StopIteration(5)


def stop_in_generator(event, context):
    def generate():
        yield 1
        raise StopIteration

    return list(generate())


def asserted(event, context):
    assert event == "never", "not never"


def nested_calls(event, context):
    return _level_one(event)


def _level_one(event):
    return _level_two([event])


def _level_two(events):
    return [_level_three(event) for event in events]


def _level_three(event):
    raise LookupError(
        # a statement of several lines
        "over several lines"
    )


def chained(event, context):
    try:
        _level_three(event)
    except LookupError as error:
        raise RuntimeError("chained") from error


def implicit(event, context):
    try:
        _level_three(event)
    except LookupError:
        raise RuntimeError("implicit")


def hidden(event, context):
    try:
        _level_three(event)
    except LookupError:
        raise RuntimeError("hidden") from None


def again(event, context):
    try:
        _level_three(event)
    except LookupError as error:
        raise error


def saved(event, context):
    if _saved is None:
        _save()
    raise _saved


_saved = None


def _save():
    global _saved
    try:
        raise Mine("saved")
    except Mine as error:
        _saved = error.with_traceback(None)


def in_lambda(event, context):
    return (lambda: 1 / 0)()


def in_callback(event, context):
    return sorted([3, 1], key=lambda item: item.missing)


def in_map(event, context):
    return list(map(int, ["1", "x"]))


def in_property(event, context):
    class WithProperty:
        @property
        def value(self):
            return self.no_such

    return WithProperty().value


def in_init(event, context):
    class Made:
        def __init__(self):
            raise ValueError("not made")

    return Made()


def in_reduce(event, context):
    return functools.reduce(lambda a, b: a + b, [1, "a"])


def in_class_body(event, context):
    class Body:
        value = 1 / 0

    return Body


def in_exec(event, context):
    exec("def f():\n    raise ValueError('executed')\nf()")


def in_named_exec(event, context):
    exec(compile("raise ValueError('compiled')", "made/up.py", "exec"))


def bad_exec(event, context):
    exec("def broken(:\n  pass")


def in_context_manager(event, context):
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, *details):
            raise RuntimeError("from exit")

    with Manager():
        raise ValueError("from body")


def in_finally(event, context):
    try:
        return 1
    finally:
        raise ValueError("from finally")


def in_thread(event, context):
    found = []

    def work():
        try:
            _level_three(event)
        except LookupError as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise found[0]


def noted(event, context):
    error = ValueError("noted")
    if hasattr(error, "add_note"):
        error.add_note("a note")
    raise error


def group(event, context):
    if sys.version_info < (3, 11):
        raise ValueError("no groups")
    raise ExceptionGroup("eg", [ValueError("one"), Mine("two")])


def recursion(event, context):
    return recursion(event, context)


def mutual_recursion(event, context):
    return _there(event, context)


def _there(event, context):
    return mutual_recursion(event, context)


def recursion_in_repr(event, context):
    class Own:
        def __repr__(self):
            return repr(self)

    return repr(Own())


def memory(event, context):
    return "x" * (sys.maxsize - 64)


def not_an_exception(event, context):
    raise "text"


def warning(event, context):
    raise UserWarning("a warning")


def system_error(event, context):
    raise SystemError("as the interpreter's own")


def os_error(event, context):
    raise OSError(2, "No such thing", "name")


def named_tuple(event, context):
    return collections.namedtuple("P", "x y")(1)


def deleted(event, context):
    value = 1
    del value
    return value


def leave(event, context):
    sys.exit(4)


def leave_at_peace(event, context):
    sys.exit()


def leave_with_text(event, context):
    sys.exit("a reason")


def leave_with_true(event, context):
    raise SystemExit(True)


def interrupt(event, context):
    raise KeyboardInterrupt


def loud(event, context):
    raise Loud("loud")


def generator_exit(event, context):
    raise GeneratorExit


def leave_abruptly(event, context):
    os._exit(5)


def killed(event, context):
    os.kill(os.getpid(), signal.SIGKILL)


def aborted(event, context):
    os.abort()
