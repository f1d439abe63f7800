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
_MOST_STEPS = 2_000_000  # of comparing names: far less than an init may take
_CHAIN = 10  # of exceptions, one behind the other
_MOST_ASKED = 64  # different questions that are answered: more than are ever said
_LONGEST_ASKED = 4096

#: Distributions whose name is not that of the module.
_DISTRIBUTIONS = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "_cffi_backend": "cffi",
    "attr": "attrs",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "aws_xray_sdk": "aws-xray-sdk",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "google": "protobuf",
    "grpc": "grpcio",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "nacl": "PyNaCl",
    "psycopg2": "psycopg2-binary",
    "pydantic_core": "pydantic",  # which takes one version of it only
    "rpds": "rpds-py",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
#: Those whose name is the module's. No other module's name is given to pip: anybody may have taken it.
_NAMED_ALIKE = frozenset(
    "aiobotocore aiohttp anthropic attrs bcrypt boto3 botocore cachetools certifi cffi charset_normalizer click "
    "cryptography django fastapi flask frozenlist greenlet httpx idna jinja2 jmespath jsonschema lxml mangum "
    "markupsafe matplotlib msgpack multidict numpy openai openpyxl orjson packaging pandas paramiko propcache psutil "
    "pyarrow pycparser pydantic pymongo pymysql pytest pytz redis regex requests rich s3transfer scipy simplejson "
    "six sqlalchemy tenacity torch tqdm typing_extensions ujson urllib3 werkzeug wrapt xmltodict yarl zstandard".split()
)
#: What the standard library has lost, by the version that lacks it.
_REMOVED = {
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr "
    "spwd sunau telnetlib uu xdrlib",
}

_root = ""
_answers = {}  # by what was asked


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


def _once(asked, make, *arguments):
    """What ``make`` gives, made once for what was asked: the same failure may come with each invocation.

    Looking at a package's files takes long.
    """
    if asked not in _answers:
        if len(_answers) >= _MOST_ASKED or len(repr(asked)) > _LONGEST_ASKED:
            return None
        _answers[asked] = None  # also where it cannot be made
        _answers[asked] = make(*arguments)
    return _answers[asked]


@_quiet
def of_failure(error):
    """The hint for what escaped from an init or an invocation."""
    kind = type(error)  # whose own words on __class__ are not asked for
    if issubclass(kind, Fault):
        return error.hint() if error.hint else None
    if issubclass(kind, ImportError):
        return of_import(error)
    own = vars(error).get("_tandem_hint") if type(error) is TypeError else None
    return own() if own else None


@_quiet
def of_import(error, handler=None):
    """The hint for an import that failed; ``handler``: the module and attribute whose import that was."""
    chain = _chain(error)
    asked = ("import", handler, *((cause.name, str(cause)) for cause in chain))
    return _once(asked, _of_chain, chain, handler)


def _of_chain(chain, handler):
    for cause in chain:
        hint = _foreign_extension(cause) or _broken_library(cause)
        if hint:
            return hint
    missing = [cause.name for cause in chain if isinstance(cause, ModuleNotFoundError) and cause.name]
    if not missing:
        return None
    if handler and chain[0].name == missing[0] and (handler[0].replace("/", ".") + ".").startswith(missing[0] + "."):
        return _missing_handler(chain[0], *handler)
    return _missing_dependency(missing[0])


@_quiet
def of_attribute(module, module_name, attribute):
    """The hint for a module without the handler's attribute (H-PY-18)."""
    if ":" in attribute:
        return of_name(_handler(module_name, attribute))
    return _once(("attribute", module_name, attribute), _missing_attribute, module, module_name, attribute)


def _missing_attribute(module, module_name, attribute):
    file = getattr(module, "__file__", None)
    if file is None:
        folder = module.__name__.replace(".", "/")
        names = [name for place, name in _modules() if place == folder]
        return "{} is a folder: the handler's module has to be named as well{}".format(
            module_name, _listed(", as in ", [_handler(folder + "/" + name, attribute) for name in names])
        )
    if not os.path.abspath(file).startswith(os.path.join(_root, "")):
        return (
            "the module {} is {}, which is not of the package: another name for the package's own module is "
            "found".format(module_name, file)
        )
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
    return _once(("name", name), _how_named, name)


def _how_named(name):
    module, _, function = (part.strip(":") for part in name.partition(":"))
    if function.isidentifier() and module.replace("/", ".") in (dotted for _, _, dotted in _dotted_modules()):
        return _did_you_mean([_handler(module, function)])
    modules = [module for place, module in _modules() if not place]
    return "a Python handler is named module.function, with a dot" + _listed(
        ": the modules at the package's root are ", modules
    )


@_quiet
def of_relative(module_name, attribute):
    """The hint for a handler's name that is a relative import (H-PY-05)."""
    module = module_name.lstrip("./")
    return "a handler is named from the package's root, with neither / nor ./ before it: {}".format(
        _handler(module or "module", attribute)
    )


