"""The Python half by itself, over a stand-in for the C++ half: what it resolves, and how it words failures."""

import importlib
import importlib.abc
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import threading
import types

import pytest

HALF = pathlib.Path(__file__).resolve().parents[2] / "python-bridge" / "python" / "_tandem"


class Native(types.ModuleType):
    """Keeps what is logged."""

    UNSET, DEBUG, INFO, WARN, ERROR, FATAL = 0, 2, 3, 4, 5, 6

    def __init__(self):
        super().__init__("_tandem.native")
        self.records = []
        self.hints = []
        self.LambdaContext = type("LambdaContext", (), {})
        self.LogStream = type("LogStream", (), {})

    def log(self, text, level, as_json):
        self.records.append((text, level, as_json))

    def hint(self, text):
        self.hints.append(text)


@pytest.fixture
def half(monkeypatch):
    """The package under its own name, with a fresh stand-in and the standard library's JSON."""
    native = Native()
    for name in [name for name in sys.modules if name.partition(".")[0] == "_tandem"]:
        monkeypatch.delitem(sys.modules, name)
    spec = importlib.util.spec_from_file_location(
        "_tandem", HALF / "__init__.py", submodule_search_locations=[str(HALF)]
    )
    package = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "_tandem", package)
    monkeypatch.setitem(sys.modules, "_tandem.native", native)
    spec.loader.exec_module(package)
    modules = types.SimpleNamespace(native=native)
    for name in ("faults", "wire", "errors", "resolve", "context", "bytecode"):
        setattr(modules, name, importlib.import_module("_tandem." + name))
    monkeypatch.setattr(modules.wire, "dumps", lambda value, escaped: json.dumps(value, ensure_ascii=escaped))
    yield modules
    for name in [name for name in sys.modules if name.partition(".")[0] == "_tandem"]:
        del sys.modules[name]


