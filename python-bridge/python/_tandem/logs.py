"""Standard streams and logging on their way to the host's log (L-01 to L-19)."""

import io
import json
import logging
import sys
import time

from . import native, traces

_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_STANDARD_LEVELS = {
    logging.DEBUG: native.DEBUG,
    logging.INFO: native.INFO,
    logging.WARNING: native.WARN,
    logging.ERROR: native.ERROR,
    logging.CRITICAL: native.FATAL,
}
#: What a record has before ``extra=`` adds to it.
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) - {"taskName"} | {
    "aws_request_id",
    "tenant_id",
    "message",
    "asctime",
}


#: Standard output as it was before any user code.
_stdout = None


def install():
    """Replace the standard streams and give the root logger its one handler, before any user code (L-01)."""
    global _stdout
    sys.stdout = sys.__stdout__ = _stdout = _stream("<stdout>", 1, "strict")
    sys.stderr = sys.__stderr__ = _stream("<stderr>", 2, "backslashreplace")
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(LogSink())
    handler.addFilter(_InvocationFilter())
    logging.getLogger().addHandler(handler)


def configure(level):
    """Set the root level from AWS_LAMBDA_LOG_LEVEL; unknown names leave it alone (L-04, L-07)."""
    name = "DEBUG" if level == "TRACE" else level.upper()
    if logging.getLevelName(name) != "Level " + name:
        logging.getLogger().setLevel(name)


def _stream(name, descriptor, errors):
    raw = _RawLog(name, descriptor)
    text = io.TextIOWrapper(raw, encoding="utf-8", errors=errors, newline="\n", write_through=True)
    text.mode = "w"
    return Unbuffered(text, errors)


class Unbuffered(native.LogStream):
    """A standard stream (L-14): what ``native.LogStream`` writes at once, with attributes of the user's own beside."""

    def __init__(self, stream, errors):
        super().__init__(stream, errors == "strict")
        self.stream = stream

    def reconfigure(self, **options):
        """As the text stream's; from then on it is what encodes."""
        self.stream.reconfigure(**options)
        self.write, self.writelines = self._write, self._write_lines

    def _write(self, text):
        written = self.stream.write(text)
        self.stream.flush()
        return written

    def _write_lines(self, lines):
        self.stream.writelines(lines)
        self.stream.flush()


class _RawLog(io.RawIOBase):
    """The binary side of a standard stream: ``sys.stdout.buffer``."""

    mode = "wb"

    def __init__(self, name, descriptor):
        self.name = name
        self._descriptor = descriptor

    @property
    def raw(self):
        return self

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, data):
        data = memoryview(data).tobytes()
        native.write(data)
        return len(data)


class LogSink:
    """Where formatted records go: to what standard output is just now (L-01)."""

    def log(self, msg, level=native.UNSET, as_json=False):
        if sys.stdout is _stdout and "write" not in _stdout.__dict__:
            native.log(msg, level, as_json, True)  # L-13: what standard output would refuse
        else:
            sys.stdout.write(msg)


def log_error(text, as_json):
    """Log a failure of user code (L-16, L-19). It is not lost where the user's own standard output cannot take it."""
    if _stdout is not None and (sys.stdout is not _stdout or "write" in _stdout.__dict__):
        try:
            sys.stdout.write(text)
            return
        except Exception:  # as it may be closed, None, or anything
            pass
    native.log(text, native.ERROR, as_json)


class LambdaLoggerHandler(logging.Handler):
    """The root logger's handler. Errors while formatting reach the caller (L-13)."""

    def __init__(self, log_sink):
        self._text = _TextFormatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
        )
        self._json = _JsonFormatter(datefmt=_DATE_FORMAT)
        super().__init__()
        self._users = ()
        self.log_sink = log_sink

    @property
    def formatter(self):
        """The one that user code has set, or else that of the current function's log format (L-02, L-09)."""
        if self._users:
            return self._users[0]
        return self._json if native.log_as_json() else self._text

    @formatter.setter
    def formatter(self, formatter):
        self._users = () if formatter is self._text or formatter is self._json else (formatter,)

    def format(self, record):
        formatter = self.formatter
        return formatter.format(record) if formatter else super().format(record)

    def emit(self, record):
        text = self.format(record)
        self.log_sink.log(text, _STANDARD_LEVELS.get(_rounded(record.levelno), native.UNSET), native.log_as_json())


class _InvocationFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id, record.tenant_id = native.invocation()
        return True


def _rounded(level):
    return min(50, max(0, level)) // 10 * 10


class _TextFormatter(logging.Formatter):
    def format(self, record):
        text = super().format(record)
        return text if text.endswith("\n") else text + "\n"

    def formatException(self, ei):
        return traces.text(ei[1], ei[2]).rstrip("\n")

    def formatStack(self, stack_info):
        return traces.of_stack(stack_info)


class _JsonFormatter(logging.Formatter):
    _encode = json.JSONEncoder(ensure_ascii=False).encode
    _encode_mapping = json.JSONEncoder(ensure_ascii=False, default=str).encode

    def format(self, record):
        record.levelno = _rounded(record.levelno)  # L-12
        record.levelname = logging.getLevelName(record.levelno)
        error = record.exc_info if record.exc_info and record.exc_info[0] else None
        is_mapping = isinstance(record.msg, dict) and not record.args
        result = {
            "timestamp": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "message": record.msg if is_mapping else record.getMessage(),
            "logger": record.name,
            "stackTrace": traces.frames(error[2]).format() if error else None,
            "errorType": error[0].__name__ if error else None,
            "errorMessage": str(error[1]) if error else None,
            "requestId": getattr(record, "aws_request_id", None),
            "location": "{0.pathname}:{0.funcName}:{0.lineno}".format(record) if error else None,
            "tenantId": getattr(record, "tenant_id", None),
        }
        for name, value in vars(record).items():
            if name not in _OWN_FIELDS and name not in result:
                result[name] = value
        encoders = {"message": self._encode_mapping} if is_mapping else {}
        members = (
            encoders.get(name, self._encode)({name: value})[1:-1] for name, value in result.items() if value is not None
        )
        return "{" + ", ".join(members) + "}\n"
