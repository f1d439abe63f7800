"""What a function's owner can do where an import or the handler's name fails: one line, or None (docs/errors.md).

Nothing here raises: a hint that cannot be made is none.
"""

import functools
import importlib.machinery
import os
import re
import sys

from .faults import Fault

_MOST_ENTRIES = 20000  # of the package's folders that are looked at
_MOST_NAMES = 5
_CHAIN = 10  # of exceptions, one behind the other

#: Distributions whose name is not that of the module.
_DISTRIBUTIONS = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "google": "protobuf",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
#: What the standard library has lost, by the version that lacks it.
_REMOVED = {
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr "
    "spwd sunau telnetlib uu xdrlib",
}

_root = ""


def prepare(code_root):
    """Take in where the package lies."""
    global _root
    _root = os.path.abspath(code_root)


def _quiet(function):
    @functools.wraps(function)
    def guarded(*arguments):
        try:
            return function(*arguments)
        except Exception:  # such as a folder that cannot be read, or an object of the user's that raises
            return None

    return guarded


def of_failure(error):
    """The hint for what escaped from an init or an invocation."""
    if isinstance(error, Fault):
        return error.hint
    return of_import(error) if isinstance(error, ImportError) else None


@_quiet
def of_import(error, handler=None):
    """The hint for an import that failed; ``handler``: the module and attribute whose import that was."""
    chain = _chain(error)
    for cause in chain:
        hint = _foreign_extension(cause.name) or _broken_library(cause)
        if hint:
            return hint
    missing = [cause.name for cause in chain if isinstance(cause, ModuleNotFoundError) and cause.name]
    if not missing:
        return None
    if handler and chain[0].name == missing[0] and (handler[0].replace("/", ".") + ".").startswith(missing[0] + "."):
        return _missing_handler(missing[0], *handler)
    return _missing_dependency(missing[0])


@_quiet
def of_attribute(module, module_name, attribute):
    """The hint for a module without the handler's attribute (H-PY-18)."""
    file = getattr(module, "__file__", None)
    if file is None:
        folder = module.__name__.replace(".", "/")
        names = [name for place, name in _modules() if place == folder]
        return "{} is a folder: the handler's module has to be named as well{}".format(
            module_name, _listed(", as in ", [_handler(folder + "/" + name, attribute) for name in names])
        )
    if not os.path.abspath(file).startswith(os.path.join(_root, "")):
        return "the module {} is {}, which is not of the package: another name for the package's own module is " \
            "found".format(module_name, file)
    functions = {
        name: value
        for name, value in vars(module).items()
        if callable(value) and not isinstance(value, type) and not name.startswith("_")
    }
    near = _near(attribute, [(name, name) for name in functions])
    if near:
        return _did_you_mean([_handler(module_name, name) for name in near])
    own = [name for name, value in functions.items() if getattr(value, "__module__", None) == module.__name__]
    if not own:
        return "the module {} defines no function".format(module_name)
    return "the functions of the module are " + _listed("", [_handler(module_name, name) for name in own])


@_quiet
def of_name(name):
    """The hint for a handler's name that cannot be cut in two (H-PY-06)."""
    modules = [module for place, module in _modules() if not place]
    return "a Python handler is named module.function, with a dot" + _listed(
        ": the modules at the package's root are ", modules
    )


def _chain(error):
    chain = []
    while error is not None and len(chain) < _CHAIN:
        if isinstance(error, ImportError):
            chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _missing_handler(missing, module_name, attribute):
    if "::" in attribute:
        return of_name(module_name)
    parent = sys.modules.get(missing.rpartition(".")[0])
    if parent is not None and not hasattr(parent, "__path__"):  # H-PY-10
        return "{} is a module and no folder: a handler is a function at a module's top, as in {}".format(
            parent.__name__, _handler(parent.__name__, "function")
        )
    wanted = module_name.replace("/", ".")
    modules = [(place, name, ".".join([*place.split("/"), name]) if place else name) for place, name in _modules()]
    if not modules:
        return "the package holds no Python module"
    for place, name, dotted in modules:
        if dotted.endswith("." + wanted):  # K-01
            folder = place[: len(dotted) - len(wanted) - 1]
            handler = _handler(folder + "/" + module_name, attribute)
            return "the module is in the folder {0} of the package: package what {0} holds, or name the handler " \
                "{1}".format(folder, handler)
    last = wanted.rpartition(".")[2]
    near = [dotted for _, name, dotted in modules if name == last] or _near(wanted, [(d, d) for _, _, d in modules])
    if near:
        return _did_you_mean([_handler(dotted, attribute) for dotted in near])
    roots = [name for place, name, _ in modules if not place]
    return "the modules at the package's root are " + _listed("", roots) if 0 < len(roots) <= _MOST_NAMES else None


