"""Handlers whose answer depends on the event."""

import collections
import copy
import decimal
import enum
import functools
import json
import math
import os


def echo(event, context):
    return event


def kind(event, context):
    return type(event).__name__


def shown(event, context):
    return repr(event)


def text(event, context):
    return str(event)


def twice(event, context):
    return [event, event]


def inside(event, context):
    return {"event": event, "more": [1, {"event": event}]}


def as_tuple(event, context):
    return (event, (event,), ())


def as_key(event, context):
    return {event: 1}


def as_text_key(event, context):
    return {str(event): event}


def first(event, context):
    return event[0]


def by_name(event, context):
    return {"message": "Hello {} {}".format(event["first_name"], event["last_name"])}


def size(event, context):
    return len(event)


def plus_one(event, context):
    return event + 1


def doubled(event, context):
    return event * 2


def halved(event, context):
    return event / 2


def negated(event, context):
    return not event


def upper(event, context):
    return event.upper()


def keys(event, context):
    return sorted(event)


def values(event, context):
    return list(event.values())


def items(event, context):
    return dict(event.items())


def backwards(event, context):
    return event[::-1]


def points(event, context):
    return [ord(c) for c in event]


def utf8(event, context):
    return event.encode("utf-8")


def utf8_inside(event, context):
    return [str(event).encode("utf-8", "replace"), {b"key": 1}]


def whole(event, context):
    return int(event)


def fraction(event, context):
    return float(event)


def exact(event, context):
    return decimal.Decimal(repr(event))


def exact_inside(event, context):
    return {"value": decimal.Decimal(str(event)), "event": event}


def rounded(event, context):
    return round(event, 2)


def root(event, context):
    return math.sqrt(event)


def nested(event, context):
    value = event
    for _ in range(20):
        value = [value]
    return value


def deep(event, context):
    value = event
    for _ in range(230):
        value = {"k": value}
    return value


def copied(event, context):
    return copy.deepcopy(event)


def dumped(event, context):
    return json.dumps(event)


def reloaded(event, context):
    return json.loads(json.dumps(event))


def ordered(event, context):
    return collections.OrderedDict(a=event, b=event)


def counted(event, context):
    return collections.Counter(event)


Pair = collections.namedtuple("Pair", "left right")


def pair(event, context):
    return Pair(event, [Pair(1, event)])


class Colour(enum.IntEnum):
    RED = 3


def with_enum(event, context):
    return {Colour.RED.name: Colour.RED, "event": event}


def as_set(event, context):
    return {event}


def changed(event, context):
    event["added"] = len(event)
    return event


def iterated(event, context):
    return [item for item in event]


def compared(event, context):
    return [event == event, event is None, event == 1, event == "text"]


def sorted_values(event, context):
    return sorted(event, key=lambda item: item["k"])


def formatted(event, context):
    return f"{event:>10}"


def hexadecimal(event, context):
    return hex(event)


def joined(event, context):
    return ", ".join(event)


def spread(event, context):
    return by_keywords(**event)


def by_keywords(first_name="", last_name="", **more):
    return [first_name, last_name, more]


def long_text(event, context):
    return str(event) * 400


def many(event, context):
    return [event] * 150


def raised(event, context):
    raise ValueError(event)


def raised_text(event, context):
    raise RuntimeError("about %s" % (event,))


def raised_key(event, context):
    raise KeyError(event)


def checked(event, context):
    assert event, event
    return "true enough"


def logged(event, context):
    print("event", type(event).__name__)
    return None


class Callable:
    def __init__(self, name):
        self.name = name

    def __call__(self, event, context):
        return [self.name, event]

    def method(self, event, context):
        return {self.name: event["a"]}

    @classmethod
    def of_class(cls, event, context):
        return [cls.__name__, event]

    @staticmethod
    def of_none(event, context):
        return event


instance = Callable("instance")
bound = instance.method
of_class = Callable.of_class
of_none = Callable.of_none
anonymous = lambda event, context: event
partial = functools.partial(lambda extra, event, context: [extra, event], "extra")
built_in = divmod
builtin_pair = max


def decorate(function):
    @functools.wraps(function)
    def wrapper(event, context):
        return {"wrapped": function(event, context)}

    return wrapper


@decorate
def decorated(event, context):
    return event["a"]


def star(*arguments):
    return [len(arguments), arguments[0]]


def defaults(event, context=None, extra="extra"):
    return [event, extra]


def about(event, context):
    client = context.client_context
    return {
        "id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        "client": client and [client.custom, client.env, client.client and client.client.app_title],
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "time": 0 < context.get_remaining_time_in_millis(),
        "tenant": context.tenant_id,
    }
