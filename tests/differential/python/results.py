"""Handlers whose answer is one value, whatever the event."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import sys
import types
import uuid


class Plain:
    pass


class Text(str):
    def __str__(self):
        return "not this"


class Whole(int):
    def __repr__(self):
        return "not this"


class Real(float):
    def __repr__(self):
        return "not this"


class Keys(dict):
    def items(self):
        return [("from", "items")]


class Items(list):
    def __iter__(self):
        return iter(["from", "iter"])


class Named:
    def _asdict(self):
        return {"named": [1, None]}


class BadlyNamed:
    def _asdict(self):
        return 5


class Hooked:
    def for_json(self):
        return 1

    def __json__(self):
        return 2

    def isoformat(self):
        return "3"


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    HELLO = "hello"


class Flag(enum.IntFlag):
    A = 1
    B = 2


class Bare(enum.Enum):
    X = 1


@dataclasses.dataclass
class Record:
    a: int = 1


Point = collections.namedtuple("Point", "x y")


def _nested(depth, wrap):
    value = 1
    for _ in range(depth):
        value = wrap(value)
    return value


def _cycle():
    value = []
    value.append(value)
    return value


def _dict_cycle():
    value = {}
    value["self"] = {"again": [value]}
    return value


# What each handler answers: made anew at each invocation.
_ANSWERS = {
    "nothing": lambda: None,
    "yes": lambda: True,
    "no": lambda: False,
    "zero": lambda: 0,
    "negative": lambda: -1,
    "largest64": lambda: 2**63 - 1,
    "smallest64": lambda: -(2**63),
    "beyond64": lambda: 2**63,
    "beyond_unsigned": lambda: 2**64,
    "huge": lambda: 10**400,
    "too_huge": lambda: 10**5000,
    "one": lambda: 1.0,
    "tenth": lambda: 0.1,
    "third": lambda: 1 / 3,
    "large_float": lambda: 1e16,
    "larger_float": lambda: 1.7976931348623157e308,
    "small_float": lambda: 1e-7,
    "smallest_float": lambda: 5e-324,
    "minus_zero": lambda: -0.0,
    "floats": lambda: [0.0001, 0.00001, 123456.789, 1e15, 1e22, 9007199254740993.0, 1e21, 2.5e-5, 100.0],
    "not_a_number": lambda: math.nan,
    "infinite": lambda: [math.inf, -math.inf],
    "empty_text": lambda: "",
    "ascii_text": lambda: "plain text / with ~ 'quotes'",
    "escaped_text": lambda: 'a"b\\c/d\n\r\t\b\f',
    "controls": lambda: "".join(map(chr, range(32))) + "\x7f",
    "latin": lambda: "ä\x80\xff",
    "wide": lambda: "\u20ac\u2028\u2029\ufeff\uffff",
    "astral": lambda: "\U00010000 \U0001f600 \U0010ffff",
    "mixed_keys": lambda: {"ä": "ß", "\U0001f600": "\u20ac", 'q"': "\\"},
    "lone_surrogate": lambda: "\ud800",
    "surrogate_inside": lambda: {"k": ["\udcff"]},
    "surrogate_key": lambda: {"\ud83d": 1},
    "json_text": lambda: '{"a": 1}',
    "empty_list": lambda: [],
    "empty_dict": lambda: {},
    "empty_tuple": lambda: (),
    "a_tuple": lambda: (1, "two", (3.0, None)),
    "nested_lists": lambda: [[1, [2, [3, []]]], {}],
    "deep_lists": lambda: _nested(199, lambda value: [value]),
    "deeper_lists": lambda: _nested(210, lambda value: [value]),
    "deep_dicts": lambda: _nested(205, lambda value: {"k": value}),
    "too_deep": lambda: _nested(30000, lambda value: [value]),
    "too_deep_dicts": lambda: _nested(30000, lambda value: {"k": value}),
    "cycle": _cycle,
    "dict_cycle": _dict_cycle,
    "number_keys": lambda: {1: "a", 2.5: "b", -3: "c", 10**30: "d", 1e22: "e"},
    "constant_keys": lambda: {True: 1, False: 2, None: 3},
    "float_keys": lambda: {math.inf: 1, -math.inf: 2, math.nan: 3},
    "twice_one": lambda: {1: "a", "1": "b"},
    "tuple_key": lambda: {(1, 2): 3},
    "decimal_key": lambda: {decimal.Decimal("1.0"): 1},
    "date_key": lambda: {datetime.date(2020, 1, 2): 1},
    "bytes_key": lambda: {b"k": 1},
    "bad_bytes_key": lambda: {b"\xff": 1},
    "enum_key": lambda: {Level.LOW: 1, Word.HELLO: 2},
    "bytes_whole": lambda: b"\x00\xff raw",
    "bytes_empty": lambda: b"",
    "bytes_inside": lambda: [b"text", {"k": b"\xc3\xa4"}],
    "bad_bytes": lambda: [b"\xff"],
    "a_bytearray": lambda: bytearray(b"x"),
    "a_memoryview": lambda: memoryview(b"x"),
    "a_decimal": lambda: decimal.Decimal("1.10"),
    "decimals": lambda: [decimal.Decimal(text) for text in ("1E+3", "0E-10", "-0", "123456789012345678901234567890.5")],
    "odd_decimals": lambda: [decimal.Decimal(text) for text in ("NaN", "-NaN", "sNaN", "Infinity", "-Infinity")],
    "a_fraction": lambda: fractions.Fraction(1, 3),
    "a_complex": lambda: 1 + 2j,
    "a_set": lambda: {1},
    "a_frozenset": lambda: frozenset("a"),
    "a_range": lambda: range(3),
    "a_generator": lambda: (x for x in "ab"),
    "a_map": lambda: map(str, [1]),
    "dict_keys": lambda: {"a": 1}.keys(),
    "a_deque": lambda: collections.deque([1]),
    "an_array": lambda: array.array("i", [1]),
    "ordered": lambda: collections.OrderedDict(z=1, a=2),
    "defaulted": lambda: collections.defaultdict(list, a=[1]),
    "a_counter": lambda: collections.Counter("aab"),
    "chained": lambda: collections.ChainMap({"a": 1}),
    "user_dict": lambda: collections.UserDict(a=1),
    "proxy": lambda: types.MappingProxyType({"a": 1}),
    "a_namespace": lambda: types.SimpleNamespace(a=1),
    "named_tuple": lambda: Point(1, Point("x", None)),
    "named_in_list": lambda: [Point(1, 2)],
    "with_asdict": lambda: Named(),
    "bad_asdict": lambda: BadlyNamed(),
    "hooks": lambda: Hooked(),
    "a_text_subclass": lambda: [Text("kept"), {Text("key"): Text("value")}],
    "a_whole_subclass": lambda: [Whole(7), {Whole(8): 1}],
    "a_real_subclass": lambda: [Real(1.5), {Real(2.5): 1}],
    "a_dict_subclass": lambda: Keys(a=1),
    "a_list_subclass": lambda: Items([1, 2]),
    "int_enum": lambda: [Level.LOW, Flag.A | Flag.B],
    "str_enum": lambda: {"w": Word.HELLO},
    "bare_enum": lambda: Bare.X,
    "a_record": lambda: Record(),
    "a_date": lambda: datetime.date(2020, 1, 2),
    "a_datetime": lambda: [datetime.datetime(2020, 1, 2, 3, 4, 5)],
    "a_duration": lambda: datetime.timedelta(1),
    "a_uuid": lambda: uuid.UUID(int=1),
    "a_path": lambda: pathlib.PurePosixPath("/x"),
    "a_class": lambda: Plain,
    "an_object": lambda: Plain(),
    "object_inside": lambda: {"deep": [{"er": Plain()}]},
    "an_exception": lambda: ValueError("returned"),
    "a_module": lambda: math,
    "a_function": lambda: _cycle,
    "an_ellipsis": lambda: ...,
    "not_implemented": lambda: NotImplemented,
    "long_list": lambda: list(range(1000)),
    "long_dict": lambda: {"key%d" % k: k / 8 for k in range(300)},
    "long_latin": lambda: "aä" * 500,
    "long_quotes": lambda: '"' * 700,
    "nested_mix": lambda: [{"a": (1, [2.0, {"b": None}]), "c": [True, False, "\x1f"]}] * 3,
    "recursion_limit": lambda: sys.getrecursionlimit(),
}


def _handler(name, answer):
    def handler(event, context):
        return answer()

    handler.__name__ = name
    return handler


for _name, _answer in _ANSWERS.items():
    globals()[_name] = _handler(_name, _answer)


async def coroutine(event, context):
    return 1


def generator(event, context):
    yield 1


async def async_generator(event, context):
    yield 1


def the_context(event, context):
    return context


def no_return(event, context):
    pass


not_callable = 5
a_text = "text"
nothing_at_all = None
