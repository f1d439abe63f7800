"""JSON as the service's runtime reads and writes it, for what the fast paths in C++ leave alone.

The library is simplejson under no public name: the user's own copy, of any version, is imported as if ours were not there.
"""

import decimal
import importlib.machinery
import importlib.util
import math
import os
import sys

from .faults import Exit, Fault

_PUBLIC_NAME = "simplejson"
_C_PART = _PUBLIC_NAME + "._speedups"
_library = None
_modules = {}  # the C part relies on its module staying alive
_encoders = {}

#: How many events and results the fast paths have left to this module, which tests/differential counts.
passes = [0, 0]


def load(folder, is_main):
    """Import our simplejson from ``folder`` and take its name out of ``sys.modules`` again."""
    global _library
    hidden = _take_modules()
    finder = None if is_main or sys.version_info >= (3, 13) else _CopyFinder(folder)
    sys.path.insert(0, folder)
    if finder:
        sys.meta_path.insert(0, finder)
    try:
        _library = importlib.import_module(_PUBLIC_NAME)
        raw_json = importlib.import_module(_PUBLIC_NAME + ".raw_json")
    finally:
        sys.path.remove(folder)
        if finder:
            sys.meta_path.remove(finder)
        _modules.update(_take_modules())
        sys.modules.update(hidden)
        sys.path_importer_cache.pop(folder, None)
    _make_encoders(_library.JSONEncoder, raw_json.RawJSON)


class _CopyFinder:
    """Gives this interpreter a C part of its own: before Python 3.13 its state is one per loaded file.

    Where the file cannot be copied, simplejson goes on without its C part.
    """

    def __init__(self, folder):
        self._folder = os.path.join(folder, _PUBLIC_NAME)

    def find_spec(self, fullname, path=None, target=None):
        if fullname != _C_PART:
            return None
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            file = os.path.join(self._folder, "_speedups" + suffix)
            if os.path.isfile(file):
                copy = self._copy(file)
                loader = importlib.machinery.ExtensionFileLoader(fullname, copy)
                return importlib.util.spec_from_file_location(fullname, copy, loader=loader)
        raise ImportError("no C part in " + self._folder)

    @staticmethod
    def _copy(file):
        try:
            # Never closed: the name must stay this copy's alone, as the dynamic linker goes by names.
            descriptor = os.memfd_create("_speedups")
            with open(file, "rb") as source, open(descriptor, "wb", closefd=False) as to:
                to.write(source.read())
        except OSError as error:
            raise ImportError(str(error)) from error
        return "/proc/self/fd/%d" % descriptor


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
    passes[0] += 1
    try:
        return _library.loads(data)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error)) from None


def marshal(value, escaped):
    """The bytes of a result (J-01 to J-31)."""
    passes[1] += 1
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
