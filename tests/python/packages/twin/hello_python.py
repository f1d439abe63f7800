import shared_name


def my_handler(event, context):
    return ["twin", shared_name.NAME]


def trace(event, context):
    import os

    return os.environ.get("_X_AMZN_TRACE_ID")


def lazy(event, context):
    import lazily

    return lazily.NAME


def lazy_at_once(event, context):
    """Imports a module that waits, while it is imported, until the other package does so, too."""
    global meeting_place
    meeting_place = event
    import lazily_at_once

    return lazily_at_once.NAME


def numpy_user(event, context):
    import numpy

    return numpy.__name__