@pytest.fixture
def package(half, tmp_path, monkeypatch):
    """An empty package in front of the search path."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    half.resolve.prepare(str(tmp_path), [], True)
    yield tmp_path
    half.resolve.forget_package()


def fault_of(half, name):
    with pytest.raises(half.faults.Fault) as caught:
        half.resolve.open_handler(name)
    return caught.value.kind, caught.value.message, caught.value.trace


def test_h_py_02_last_dot_cuts(half, package):
    (package / "a" / "b").mkdir(parents=True)
    (package / "a" / "b" / "c.py").write_text("def fn(event, context):\n    return 5\n")
    assert half.resolve.open_handler("a.b.c.fn")(None, None) == 5
    assert half.resolve.open_handler("a/b/c.fn")(None, None) == 5


def test_h_py_06_no_dot(half, package):
    assert fault_of(half, "handler") == (
        "Runtime.MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        [],
    )


def test_h_py_20_built_in_modules_are_this_interpreters(half, package, monkeypatch):
    monkeypatch.setattr(sys, "builtin_module_names", ("only_this",))
    assert fault_of(half, "only_this.x")[0] == "Runtime.BuiltInModuleConflict"
    assert callable(half.resolve.open_handler("time.sleep"))


def test_h_py_24_syntax_error_has_one_trace_entry(half, package):
    (package / "bad.py").write_text("x = 1\ny = = 2\n")
    kind, message, trace = fault_of(half, "bad.fn")
    assert kind == "Runtime.UserCodeSyntaxError"
    assert message == "Syntax error in module 'bad': invalid syntax (bad.py, line 2)"
    assert trace == ['  File "{}" Line 2\n    y = = 2\n'.format(package / "bad.py")]


def test_h_py_36_failed_init_is_forgotten(half, package):
    (package / "part.py").write_text("values = []\n")
    (package / "whole.py").write_text(
        "import part\npart.values.append(1)\nif len(part.values) == 1:\n    raise ValueError\n"
    )
    for _ in range(2):
        with pytest.raises(ValueError):
            half.resolve.open_handler("whole.fn")
        assert "part" not in sys.modules and "whole" not in sys.modules


def test_an_open_waits_for_the_last_close_to_forget(half, package, monkeypatch):
    (package / "part.py").write_text("")
    (package / "whole.py").write_text("import part\nfn = object()\n")
    half.resolve.open_handler("whole.fn")
    forgetting, opened = threading.Event(), threading.Event()
    belongs_to_package = half.resolve._belongs_to_package

    def slowly(module):
        if not forgetting.is_set():
            forgetting.set()
            opened.wait(0.2)  # where the open does not wait, it is over now
        return belongs_to_package(module)

    monkeypatch.setattr(half.resolve, "_belongs_to_package", slowly)
    closing = threading.Thread(target=half.resolve.close_handler)
    closing.start()
    forgetting.wait()
    handler = half.resolve.open_handler("whole.fn")
    opened.set()
    closing.join()
    assert "part" in sys.modules
    assert sys.modules["whole"].fn is handler


def test_h_py_36_a_failed_init_leaves_what_another_thread_was_already_looking_for(half, package, monkeypatch):
    """Its import has begun before the init, and its module is there only afterwards."""
    monkeypatch.setattr(sys, "steps", types.SimpleNamespace(), raising=False)
    for step in ("sought", "failing", "found", "failed"):
        setattr(sys.steps, step, threading.Event())
    (package / "steady.py").write_text("import sys\nsys.steps.found.set()\nsys.steps.failed.wait(60)\n")
    (package / "failing.py").write_text(
        "import sys\nsys.steps.failing.set()\nsys.steps.found.wait(60)\nraise ValueError\n"
    )

    class Slow(importlib.machinery.SourceFileLoader):
        def create_module(self, spec):
            sys.steps.sought.set()
            sys.steps.failing.wait(60)

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname, path=None, target=None):
            if fullname != "steady":
                return None
            file = str(package / "steady.py")
            return importlib.util.spec_from_file_location(fullname, file, loader=Slow(fullname, file))

    sys.meta_path.insert(1, Finder())
    failures = []

    def import_steady():
        try:
            importlib.import_module("steady")
        except BaseException as error:
            failures.append(error)

    other = threading.Thread(target=import_steady)
    other.start()
    sys.steps.sought.wait()
    with pytest.raises(ValueError):
        half.resolve.open_handler("failing.fn")
    sys.steps.failed.set()
    other.join()
    assert failures == []
    assert "steady" in sys.modules and "failing" not in sys.modules


def test_only_the_last_close_forgets(half, package):
    (package / "whole.py").write_text("fn = object()\n")
    handler = half.resolve.open_handler("whole.fn")
    assert half.resolve.open_handler("whole.fn") is handler
    half.resolve.close_handler()
    assert sys.modules["whole"].fn is handler
    half.resolve.close_handler()
    assert "whole" not in sys.modules


@pytest.mark.parametrize(
    "text", ["module x does not support loading in subinterpreters", "cannot load module more than once per process"]
)
def test_refused_extensions_name_the_remedy(half, package, text):
    half.resolve.prepare(str(package), [], False)
    whole = "PLEASE READ THIS:\n" + text + "\nand more"
    (package / "refused.py").write_text("raise ImportError({!r})\n".format(whole))
    message = fault_of(half, "refused.fn")[1]
    remedy = "run this function with process isolation: "
    assert message.startswith("Unable to import module 'refused': " + remedy)
    assert message.endswith("(" + text + ")")
    assert "\n" not in message
    late = half.errors.report(raised(ImportError(whole)), "id", True, False)[2]
    assert late == message[message.index(remedy) :]
    assert half.errors.report(raised(RuntimeError(whole)), "id", True, False)[2] == whole
    half.resolve.prepare(str(package), [], True)
    assert fault_of(half, "refused.fn")[1] == "Unable to import module 'refused': " + whole
    assert half.errors.report(raised(ImportError(whole)), "id", True, False)[2] == whole


def test_extensions_of_a_second_package_that_look_in_the_first(half, package):
    """What CPython 3.13 makes of numpy: its extension looks for it in the main interpreter, and says so once only."""
    remedy = "run this function with process isolation: "
    half.resolve.prepare(str(package), [], False)
    (package / "present.py").write_text("")
    lost = "raise ModuleNotFoundError(name='{}')\n"
    wrapped = "try:\n    {}except ImportError as e:\n    raise ImportError('you should not') from e\n"
    (package / "refused.py").write_text(wrapped.format(lost.format("present")))
    (package / "lacking.py").write_text(wrapped.format(lost.format("absent_thing")))
    (package / "again.py").write_text("raise RuntimeError('CPU dispatcher tracer already initlized')\n")
    (package / "broken.py").write_text("raise RuntimeError('broken')\n")
    message = fault_of(half, "refused.fn")[1]
    assert message.startswith("Unable to import module 'refused': " + remedy)
    assert message.endswith("(present was looked for in the first package)")
    assert fault_of(half, "lacking.fn")[1] == "Unable to import module 'lacking': you should not"
    assert fault_of(half, "again.fn")[1].startswith("Unable to import module 'again': " + remedy)
    with pytest.raises(RuntimeError, match=r"^broken$"):
        half.resolve.open_handler("broken.fn")
    half.resolve.prepare(str(package), [], True)
    assert fault_of(half, "refused.fn")[1] == "Unable to import module 'refused': you should not"


def test_h_py_14_layers_follow_unless_pythonpath_is_set(half, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", ["/else"])
    monkeypatch.delenv("PYTHONPATH", raising=False)
    half.resolve.prepare("/code", ["/layer"], True)
    site = "/layer/python/lib/python{}.{}/site-packages".format(*sys.version_info)
    assert sys.path == ["/code", site, "/layer/python", "/else"]
    monkeypatch.setattr(sys, "path", ["/else"])
    monkeypatch.setenv("PYTHONPATH", "/else")
    half.resolve.prepare("/code", ["/layer"], True)
    assert sys.path == ["/code", "/else"]


def test_h_py_14_the_runtimes_own_libraries_follow_the_layers_or_pythonpath(half, monkeypatch):
    monkeypatch.setattr(sys, "path", ["/else", "/b"])
    monkeypatch.delenv("PYTHONPATH", raising=False)
    half.resolve.prepare("/code", ["/layer"], True, "", "/a:/b")
    site = "/layer/python/lib/python{}.{}/site-packages".format(*sys.version_info)
    assert sys.path == ["/code", site, "/layer/python", "/a", "/b", "/else"]
    monkeypatch.setattr(sys, "path", ["/else", "/b"])
    monkeypatch.setenv("PYTHONPATH", "/else")
    half.resolve.prepare("/code", ["/layer"], True, "", "/a:/b")
    assert sys.path == ["/code", "/else", "/b", "/a"]


def test_h_py_14_the_half_imports_nothing_that_the_service_does_not(tmp_path):
    """A package's file wins over every module that is not in memory before it."""
    script = """
import sys, types
from importlib.machinery import ModuleSpec, SourceFileLoader
library = types.ModuleType("simplejson")
library.JSONEncoder = type("JSONEncoder", (), {"__init__": lambda self, **options: None})
raw = types.ModuleType("simplejson.raw_json")
raw.RawJSON = None
class Vendored:
    def find_spec(self, name, path=None, target=None):
        found = {"simplejson": library, "simplejson.raw_json": raw}.get(name)
        return found and ModuleSpec(name, self, is_package=found is library)
    def create_module(self, spec):
        return library if spec.name == "simplejson" else raw
    def exec_module(self, module):
        pass
sys.meta_path.insert(0, Vendored())
init, root = sys.argv[1:]
loader = SourceFileLoader("_tandem", init)
spec = ModuleSpec("_tandem", loader, origin=init, is_package=True)
spec.submodule_search_locations.append(init.rpartition("/")[0])
half = sys.modules["_tandem"] = types.ModuleType("_tandem")
half.__spec__, half.__path__, half.__file__ = spec, spec.submodule_search_locations, init
loader.exec_module(half)
native = types.ModuleType("_tandem.native")
native.UNSET = native.DEBUG = native.INFO = native.WARN = native.ERROR = native.FATAL = 0
native.LambdaContext = type("LambdaContext", (), {})
native.LogStream = type("LogStream", (), {"__init__": lambda *given: None, "flush": lambda self: None})
out = sys.stdout
functions = half.start(native, "/vendor", True, False)
functions["hold"](root, [], True)
functions["open"]("app.handler")
print(*sorted(sys.modules), file=out)
"""
    (tmp_path / "app.py").write_text("handler = object()\n")
    command = [sys.executable, "-I", "-S", "-B", "-c", script, str(HALF / "__init__.py"), str(tmp_path)]
    loaded = set(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())
    assert {"json", "logging", "app"} <= loaded
    assert not loaded & {
        *("bisect", "dis", "email", "fnmatch", "glob", "importlib.abc", "importlib.metadata", "importlib.resources"),
        *("inspect", "pathlib", "random", "shutil", "signal", "struct", "tempfile", "typing", "urllib", "zipfile"),
    }


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize("name", ["ap.handler", "app.handlr", "app", "needs.handler"])
def test_a_hint_is_made_once(half, package, monkeypatch, name):
    """The failure comes with each try, and the package's files are looked at for the first."""
    hints = importlib.import_module("_tandem.hints")
    looks = []
    for function in ("_modules", "_near"):
        real = getattr(hints, function)
        monkeypatch.setattr(hints, function, lambda *given, real=real: looks.append(given) or real(*given))
    for file, text in (("app", "def handler(event, context): pass\n"), ("needs", "import ap\n")):
        (package / (file + ".py")).write_text(text)

    def fail(name):
        with pytest.raises(half.faults.Fault) as caught:
            half.resolve.open_handler(name)
        half.errors.report(caught.value, "id", True, False)
        return len(looks)

    once = fail(name)
    assert once > 0
    assert fail(name) == once
    assert half.native.hints[0] == half.native.hints[1]
    assert fail("other.handler") > once, "another question"
    answers = [fail("a%d.handler" % number) for number in range(100)]
    assert answers[-1] == answers[-2], "no more than some questions are answered"


