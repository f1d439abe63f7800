"""Results and events of every kind."""

import collections
import datetime
import decimal
import enum
import functools
import json
import sys
import uuid


class Color(enum.IntEnum):
    RED = 3


class Word(str, enum.Enum):
    YES = "yes"


class Plain(enum.Enum):
    ONE = 1


class Loud(int):
    def __repr__(self):
        return "loud"


class LoudFloat(float):
    def __repr__(self):
        return "loud"


class LoudText(str):
    def __str__(self):
        return "loud"

    __repr__ = __str__


class LoudList(list):
    def __repr__(self):
        return "loud"


class LoudDict(dict):
    def __repr__(self):
        return "loud"


class LoudTuple(tuple):
    def __repr__(self):
        return "loud"


class Hooks:
    def for_json(self):
        return 1

    def __json__(self):
        return 1

    def isoformat(self):
        return "x"


class AsDict:
    def _asdict(self):
        return {"as": "dict"}


Pair = collections.namedtuple("Pair", "left right")


def cycle():
    items = []
    items.append(items)
    return items


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def defaulted():
    value = collections.defaultdict(list)
    value["z"].append(1)
    value["a"].append(LoudText("é"))
    return value


def ordered():
    value = collections.OrderedDict(z=1)
    value["a"] = 2
    return value


RESULTS = {
    "none": lambda: None,
    "separators": lambda: {"a": 1, "b": [1, 2]},
    "escapes": lambda: '\n\r\t\b\f\x01\x1f/"\\\x7f',
    "text": lambda: "é ✓ \U0001d11e",
    "line_separators": lambda: "\u2028\u2029",
    "surrogate": lambda: "\ud800",
    "nan": lambda: [float("nan"), float("inf"), float("-inf")],
    "decimal": lambda: [decimal.Decimal("1.10"), decimal.Decimal("1E+3")],
    "decimal_nan": lambda: [decimal.Decimal(text) for text in ("NaN", "-NaN", "sNaN", "Infinity")],
    "floats": lambda: [1.0, 0.1, 1e16, 1e-07, -0.0, 123456.789, 1e22, 5e-324, 1.7976931348623157e308, 0.0001, 2.5e-05],
    "integers": lambda: [0, -1, 2**63, -(2**63), 10**40],
    "tuple": lambda: (1, "a"),
    "named_tuple": lambda: [Pair(1, 2), AsDict()],
    "enums": lambda: [Color.RED, Word.YES],
    "plain_enum": lambda: Plain.ONE,
    "booleans": lambda: {True: True, False: False},
    "bytes": lambda: b"\x00raw\xff",
    "bytes_inside": lambda: {"a": b"text", b"key": 1},
    "bad_bytes_inside": lambda: [b"\xff"],
    "subclasses": lambda: [ordered(), collections.Counter("aab"), Loud(5)],
    "default_dict": defaulted,
    "number_subclasses": lambda: [Loud(-5), LoudFloat(1.5), LoudFloat(1e16), LoudFloat("nan"), True],
    "text_subclasses": lambda: {LoudText("key"): LoudText("value")},
    "container_subclasses": lambda: [LoudList([1, LoudList()]), LoudDict(z=1, a=2), LoudTuple((1,)), LoudDict()],
    "keys": lambda: {1: 1, 1.5: 2, float("nan"): 3, None: 4},
    "bad_key": lambda: {(1, 2): 1},
    "decimal_key": lambda: {decimal.Decimal(1): 1},
    "same_keys": lambda: {1: "a", "1": "b"},
    "cycle": cycle,
    "deep": lambda: deep(150),
    "deeper": lambda: deep(300),
    "too_deep": lambda: deep(200000),
    "json_text": lambda: '{"a": 1}',
    "hooks": Hooks,
    "set": set,
    "frozenset": frozenset,
    "bytearray": bytearray,
    "memoryview": lambda: memoryview(b""),
    "deque": collections.deque,
    "datetime": lambda: datetime.datetime(2020, 1, 1),
    "uuid": lambda: uuid.UUID(int=0),
    "range": lambda: range(3),
    "complex": lambda: 1j,
    "class": lambda: Hooks,
    "exception": lambda: ValueError("x"),
    "partial": lambda: functools.partial(print),
    "empty": lambda: [{}, [], ""],
}


def result(event, context):
    return RESULTS[event]()


def echo(event, context):
    return event


def kind(event, context):
    return type(event).__name__


def shown(event, context):
    return repr(event)


def length(event, context):
    return len(event)


def _refuse(constant):
    raise ValueError(constant)


def seen(event, _context):
    """The event as it arrived or, of bytes, what the standard library makes of them."""
    if isinstance(event, bytes):
        try:
            event = json.loads(event, parse_constant=_refuse)
        except ValueError:
            return "refused"
    return repr(event)


def depth(event, context):
    found = 0
    while event:
        event = event[0]
        found += 1
    return found + 1


def nested(event, context):
    return deep(event - 1)


def below_a_limit(event, context):
    """The limit stays when the handler has returned."""
    limit, levels = event if len(event) == 2 else (1000, 1)
    sys.setrecursionlimit(limit)
    return nested(levels, context)


events = []
other_events = []


def remembers(event, context):
    events.append(event)
    return {1} if event == "unwritable" else events


def remembers_again(event, context):
    other_events.append(event)
    return other_events
