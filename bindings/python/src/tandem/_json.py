"""Values to JSON and back, as the json module has them, in less time: what it makes anew for each call is made once."""

from __future__ import annotations

import json
import json.encoder
from typing import Any

from ._native import is_shallow

_slow_encoder = json.JSONEncoder(allow_nan=False)
_slow_decoder = json.JSONDecoder()
_scan_once = _slow_decoder.scan_once  # type: ignore[attr-defined]  # in no stub, and there since json is in C
_make = getattr(json.encoder, "c_make_encoder", None)
# Without the dictionary by which the encoder knows circles, so that all threads may use it: for values that have none.
_encode = (
    _make(None, _slow_encoder.default, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, False)
    if _make
    else None
)


def text_of(value: Any) -> str:
    """In ASCII. Raises TypeError and ValueError as json.dumps does."""
    if _encode is not None and is_shallow(value):
        return "".join(_encode(value, 0))
    return _slow_encoder.encode(value)


def value_of(text: str) -> Any:
    """None of nothing. Raises ValueError as json.loads does."""
    if not text:
        return None
    try:
        value, end = _scan_once(text, 0)
        if end == len(text):
            return value
    except StopIteration:  # no value, or blanks before it
        pass
    return _slow_decoder.decode(text)
