"""The package's own way through the json module: what it gives is what json.dumps and json.loads give."""

import json
import math

import pytest
from tandem._json import json_of, value_of

CIRCLE = []
CIRCLE.append(CIRCLE)


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(10**40),
        1.5,
        1e300,
        "",
        "é\u2028\U0001f600\ud800",
        [],
        {},
        [1, [2, {"a": None}]],
        {"a": {"b": [1.0, "x"]}, 2: 3, None: 3, True: 4, 1.5: 5},
        (1, 2),
        deep(100),
    ],
)
def test_values(value):
    payload = json.dumps(value, allow_nan=False).encode("ascii")
    assert json_of(value) == payload
    assert value_of(payload) == json.loads(payload)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, [-math.inf], {1, 2}, object(), {(1, 2): 3}, CIRCLE, deep(100_000)]
)
def test_values_without_json(value):
    with pytest.raises(Exception) as expected:
        json.dumps(value, allow_nan=False)
    with pytest.raises(type(expected.value)) as error:
        json_of(value)
    assert str(error.value) == str(expected.value)


@pytest.mark.parametrize(
    "payload", [b" 1", b"1 ", b"\n{}\n", b"\t[1]\r", "é".encode().join([b'"', b'"']), b'"\xed\xa0\x80"', b"NaN"]
)
def test_texts(payload):
    value, expected = value_of(payload), json.loads(payload)
    assert value == expected or (value != value and expected != expected)


@pytest.mark.parametrize("payload", [b" ", b"{", b"1 2", b"]", b'{"a": }', b"nul", b'"\n"'])
def test_texts_that_are_none(payload):
    with pytest.raises(ValueError) as expected:
        json.loads(payload)
    with pytest.raises(ValueError) as error:
        value_of(payload)
    assert str(error.value) == str(expected.value)


def test_nothing():
    assert value_of(b"") is None