def _missing_dependency(missing):
    top = missing.partition(".")[0]
    modules = list(_modules())
    for place, name in modules:
        if place and name == top:
            return "the module {0} is in the folder {1} of the package, which is not searched: package what {1} " \
                "holds".format(top, place)
    if top != missing and importlib.machinery.PathFinder.find_spec(top) is not None:
        return "{} is there, but has no {}: it may be of another version than the one wanted, or incomplete".format(
            top, missing
        )
    for version, names in _REMOVED.items():
        if sys.version_info[:2] >= version and top in names.split():
            return "the module {} is no part of Python's standard library from {}.{} on: run the function on an " \
                "older version (--runtime), or do without it".format(top, *version)
    near = _near(top, [(name, name) for place, name in modules if not place])
    distribution = _DISTRIBUTIONS.get(top, top)
    return (
        "the module {0} is missing: add the distribution {1} beside the handler, at the package's root ({2} install "
        "--target PACKAGE {1}), or name a virtual environment that has it (--venv)".format(top, distribution, _pip())
    ) + (", if you did not mean {}".format(near[0]) if near else "")


def _foreign_extension(missing):
    """Where an extension module lies whose file name says that another interpreter is to load it."""
    if not missing:
        return None
    *folders, last = missing.split(".")
    for entry in sys.path:
        folder = os.path.join(str(entry), *folders)
        if not os.path.isdir(folder):
            continue
        for file in sorted(os.listdir(folder)):
            stem, _, suffix = file.partition(".")
            is_ours = "." + suffix in importlib.machinery.EXTENSION_SUFFIXES
            if stem == last and suffix.endswith(("so", "pyd", "dylib")) and not is_ours:
                return _built_for(os.path.join(*folders, file), suffix, (folders or [last])[0])
    return None


def _built_for(file, suffix, top):
    theirs, ours = _reading(suffix), _reading(importlib.machinery.EXTENSION_SUFFIXES[0].lstrip("."))
    version = theirs.partition(" on ")[0].rpartition(" ")[2]
    same_platform = theirs.partition(" on ")[2] == ours.partition(" on ")[2]
    distribution = _DISTRIBUTIONS.get(top, top)
    remedy = ", or run the function on python{0} where tandem runtimes lists it as usable (--runtime python{0})"
    return "{} is built for {}, and {} runs here: install {} again for the one that runs ({} install --upgrade " \
        "--target PACKAGE {}){}".format(
            file, theirs, ours, distribution, _pip(), distribution, remedy.format(version) if same_platform else ""
        )


def _pip():
    """The pip whose packages the interpreter that runs can use."""
    return "{} -m pip".format(sys.executable or "pip{}.{}".format(*sys.version_info[:2]))


def _reading(suffix):
    """Of a suffix such as ``cpython-39-x86_64-linux-gnu.so``: CPython 3.9 on x86_64-linux-gnu."""
    found = re.match(r"(?:cpython-|cp)(\d)(\d+)\w*-([\w-]+)", suffix)
    return "CPython {}.{} on {}".format(*found.groups()) if found else suffix.rpartition(".")[0]


def _broken_library(error):
    text = str(error)
    library = re.search(r"(\S+): cannot open shared object file", text)
    if library:
        return "the native library {} is missing: put it into a folder that LD_LIBRARY_PATH names when Tandem " \
            "starts".format(library.group(1))
    top = (error.name or "").partition(".")[0]
    if not top:
        return None
    distribution = _DISTRIBUTIONS.get(top, top)
    if "invalid ELF header" in text or "wrong ELF class" in text:
        return "{0} is built for another platform: install it for this one ({2} install --platform manylinux2014_{1} " \
            "--only-binary=:all: --target PACKAGE {0})".format(distribution, os.uname().machine, _pip())
    if re.search(r"undefined symbol: _?Py", text):
        return "{0} is built for another Python version: install it for {1}.{2} ({3} install --upgrade --target " \
            "PACKAGE {0})".format(distribution, *sys.version_info[:2], _pip())
    return None


def _modules():
    """The package's modules as folder and name, those near the root first."""
    seen = 0
    folders = [""]
    for folder in folders:
        for entry in _entries(os.path.join(_root, folder)):
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            stem, _, suffix = entry.name.partition(".")
            if entry.is_dir(follow_symlinks=False):
                if suffix or not stem or stem == "__pycache__":
                    continue
                folders.append(folder + "/" + stem if folder else stem)
                if not os.path.exists(os.path.join(entry.path, "__init__.py")):
                    continue
            elif suffix not in ("py", "pyc") and "." + suffix not in importlib.machinery.EXTENSION_SUFFIXES:
                continue
            if stem and stem != "__init__":
                yield folder, stem


def _entries(folder):
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # it may not be read
        return []


def _near(word, candidates):
    """The values of the keys that ``word`` may have been meant to be: those that are as near as the nearest."""
    limit = max(1 if len(word) < 4 else 2, len(word) // 3)
    found = []
    for key, value in candidates:
        if abs(len(key) - len(word)) <= limit:
            distance = 0 if _plain(key) == _plain(word) else _distance(word, key)
            if distance <= limit:
                found.append((distance, value))
    return sorted(value for distance, value in found if distance == min(found)[0])


def _plain(name):
    return name.lower().replace("-", "_").replace("/", ".")


def _distance(a, b):
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def _handler(module, attribute):
    return module + "." + attribute


def _did_you_mean(handlers):
    return "did you mean {}?".format(" or ".join(handlers[:3]))


def _listed(before, names):
    if not names:
        return ""
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return before + ", ".join(names[:_MOST_NAMES]) + more
