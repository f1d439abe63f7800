"""What handlers print and log."""

import contextlib
import contextvars
import io
import logging
import subprocess
import sys
import threading
import weakref

print("during init")
logging.warning("warned during init")
logging.basicConfig(level=logging.DEBUG)


def prints(event, context):
    print("one")
    print("two", file=sys.stderr)
    print("a", "b", sep="-", end="")
    print("", flush=True)
    sys.stdout.writelines(["x\n", "y\n"])
    sys.stdout.buffer.write(b"bytes\n")
    print("é ✓")
    print("unfinished", end="")


def records(event, context):
    logger = logging.getLogger("some.logger")
    logging.warning("warned %s", "é")
    logger.info("silent")
    logger.error("failed")
    logging.log(37, "odd level")
    try:
        raise ValueError("inner")
    except ValueError:
        logging.exception("caught")
    logging.critical("with extra", extra={"color": "red", 7: "seven"})
    return len(logging.getLogger().handlers)


def debug(event, context):
    logging.debug("detail")
    logging.info("information")
    return logging.getLogger().level


def bad_arguments(event, context):
    logging.warning("%d", "x")


def bad_extra(event, context):
    logging.warning("x", extra={"value": {1}})


def fails(event, context):
    raise ValueError("bad\nnews")


def from_thread(event, context):
    thread = threading.Thread(target=print, args=("from a thread",))
    thread.start()
    thread.join()
    copied = contextvars.copy_context()
    other = threading.Thread(target=lambda: copied.run(print, "with a context"))
    other.start()
    other.join()


def surrogate(event, context):
    print("\ud800", file=sys.stderr)
    print("\ud800")


def attributes(event, context):
    return [sys.stdout.fileno(), sys.stderr.fileno(), sys.stdout.isatty(), sys.stdout.name, sys.stdout.writable()]


def child(event, context):
    return (
        subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, check=True).stdout.decode().strip()
    )


def both_streams(event, context):
    sys.stdout.write("a")
    sys.stderr.write("b")
    print("c", end="")
    print("d", end="", file=sys.stderr)
    print("e\n", end="")
    sys.stdout.buffer.write(b"f")
    logging.warning("g")
    print("h", end="")
    sys.stdout.flush()
    sys.stderr.writelines(["i"])


def chorus(event, context):
    voices, times = event

    def sing(voice):
        for _ in range(times):
            print(voice, "of", voices)

    threads = [threading.Thread(target=sing, args=(voice,)) for voice in range(voices)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def replaced(event, context):
    sys.stdout = wrapper = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    print("wrapped")
    wrapper.detach()
    sys.stdout = sys.__stdout__
    print("restored")
    sys.stderr = None
    sys.stderr = sys.__stderr__
    print("restored, too", file=sys.stderr)


def unfinished_stream(event, context):
    """What a stream says that ``__init__`` has not seen."""
    stream = type(sys.stdout).__new__(type(sys.stdout))
    errors = []
    for use in (lambda: stream.write("x"), lambda: stream.writelines(["x"]), lambda: print("x", file=stream)):
        try:
            use()
        except ValueError as error:
            errors.append(str(error))
    return [errors, hasattr(stream, "buffer"), stream.flush()]


def every_level(event, context):
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logging.log(level, event)
    print(event)


def formatters(event, context):
    """What the root handler's formatter is asked for, and one around it, as libraries that redact put there."""
    handler = logging.getLogger().handlers[0]
    original = handler.formatter
    fields = {"levelname": "INFO", "levelno": logging.INFO, "name": "n", "msg": "m", "created": 0, "msecs": 0}
    record = logging.makeLogRecord(fields)
    handler.filter(record)

    class Redacting(logging.Formatter):
        def format(self, record):
            return original.format(record).replace("secret", "***")

    try:
        handler.setFormatter(Redacting())
        logging.warning("my secret")
        handler.setFormatter(None)
        bare = handler.format(record)
    finally:
        handler.setFormatter(original)
    logging.warning("plain secret")
    return [original._fmt, original.formatTime(record, original.datefmt), handler.format(record), bare]


def redirected(event, context):
    """What of the log a stream in place of standard output gets; the event says whether it fails then."""
    kept, first = io.StringIO(), sys.stdout
    with contextlib.redirect_stdout(kept):
        logging.warning("redirected")
        context.log("said")
        print("printed")
    logging.warning("not redirected")
    sys.stdout = io.StringIO() if event == "lost" else first
    if event == "closed":
        sys.stdout = io.StringIO()
        sys.stdout.close()
    if event != "kept":
        restored.append(first)
        raise ValueError("of " + event)
    return kept.getvalue().partition("Z")[2]


restored = []


def redirected_or_restored(event, context):
    if event != "restore":
        return redirected(event, context)
    sys.stdout, lost = restored.pop(), sys.stdout
    return None if lost.closed else lost.getvalue().partition("\r")[0]


def open_stream(event, context):
    """Standard output with attributes of the user's, and with another encoding, until the end of the invocation."""
    stream = sys.stdout
    shouted = []
    stream.write = lambda text: shouted.append(text.upper())
    try:
        print("shouted")
        logging.warning("logged")
    finally:
        del stream.write
    stream.attribute = weakref.ref(stream)
    same = stream.attribute() is stream
    del stream.attribute
    print("written")
    stream.reconfigure(errors="replace")
    try:
        print("replaced \ud800")
        stream.writelines(["lines\n"])
        logging.warning("\ud800")
    finally:
        stream.reconfigure(errors="strict")
        del stream.write, stream.writelines
    logged = shouted[2].partition("Z")[2]
    return [shouted[:2], logged, same, stream.buffer.raw.name, stream.errors, type(stream).__name__]


def logged_surrogate(event, context):
    if event == "said":
        context.log("\ud800")
    else:
        logging.warning("\ud800")


def without_an_error(event, context):
    logging.error("none", exc_info=True)
    logging.error("told", exc_info=(ValueError, None, None))


def mapping(event, context):
    logging.warning({"order": 7, "items": ["é"], "gone": None, "set": {1}})
    logging.warning({"name": "%s"}, {"an": "argument"})
    logging.warning("%(name)s", {"name": "by name"})


def levels_beyond(event, context):
    (handler,) = logging.getLogger().handlers
    for level in event:
        handler.handle(logging.makeLogRecord({"msg": "x", "levelno": level, "levelname": logging.getLevelName(level)}))
