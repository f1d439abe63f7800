"""The package's own way through the json module: what it gives is what json.dumps and json.loads give."""

import json
import math

import pytest
from tandem._json import text_of, value_of

CIRCLE = []
CIRCLE.append(CIRCLE)
LOOP = {"a": [1]}
LOOP["a"].append((LOOP,))


class Derived(dict):
    """Whose members are others than it holds."""

    def items(self):
        return [("derived", 1)]


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
        {"a": {"": [1.0, "x"]}, 2: 3, None: 3, True: 4, 1.5: 5},
        (1, 2),
        deep(63),
        deep(64),
        deep(100),
        Derived(a=1),
        [Derived(a=1)],
    ],
)
def test_values(value):
    payload = json.dumps(value, allow_nan=False)
    assert text_of(value) == payload
    assert value_of(payload) == json.loads(payload)


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {1, 2}, object(), {(1, 2): 3}, CIRCLE, LOOP])
def test_values_without_json(value):
    with pytest.raises(Exception) as expected:
        json.dumps(value, allow_nan=False)
    with pytest.raises(type(expected.value)) as error:
        text_of(value)
    assert str(error.value) == str(expected.value)


@pytest.mark.parametrize("payload", [" 1", "1 ", "\n{}\n", "\t[1]\r", '"é"', '"\ud800"', "NaN"])
def test_texts(payload):
    value, expected = value_of(payload), json.loads(payload)
    assert value == expected or (value != value and expected != expected)


@pytest.mark.parametrize("payload", [" ", "{", "1 2", "]", '{"a": }', "nul", '"\n"'])
def test_texts_that_are_none(payload):
    with pytest.raises(ValueError) as expected:
        json.loads(payload)
    with pytest.raises(ValueError) as error:
        value_of(payload)
    assert str(error.value) == str(expected.value)


def test_nothing():
    assert value_of("") is None
