import shared_name


def my_handler(event, context):
    return ["other", shared_name.NAME]


def lazy(event, context):
    import lazily

    return lazily.NAME


def lazy_at_once(event, context):
    """Imports a module that waits, while it is imported, until the other package does so, too."""
    global meeting_place
    meeting_place = event
    import lazily_at_once

    return lazily_at_once.NAME


def decimals(event, context):
    import collections
    import decimal

    return [decimal.Decimal("1.10"), collections.namedtuple("One", "left")(1)]
