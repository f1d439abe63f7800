"""JSON as the service's runtime reads and writes it, for what the fast paths in C++ leave alone.

The library is simplejson under no public name: the user's own copy, of any version, is imported as if ours were not there.
"""

import decimal
import importlib
import math
import sys

from .faults import Exit, Fault

_PUBLIC_NAME = "simplejson"
_library = None
_encoders = {}


def load(folder):
    """Import our simplejson from ``folder`` and take its name out of ``sys.modules`` again."""
    global _library
    hidden = _take_modules()
    sys.path.insert(0, folder)
    try:
        _library = importlib.import_module(_PUBLIC_NAME)
        raw_json = importlib.import_module(_PUBLIC_NAME + ".raw_json")
    finally:
        sys.path.remove(folder)
        _take_modules()
        sys.modules.update(hidden)
        sys.path_importer_cache.pop(folder, None)
    _make_encoders(_library.JSONEncoder, raw_json.RawJSON)


def _take_modules():
    names = [name for name in sys.modules if name == _PUBLIC_NAME or name.startswith(_PUBLIC_NAME + ".")]
    return {name: sys.modules.pop(name) for name in names}


def _make_encoders(base, raw):
    class Encoder(base):
        def default(self, o):
            if isinstance(o, decimal.Decimal):
                return math.nan if o.is_nan() else raw(str(o))  # J-08, J-09
            return super().default(o)

    for escaped in (False, True):
        _encoders[escaped] = Encoder(use_decimal=False, ensure_ascii=escaped, allow_nan=True)


def unmarshal(data):
    """The event of a payload (J-35 to J-46)."""
    try:
        return _library.loads(data)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error)) from None


def marshal(value, escaped):
    """The bytes of a result (J-01 to J-31)."""
    try:
        text = dumps(value, escaped)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: {}".format(error)) from None
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:  # J-06
        raise Exit(1) from error


def dumps(value, escaped):
    """The JSON text of a value; ``escaped`` as J-03 has it."""
    return _encoders[escaped].encode(value)