def test_e_05_report(half):
    status, kind, message, body, trace = half.errors.report(raised(KeyError("k")), "id", True, False)
    assert (status, kind, message) == (None, "KeyError", "'k'")
    assert list(json.loads(body)) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert trace == json.loads(body)["stackTrace"] and "in raised" in trace[0]


def test_l_16_log_of_a_failure(half):
    half.errors.report(half.faults.Fault("Runtime.X", "what", ["  File\n    line\n"]), "id", True, False)
    assert half.native.records == [
        (
            "[ERROR] Runtime.X: what\rTraceback (most recent call last):\r\u00a0\u00a0File\r\u00a0\u00a0\u00a0\u00a0line\n",
            5,
            False,
        )
    ]


@pytest.mark.parametrize("kind, message, head", [("T", "", "[ERROR] T"), ("", "m", "[ERROR] m"), ("", "", "[ERROR]")])
def test_l_17_missing_parts_shorten_the_head(half, kind, message, head):
    half.errors.report(half.faults.Fault(kind, message), "id", True, False)
    assert half.native.records[0][0].split("\r")[0] == head


@pytest.mark.parametrize("code, status", [(None, 0), (5, 5), (True, 1), (-1, 255), (256, 0), ("text", 1)])
def test_e_43_exit_status(half, code, status, capsys):
    assert half.errors.report(raised(SystemExit(code)), "id", True, False)[0] == status
    assert capsys.readouterr().err == ("text\n" if code == "text" else "")


