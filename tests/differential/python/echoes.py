"""What comes back: more handlers of one kind, as each meets few events that are not generated."""


def plain(event, context):
    return event


def odd(event, context):
    return event


def broken(event, context):
    return event


def shown_plain(event, context):
    return repr(event)


def shown_odd(event, context):
    return repr(event)


def shown_broken(event, context):
    return repr(event)


def shown_bytes(event, context):
    return repr(event)