def _chain(error):
    """The failed import, and those that it says it is about."""
    chain = []
    while error is not None and len(chain) < _CHAIN:
        if isinstance(error, ImportError):
            chain.append(error)
        error = error.__cause__ or (error.__context__ if _is_worded_anew(error) else None)
    return chain


def _is_worded_anew(error):
    """Whether a package's ``__init__`` raised this while it handled what it is about, and named no cause."""
    if error.__suppress_context__ or not isinstance(error, ImportError) or error.name:
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and os.path.basename(trace.tb_frame.f_code.co_filename) == "__init__.py"


def _missing_handler(error, module_name, attribute):
    if ":" in attribute:
        return _how_named(_handler(module_name, attribute))
    parent = re.search(r"; '(.+)' is not a package$", str(error))
    if parent:  # H-PY-10
        return "{} is a module and no folder: a handler is a function at a module's top, as in {}".format(
            parent.group(1), _handler(parent.group(1), "function")
        )
    wanted = module_name.replace("/", ".")
    modules = _dotted_modules()
    if not modules:
        return "the package holds no Python module"
    has_other_code = _has_code_beside_packages()
    for place, _, dotted in modules:
        if dotted.endswith("." + wanted):  # K-01
            folder = place[: len(dotted) - len(wanted) - 1]
            if has_other_code and _is_in_package(folder):
                continue
            handler = _handler(folder + "/" + module_name, attribute)
            return (
                "the module is in the folder {0} of the package: package what {0} holds, or name the handler "
                "{1}".format(folder, handler)
            )
    top, last = wanted.partition(".")[0], wanted.rpartition(".")[2]
    near = [
        dotted
        for place, name, dotted in modules
        if name == last and (place.partition("/")[0] == top or not (has_other_code and _is_in_package(place)))
    ] or _near(wanted, [(dotted, dotted) for _, _, dotted in modules])
    if near:
        return _did_you_mean([_handler(dotted, attribute) for dotted in near])
    roots = [name for place, name, _ in modules if not place]
    return "the modules at the package's root are " + _listed("", roots) if 0 < len(roots) <= _MOST_NAMES else None


def _missing_dependency(missing):
    if not re.fullmatch(r"[A-Za-z0-9_.]+", missing):  # as where an event names the module
        return None
    top = missing.partition(".")[0]
    is_there = importlib.machinery.PathFinder.find_spec(top) is not None
    if is_there and top == missing:  # the function's own doing, as by sys.modules
        return None
    modules = list(_modules())
    for place, name in modules:
        if not is_there and place and name == top and not _is_in_package(place):
            return (
                "the module {0} is in the folder {1} of the package, which is not searched: package what {1} "
                "holds".format(top, place)
            )
    if is_there:
        return "{} is there, but has no {}: it may be of another version than the one wanted, or incomplete".format(
            top, missing
        )
    for version, names in _REMOVED.items():
        if sys.version_info[:2] >= version and top in names.split():
            return (
                "the module {} is no part of Python's standard library from {}.{} on: run the function on an "
                "older version (--runtime), or do without it".format(top, *version)
            )
    near = _near(top, [(name, name) for place, name in modules if not place])
    return _to_be_added(top) + (", if you did not mean {}".format(near[0]) if near else "")


def _known_distribution(module):
    """The well-known distribution that a module at the top is of, or None."""
    return _DISTRIBUTIONS.get(module, module if module in _NAMED_ALIKE else None)


def _to_be_added(module):
    distribution = _known_distribution(module)
    if distribution is None:
        return (
            "the module {} is missing: add the distribution that has it beside the handler, at the package's "
            "root, or name a virtual environment that has it (--venv)".format(module)
        )
    return (
        "the module {0} is missing: add the distribution {1} beside the handler, at the package's root ({2} install "
        "--target PACKAGE {1}), or name a virtual environment that has it (--venv)".format(module, distribution, _pip())
    )


def _is_in_package(folder):
    """Whether a folder of the code is a package of Python or lies in one, so that its modules go by that one's name."""
    while folder:
        if os.path.exists(os.path.join(_root, folder, "__init__.py")):
            return True
        folder = os.path.dirname(folder)
    return False


def _has_code_beside_packages():
    """Whether the root's packages may well be libraries: pip has noted some, or modules lie beside them."""
    return any(entry.name.endswith(".dist-info") or _is_module(entry) for entry in _entries(_root))


def _is_module(entry):
    stem, _, suffix = entry.name.partition(".")
    is_code = suffix in ("py", "pyc") or "." + suffix in importlib.machinery.EXTENSION_SUFFIXES
    return is_code and stem not in ("", "__init__") and not entry.is_dir(follow_symlinks=False)


def _foreign_extension(error):
    """Where an extension module lies that was looked for, and whose file name says that another interpreter loads it."""
    for module in _looked_for(error):
        file = _foreign_file(module)
        if file:
            return _built_for(file, module.partition(".")[0])
    return None


def _looked_for(error):
    """The modules that may be what is missing: the one that is named, or what was to be imported from that one."""
    if not error.name:
        return []
    if isinstance(error, ModuleNotFoundError):
        return [error.name]
    wanted = re.match(r"cannot import name '(\w+)' from ", str(error))
    if not wanted:
        return []
    is_folder = error.path is None  # which stands for the module of the same name, as where stubs lie in it
    return [error.name + "." + wanted.group(1), *([error.name] if is_folder else [])]


