"""What a failure looks like to the invoker and in the log."""

import atexit
import os
import sys
import time
import traceback

from . import hints, isolation, logs, native, traces, wire
from .faults import Exit, Fault

NO_BREAK_SPACE = "\u00a0"


class Cancelled(BaseException):
    """Raised inside a handler that the host asked to yield."""


def report(error, request_id, escaped, as_json):
    """Describe and log a failure of user code.

    Returns ``(exit_status, type, message, body, stack_trace)``; ``exit_status`` is None unless the failure ends the process.
    Does not return in a process that user code has forked and now ends: its parent answers.
    """
    try:
        kind, message, trace = _describe(error)
        result = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}
        body = _encode(result, escaped)
        if not _is(error, Cancelled):  # no failure of the code's: whoever has asked for it says why
            logs.log_error(_log_text(result, escaped, as_json), as_json)
    except BaseException as end:  # it may be of what the exception's own class runs (E-13)
        status = end.status if _is(end, Exit) else _safely(exit_status, end)
        if _is_forked:
            _end_process(status)
        if owns_process:
            _safely(_call_exit_functions, None)
        return status, "", "", b"", []
    hint = hints.of_failure(error)
    if hint is not None:
        native.hint(hint)
    return None, kind, message, body, trace


def exit_status(error):
    """The status that a process gets which this exception ends; writes what Python writes then."""
    if _is(error, SystemExit):
        code = error.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 0xFF
        sys.stderr.write(str(code) + "\n")
        return 1
    if _is(error, KeyboardInterrupt):
        _print(error)
        return -2  # SIGINT
    _print(error)
    return 1


#: Whether the process is the function's, and ends with an exit.
owns_process = False


def _call_exit_functions(_):
    """Call what ``atexit`` has, as the interpreter's own program does at its end (E-43)."""
    atexit._run_exitfuncs()


_is_forked = False


def _note_fork():
    global _is_forked
    _is_forked = True


os.register_at_fork(after_in_child=_note_fork)


def forget_fork():
    """Note that the fork is no child of user code's, but a worker."""
    global _is_forked
    _is_forked = False


def _end_process(status):
    """End as the interpreter's own program does, save for what ``atexit`` would run: that is the parent's."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # as it may be closed, or anything
            pass
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status if status >= 0 else 128 - status)


def _is(error, kind):
    """As isinstance, without asking the exception's own class."""
    return issubclass(type(error), kind)


_trace_of = BaseException.__traceback__.__get__


def _describe(error):
    if _is(error, Fault):
        return error.kind, error.message, error.trace
    if _is(error, Exit):
        _print(error.__cause__ or error)
        raise error
    if _is(error, Cancelled):
        return "Runtime.Cancelled", "The invocation was cancelled", []
    if not _is(error, Exception):
        raise Exit(_safely(exit_status, error))
    kind, message = type(error).__name__, isolation.refusal(error) or str(error)
    if not isinstance(kind, str):
        raise TypeError("the name of an exception's class is text, not {}".format(repr(kind)))
    return kind, message, _format(_trace_of(error))


def _safely(function, error):
    try:
        return function(error)
    except BaseException as failure:
        _print(failure)
        return 1


def _print(error):
    try:
        text = traces.text(error, _trace_of(error))
    except Exception:  # of the exception's own class
        text = object.__repr__(error) + "\n"
    try:
        sys.stderr.write(text)
    except Exception:  # as it is the user's own, or closed
        native.log(text, native.ERROR, False)


def _format(trace):
    return traceback.format_list([(f.filename, f.lineno, f.name, f.line) for f in traces.frames(trace)])


def _encode(result, escaped):
    text = wire.dumps(result, escaped)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate in a message
        return wire.dumps(result, True).encode("utf-8")


def _log_text(result, escaped, as_json):
    if as_json:  # L-19
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return wire.dumps({"timestamp": now, "log_level": "ERROR", **result}, escaped) + "\n"
    head = "[ERROR]"  # L-16, L-17
    if result["errorType"]:
        head += " " + result["errorType"]
    if result["errorMessage"]:
        head += (": " if result["errorType"] else " ") + result["errorMessage"]
    lines = [head, "Traceback (most recent call last):"]
    for entry in result["stackTrace"]:
        for line in entry.splitlines() or [""]:
            text = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(text)) + text)
    return "\r".join(lines) + "\n"
