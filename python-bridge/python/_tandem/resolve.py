"""From a handler name to the thing that is called (H-PY-01 to H-PY-33)."""

import functools
import importlib
import importlib.machinery
import os
import sys
import threading
import warnings

from . import bytecode, hints, isolation
from .faults import Fault

_roots = ()
_running_inits = []
_open_handlers = 0
_opening_or_closing = threading.RLock()  # what an unloaded module's finalizers do may come back here


class _Init:
    """An init under way, and the names that other threads have begun to import since it began."""

    def __init__(self):
        self.thread = threading.get_ident()
        self.of_others = set()


class _Witness:
    """First on ``sys.meta_path``: it sees each import of a new module, on the thread that makes it, and finds nothing."""

    def find_spec(self, fullname, path=None, target=None):
        thread = threading.get_ident()
        for init in list(_running_inits):
            if init.thread != thread:
                init.of_others.add(fullname)


def prepare(code_root, layers, is_main, cache="", libraries=""):
    """Put the package and its layers in front of the search path (H-PY-14), the last layer first (K-11).

    ``cache`` is the folder for byte code, or empty. ``libraries`` are the runtime's own folders, with colons between:
    they come after the layers, or last where the function says by PYTHONPATH what comes first.
    """
    global _roots
    folders, last = [code_root], libraries.split(":") if libraries else []
    if not os.environ.get("PYTHONPATH"):
        version = "python%d.%d" % sys.version_info[:2]
        pythons = [os.path.join(layer, "python") for layer in reversed(layers)]
        folders += [os.path.join(python, "lib", version, "site-packages") for python in pythons] + pythons + last
    rest = [entry for entry in sys.path if entry and entry not in folders]
    sys.path[:] = folders + rest + [folder for folder in last if folder not in folders + rest]
    _roots = tuple(os.path.join(os.path.abspath(folder), "") for folder in [code_root, *layers])
    bytecode.keep(cache, _roots)
    sys.meta_path.insert(0, _Witness())
    isolation.is_main = is_main
    hints.prepare(code_root)
    if not is_main:
        # An extension that only warns here would go on to corrupt the process.
        warnings.filterwarnings("error", message=r"(?is).*sub-?interpreter", category=UserWarning)


def open_handler(name):
    """Import the handler's module and return the handler.

    What a failed try has imported of the package is forgotten; what other threads import at the same time stays.
    """
    _count(1)
    init = _Init()
    _running_inits.append(init)  # from here on the witness sees what others begin
    init.of_others.update(_imports_of_others())
    before = set(sys.modules)
    _look_anew()
    try:
        return _resolve(name)
    except BaseException:
        forget_package(before | init.of_others)
        _count(-1)
        raise
    finally:
        _running_inits.remove(init)


def _look_anew():
    """Have the finders forget what they know of their folders, as ``importlib.invalidate_caches`` does.

    From CPython 3.13 on that imports ``importlib.metadata`` and what this needs, by names that files of the package may
    have.
    """
    if "importlib.metadata" in sys.modules:
        importlib.invalidate_caches()
        return
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None or not os.path.isabs(path):
            sys.path_importer_cache.pop(path, None)
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
    importlib._bootstrap_external._NamespacePath._epoch += 1
    for finder in list(sys.meta_path):
        if finder is not importlib.machinery.PathFinder and hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()


def _imports_of_others():
    """The modules that other threads are importing just now, by the locks that they hold for that."""
    locks = [(name, lock()) for name, lock in list(getattr(importlib._bootstrap, "_module_locks", {}).items())]
    return [name for name, lock in locks if getattr(lock, "owner", None) not in (None, threading.get_ident())]


def close_handler():
    """A handler is given up; with the last one go the package's modules. Who opens one meanwhile waits for that."""
    with _opening_or_closing:
        _count(-1)
        if _open_handlers == 0:
            forget_package()


def _count(change):
    global _open_handlers
    with _opening_or_closing:
        _open_handlers += change


def forget_package(keep=frozenset()):
    """Take the package's modules out of ``sys.modules``, save those named in ``keep``, so that the next import runs them."""
    native = _native_packages()
    for name, module in list(sys.modules.items()):
        if name not in keep and name.partition(".")[0] not in native and _belongs_to_package(module):
            sys.modules.pop(name, None)


def _native_packages():
    """The top-level names with a loaded extension module: many of those refuse to be loaded twice in a process."""
    loader = importlib.machinery.ExtensionFileLoader
    return {
        name.partition(".")[0]
        for name, module in list(sys.modules.items())
        if isinstance(getattr(getattr(module, "__spec__", None), "loader", None), loader)
    }


def _belongs_to_package(module):
    places = [getattr(module, "__file__", None)]
    try:
        places += list(getattr(module, "__path__", ()))
    except Exception:  # a namespace whose parent is gone, or a module of the user's making
        pass
    return any(isinstance(place, str) and os.path.abspath(place).startswith(_roots) for place in places)


def _resolve(name):
    try:
        module_name, attribute = name.rsplit(".", 1)
    except ValueError as error:
        message = "Bad handler '{}': {}".format(name, error)
        raise Fault("Runtime.MalformedHandlerName", message, hint=functools.partial(hints.of_name, name)) from None
    module = _import(module_name, attribute)
    try:
        return getattr(module, attribute)
    except AttributeError:
        message = "Handler '{}' missing on module '{}'".format(attribute, module_name)
        hint = functools.partial(hints.of_attribute, module, module_name, attribute)
        raise Fault("Runtime.HandlerNotFound", message, hint=hint) from None


def _import(module_name, attribute):
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module {} as a handler module".format(module_name)
        raise Fault("Runtime.BuiltInModuleConflict", message)
    try:
        return importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        refusal = isolation.refusal(error)
        message = "Unable to import module '{}': {}".format(module_name, refusal or error)
        hint = None if refusal else functools.partial(hints.of_import, error, (module_name, attribute))
        raise Fault("Runtime.ImportModuleError", message, hint=hint) from None
    except (UserWarning, RuntimeError) as warning:
        text = isolation.refusal(warning)
        if text is None:
            raise
        raise Fault("Runtime.ImportModuleError", "Unable to import module '{}': {}".format(module_name, text)) from None
    except TypeError as error:
        if module_name.startswith((".", "/")):  # H-PY-05
            error._tandem_hint = functools.partial(hints.of_relative, module_name, attribute)
        raise
    except SyntaxError as error:
        trace = '  File "{}" Line {}\n    {}'.format(error.filename, error.lineno, error.text)
        message = "Syntax error in module '{}': {}".format(module_name, error)
        raise Fault("Runtime.UserCodeSyntaxError", message, [trace]) from None