def test_c_10_client_context_drops_unknown_members(half):
    made = half.context.parse_client_context('{"client": {"app_title": "t", "other": 1}, "custom": {"a": 1}}')
    assert made.client.app_title == "t" and made.client.installation_id is None
    assert made.custom == {"a": 1} and made.env is None
    with pytest.raises(AttributeError):
        made.client.other = 1


def test_c_15_repr_of_parts(half):
    assert (
        repr(half.context.no_identity()) == "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])"
    )


def test_byte_code_takes_no_more_than_its_limit_and_the_last_used_stays(half, tmp_path):
    code = compile("VALUE = " + repr("x" * 900), "m.py", "exec")
    cache = half.bytecode.Cache(str(tmp_path), limit=64 * 8192)  # some eight in each folder
    places = [cache.place(b"%d" % number, "m.py") for number in range(2000)]
    used = places[0]
    for at, place in enumerate(places):
        cache.write(place, code)
        now = 1_000_000 + at
        for file, time in ((place, now), (used, now + 1)):
            if pathlib.Path(*file).exists():
                os.utime(pathlib.Path(*file), (time, time))
    sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in tmp_path.iterdir()]
    assert len(sizes) == 64
    assert max(sizes) <= 8192
    assert sum(sizes) > 64 * 8192 // 2
    assert cache.read(used) == code
    assert [cache.read(place) for place in places[1:64]] == [None] * 63
    assert cache.read(places[-1]) == code


def test_byte_code_that_another_process_has_kept_counts(half, tmp_path):
    code = compile("VALUE = " + repr("x" * 900), "m.py", "exec")
    for number in range(300):
        cache = half.bytecode.Cache(str(tmp_path), limit=64 * 8192)
        cache.write(cache.place(b"%d" % number, "m.py"), code)
    assert max(sum(file.stat().st_size for file in folder.iterdir()) for folder in tmp_path.iterdir()) <= 8192


def test_byte_code_larger_than_its_folder_is_not_kept(half, tmp_path):
    cache = half.bytecode.Cache(str(tmp_path), limit=64 * 1024)
    cache.write(cache.place(b"1", "m.py"), compile("VALUE = " + repr("x" * 2000), "m.py", "exec"))
    assert not list(tmp_path.iterdir())


def test_byte_code_depends_on_source_path_and_optimization(half, tmp_path, monkeypatch):
    cache = half.bytecode.Cache(str(tmp_path))
    place = cache.place(b"1", "m.py")
    assert place == cache.place(b"1", "m.py")
    assert place != cache.place(b"2", "m.py")
    assert place != cache.place(b"1", "n.py")
    monkeypatch.setattr(sys, "flags", types.SimpleNamespace(optimize=2))
    assert place != half.bytecode.Cache(str(tmp_path)).place(b"1", "m.py")
