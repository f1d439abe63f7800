"""Failures that pass through the loader's own files."""

import logging

logging.warning("at init", stack_info=True)


class Awkward:
    def __init__(self, field):
        self.field = field

    def _asdict(self):
        raise KeyboardInterrupt


def log_wrongly():
    logging.warning("%d", "x")


def raised(event, context):
    log_wrongly()


def logged(event, context):
    try:
        log_wrongly()
    except TypeError:
        logging.exception("caught")


def chained(event, context):
    try:
        log_wrongly()
    except TypeError as error:
        raise BaseException("from it") from error


def grouped(event, context):
    try:
        log_wrongly()
    except TypeError as error:
        raise BaseExceptionGroup("with it", [error, KeyboardInterrupt()])  # noqa: F821  a name of Python 3.11 and later


def unsayable(event, context):
    return Awkward(event)
