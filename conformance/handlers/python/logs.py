"""Handlers that log; the event says what."""

import logging
import sys

logger = logging.getLogger("mine")
logging.warning("while it is imported")


def basic_config():
    logging.basicConfig(format="NOT THIS %(message)s", level=logging.DEBUG)
    logging.info("too low")
    logging.warning("as before")


def with_exception():
    try:
        raise ValueError("v")
    except ValueError:
        logging.exception("it failed")


def to_error_stream():
    print("on standard error", file=sys.stderr)


def attributes():
    class Keep(logging.Handler):
        def emit(self, record):
            print("kept", record.aws_request_id, record.tenant_id)

    keep = Keep()
    logger.addHandler(keep)
    # The root's handler has set them by the time at which a filter of a later handler sees them.
    logging.getLogger().addHandler(keep)
    logger.removeHandler(keep)
    logger.warning("with attributes")
    logging.getLogger().removeHandler(keep)


LINES = {
    "warning": lambda: logging.warning("careful %s", "now"),
    "info": lambda: logging.info("quiet"),
    "debug": lambda: logging.debug("quietest"),
    "named": lambda: logger.error("of mine"),
    "print": lambda: print("printed ä"),
    "standard error": to_error_stream,
    "basicConfig": basic_config,
    "handlers": lambda: print("handlers:", len(logging.getLogger().handlers)),
    "level": lambda: print("level:", logging.getLevelName(logging.getLogger().level)),
    "exception": with_exception,
    "custom level": lambda: logging.log(37, "between"),
    "bad argument": lambda: logging.warning("%d", "x"),
    "extra": lambda: logging.warning("with extra", extra={"order": 5, "name ä": "ü"}),
    "attributes": attributes,
}


def log(event, context):
    LINES[event]()


def fail(event, context):
    raise ValueError("logged")
