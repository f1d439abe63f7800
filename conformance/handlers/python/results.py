"""What handlers return; the event names it."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import types
import typing
import uuid


class Point(typing.NamedTuple):
    x: int
    y: int


class LikeANamedTuple:
    def _asdict(self):
        return {"made": "by _asdict"}


class Level(enum.IntEnum):
    HIGH = 7


class Text(str, enum.Enum):
    ONE = "one"


class Colour(enum.Enum):
    RED = 1


class Shouted(int):
    def __repr__(self):
        return "LOUD"


class Hooked:
    def for_json(self):
        return 1

    def __json__(self):
        return 2

    def isoformat(self):
        return "3"


@dataclasses.dataclass
class Data:
    x: int = 1


def cycle():
    ring = []
    ring.append(ring)
    return ring


def nested(depth):
    value = 1
    for _ in range(depth):
        value = {"a": value}
    return value


RESULTS = {
    "none": lambda: None,
    "compound": lambda: {"a": 1, "b": [1, 2]},
    "text": lambda: "text",
    "JSON text": lambda: '{"a": 1}',
    "beyond ASCII": lambda: "ä \U0001f600 \u2028 \x7f",
    "control characters": lambda: 'a"\\/\n\r\t\b\f\x01',
    "lone surrogate": lambda: "\ud800",
    "nan": lambda: [float("nan"), float("inf"), float("-inf")],
    "decimals": lambda: [decimal.Decimal(text) for text in ("1.10", "1E+3", "-0")],
    "decimal nan": lambda: [decimal.Decimal(text) for text in ("NaN", "sNaN", "Infinity")],
    "floats": lambda: [1.0, 0.1, 1e16, 1e-7, -0.0],
    "large": lambda: 2**100,
    "booleans": lambda: [True, False, {True: False}],
    "tuple": lambda: (1, (2, 3)),
    "named tuple": lambda: Point(1, 2),
    "like a named tuple": LikeANamedTuple,
    "int enum": lambda: Level.HIGH,
    "str enum": lambda: Text.ONE,
    "enum": lambda: Colour.RED,
    "bytes": lambda: b"\x00\xffraw",
    "bytes within": lambda: [b"abc", b"d"],
    "bytes that are no text": lambda: {"a": b"\xff"},
    "bytes as key": lambda: {b"k": 1},
    "order of keys": lambda: {"b": 1, "a": 2, "c": 3},
    "subclasses": lambda: [
        collections.OrderedDict(b=1, a=2),
        collections.defaultdict(int, z=1),
        collections.Counter("aa"),
        Shouted(5),
    ],
    "keys": lambda: {2: "a", 1.5: "b", float("nan"): "c", True: "d", None: "e"},
    "key of a tuple": lambda: {(1, 2): 3},
    "key of a decimal": lambda: {decimal.Decimal(1): 1},
    "one name twice": lambda: {1: "a", "1": "b"},
    "cycle": cycle,
    "deep": lambda: nested(100_000),
    "hooks": Hooked,
    "set": lambda: {1},
    "frozenset": frozenset,
    "bytearray": lambda: bytearray(b"a"),
    "memoryview": lambda: memoryview(b"a"),
    "deque": collections.deque,
    "chain map": collections.ChainMap,
    "datetime": lambda: datetime.datetime(2024, 1, 2),
    "date": lambda: datetime.date(2024, 1, 2),
    "uuid": lambda: uuid.UUID(int=1),
    "data class": Data,
    "mapping proxy": lambda: types.MappingProxyType({}),
    "generator": lambda: (x for x in ()),
    "range": lambda: range(3),
    "complex": lambda: 1j,
    "class": lambda: Data,
    "exception": lambda: ValueError("x"),
    "object": object,
    "fraction": lambda: fractions.Fraction(1, 2),
    "array": lambda: array.array("i"),
}


def result(event, context):
    return RESULTS[event]()


def nothing(event, context):
    pass