def _foreign_file(module):
    *folders, last = module.split(".")
    places = sys.path
    for folder in folders:  # the first one hides those of the same name
        found = importlib.machinery.PathFinder.find_spec(folder, places)
        places = list(found.submodule_search_locations or ()) if found else ()
    foreign = None
    for place in places:
        if not os.path.isdir(str(place)):
            continue
        for file in sorted(os.listdir(str(place))):
            stem, _, suffix = file.partition(".")
            if stem != last:
                continue
            if suffix in ("py", "pyc") or "." + suffix in importlib.machinery.EXTENSION_SUFFIXES:
                return None
            if suffix.endswith(("so", "pyd", "dylib")):
                foreign = foreign or os.path.join(*folders, file)
    return foreign


def _built_for(file, top):
    theirs = _reading(os.path.basename(file).partition(".")[2])
    ours = _reading(importlib.machinery.EXTENSION_SUFFIXES[0].lstrip("."))
    version = theirs.partition(" on ")[0].rpartition(" ")[2]
    same_platform = theirs.partition(" on ")[2] == ours.partition(" on ")[2]
    distribution = _known_distribution(top)
    what = "{} is built for {}, and {} runs here: ".format(file, theirs, ours)
    other = ", or run the function on python{0} where tandem runtimes lists it as usable (--runtime python{0})"
    remedy = (
        "install {0} again for the one that runs ({1} install --upgrade --target PACKAGE {0})".format(
            distribution, _pip()
        )
        if distribution
        else "install the distribution that has it for the one that runs"
    )
    return what + remedy + (other.format(version) if same_platform else "")


def _pip():
    """The pip whose packages the interpreter that runs can use."""
    return "{} -m pip".format(sys.executable or "pip{}.{}".format(*sys.version_info[:2]))


def _reading(suffix):
    """Of a suffix such as ``cpython-39-x86_64-linux-gnu.so``: CPython 3.9 on x86_64-linux-gnu."""
    found = re.match(r"(?:cpython-|cp)(\d)(\d+)\w*-([\w-]+)", suffix)
    if found:
        return "CPython {}.{} on {}".format(*found.groups())
    tag, _, kind = suffix.rpartition(".")
    return tag or {"pyd": "Windows", "dylib": "macOS"}.get(kind, kind)


def _broken_library(error):
    text = str(error)
    library = re.search(r"(\S+): cannot open shared object file", text)
    if library:
        return (
            "the native library {} is missing: put it into a folder that LD_LIBRARY_PATH names when Tandem "
            "starts".format(library.group(1))
        )
    top = (error.name or "").partition(".")[0]
    if not top:
        return None
    distribution = _known_distribution(top)
    if "invalid ELF header" in text or "wrong ELF class" in text:
        if not distribution:
            return "{} is built for another platform: install the distribution that has it for this one".format(top)
        return (
            "{0} is built for another platform: install it for this one ({2} install --platform manylinux2014_{1} "
            "--only-binary=:all: --target PACKAGE {0})".format(distribution, os.uname().machine, _pip())
        )
    if re.search(r"undefined symbol: _?Py", text):
        version = "{}.{}".format(*sys.version_info[:2])
        if not distribution:
            return "{} is built for another Python version: install the distribution that has it for {}".format(
                top, version
            )
        return (
            "{0} is built for another Python version: install it for {1} ({2} install --upgrade --target "
            "PACKAGE {0})".format(distribution, version, _pip())
        )
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
            elif not _is_module(entry):
                continue
            yield folder, stem


def _dotted_modules():
    """Those as folder, name, and the name by which they are imported."""
    return [(place, name, ".".join([*place.split("/"), name]) if place else name) for place, name in _modules()]


def _entries(folder):
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # it may not be read
        return []


def _near(word, candidates):
    """The values of the keys that ``word`` may have been meant to be: those that are as near as the nearest.

    Of very many, those are looked at whose length is nearest.
    """
    same = [value for key, value in candidates if _plain(key) == _plain(word)]
    if same:
        return sorted(same)
    nearest = max(1 if len(word) < 4 else 2, len(word) // 3)
    steps = 0
    found = []
    for key, value in sorted(candidates, key=lambda candidate: abs(len(candidate[0]) - len(word))):
        if abs(len(key) - len(word)) > nearest or steps > _MOST_STEPS:
            break
        start = len(os.path.commonprefix([word, key]))  # noqa: RUF071  by characters is what is meant
        steps += (len(word) - start) * (len(key) - start)
        distance = _distance(word[start:], key[start:], nearest)
        if distance < nearest:
            nearest, found = distance, []
        if distance == nearest:
            found.append(value)
    return sorted(found)


def _plain(name):
    return name.lower().replace("-", "_").replace("/", ".")


def _distance(a, b, limit):
    """Levenshtein's; where it is above the limit, something above the limit."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
        if min(row) > limit:
            return limit + 1
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
