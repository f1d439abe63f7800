"""What the command advises where a Python function fails for a name or a dependency: docs/errors.md, "Hints"."""

import base64
import hashlib
import json
import shutil
import subprocess

import pytest
from support import hint_of, hints_of, write_files

HELLO_PY = """
    import os

    class Handler:
        def run(self, event, context):
            return event

    def my_handler(event, context):
        return "hello"

    def other(event, context):
        import reqests
"""


TELL_PLATFORM = "import sys; print(sys.implementation._multiarch, *sys.version_info[:2])"
ASKED = """
    class Asked:
        def __call__(self): pass

        @property
        def __module__(self):
            print("asked", flush=True)

    asked_for_its_module = Asked()
"""
SPEEDY = """
    try:
        from speedy._fast import x
    except ImportError as error:
        raise ImportError("read this") from error
"""


@pytest.mark.parametrize(
    "handler, hint",
    [
        ("hello_pyton.my_handler", "did you mean hello_python.my_handler?"),
        ("Hello-Python.my_handler", "did you mean hello_python.my_handler?"),
        ("hello_python.myhandler", "did you mean hello_python.my_handler?"),
        ("hello_python.py", "the functions of the module are hello_python.my_handler, hello_python.other"),
        ("other.my_handler", "the modules at the package's root are hello_python, tools"),
        (
            "inner.run",
            "the module is in the folder tools of the package: package what tools holds, or name the handler "
            "tools/inner.run",
        ),
        ("tools.inner.rum", "did you mean tools.inner.run?"),
        ("src.hello_python.my_handler", "did you mean hello_python.my_handler?"),
        (
            "tools.run",
            "tools is a folder: the handler's module has to be named as well, as in tools/empty.run, tools/inner.run",
        ),
        (
            "hello_python.Handler.run",
            "hello_python is a module and no folder: a handler is a function at a module's top, as in "
            "hello_python.function",
        ),
        ("hello_python::my_handler", "did you mean hello_python.my_handler?"),
        ("hello_python:my_handler", "did you mean hello_python.my_handler?"),
        ("tools.inner::run", "did you mean tools.inner.run?"),
        ("tools/inner:run", "did you mean tools/inner.run?"),
        (
            "hello_python::Handler::run",
            "a Python handler is named module.function, with a dot: the modules at the package's root are "
            "hello_python, tools",
        ),
        (
            "hello.python.Hello::my_handler",
            "a Python handler is named module.function, with a dot: the modules at the package's root are "
            "hello_python, tools",
        ),
        (
            "tools.Hello::run",
            "a Python handler is named module.function, with a dot: the modules at the package's root are "
            "hello_python, tools",
        ),
        (
            "my_handler",
            "a Python handler is named module.function, with a dot: the modules at the package's root are "
            "hello_python, tools",
        ),
        (
            "tools.empty.run",
            "the module tools.empty defines no function",
        ),
        (
            "./hello_python.my_handler",
            "a handler is named from the package's root, with neither / nor ./ before it: hello_python.my_handler",
        ),
        (
            "/tools/inner.run",
            "a handler is named from the package's root, with neither / nor ./ before it: tools/inner.run",
        ),
    ],
)
def test_python_names(tandem, tmp_path, handler, hint):
    """H-PY-05, H-PY-06, H-PY-10, H-PY-15, H-PY-18."""
    files = {"hello_python.py": HELLO_PY, "tools/inner.py": "def run(event, context): pass\n", "tools/empty.py": ""}
    package = write_files(tmp_path, {**files, "tools.py": ""} if "root" in hint else files)
    assert hint_of(tandem.invoke(handler, package, "--runtime", "python")) == hint


@pytest.mark.parametrize("handler, meant", [("app::handler", "app.handler"), ("a/b::handler", "a/b.handler")])
def test_a_name_as_for_java_where_nothing_says_python(tandem, tmp_path, handler, meant):
    """Its form says Java, and what the package holds says what was meant."""
    source = "def handler(event, context):\n    return 1\n"
    package = write_files(tmp_path, {"app.py": source, "a/b.py": source})
    assert hint_of(tandem.invoke(handler, package)) == f"did you mean {meant}?"
    assert tandem.invoke(meant, package).json == 1


def test_a_wrapping_folder(tandem, tmp_path):
    """K-01."""
    package = write_files(tmp_path, {"wrapped/hello_python.py": HELLO_PY})
    run = tandem.invoke("hello_python.my_handler", package)
    assert hint_of(run) == (
        "the module is in the folder wrapped of the package: package what wrapped holds, or name the handler "
        "wrapped/hello_python.my_handler"
    )
    assert tandem.invoke("wrapped/hello_python.my_handler", package).json == "hello"


LIBRARY = {"flask/__init__.py": "", "flask/app.py": "", "flask/sansio/app.py": ""}


@pytest.mark.parametrize(
    "files, handler, hint",
    [
        (
            {**LIBRARY, "lambda_function.py": ""},
            "app.handler",
            "the modules at the package's root are flask, lambda_function",
        ),
        ({**LIBRARY, "lambda_function.py": ""}, "flask.ap.handler", "did you mean flask.app.handler?"),
        (
            {**LIBRARY, "flask-3.0.dist-info/RECORD": "", "mine/notes.txt": ""},
            "app.handler",
            "the modules at the package's root are flask",
        ),
        (
            {**LIBRARY, "lambda_function.py": "", "src/app.py": ""},
            "app.handler",
            "the module is in the folder src of the package: package what src holds, or name the handler "
            "src/app.handler",
        ),
        (
            {"wrapped/mine/__init__.py": "", "wrapped/mine/app.py": "", "notes.py": ""},
            "mine.app.handler",
            "the module is in the folder wrapped of the package: package what wrapped holds, or name the handler "
            "wrapped/mine.app.handler",
        ),
        (
            {"hello_world/__init__.py": "", "hello_world/app.py": "", "template.yaml": ""},
            "app.handler",
            "the module is in the folder hello_world of the package: package what hello_world holds, or name the "
            "handler hello_world/app.handler",
        ),
    ],
)
def test_a_librarys_modules_are_no_handlers(tandem, tmp_path, files, handler, hint):
    """H-PY-15, K-01: unless all that the package holds is a package of Python."""
    assert hint_of(tandem.invoke(handler, write_files(tmp_path, files), "--runtime", "python")) == hint


def test_a_handler_near_very_many_names(tandem, tmp_path):
    """H-PY-15: the error is not lost for its hint."""
    stem = "generated_module_for_customer_number_"
    package = write_files(tmp_path, {f"{stem}{number:05}.py": "" for number in range(20000)})
    write_files(tmp_path, {"late.py": f"def handler(event, context):\n    import {stem}x00001\n"})
    for wanted, hint in (("x00001", [f"did you mean {stem}00001.handler?"]), ("x" * 150, [])):
        run = tandem.invoke(f"{stem}{wanted}.handler", package, "--runtime", "python")
        assert (run.json["errorType"], hints_of(run)) == ("Runtime.ImportModuleError", hint)
    run = tandem.invoke("late.handler", package)
    assert run.json["errorType"] == "ModuleNotFoundError"
    assert hint_of(run).endswith(f"if you did not mean {stem}00001")


def test_an_import_among_very_many_long_names(tandem, tmp_path):
    """Of which none is near."""
    names = [f"m{hashlib.sha256(str(number).encode()).hexdigest()}" for number in range(20001)]
    package = write_files(tmp_path, {f"{name}.py": "" for name in names[1:]})
    write_files(tmp_path, {"late.py": f"def handler(event, context):\n    import {names[0]}\n"})
    run = tandem.invoke("late.handler", package)
    assert run.json["errorType"] == "ModuleNotFoundError"
    assert hint_of(run).endswith("or name a virtual environment that has it (--venv)")


def test_an_error_is_logged_before_its_hint_is_made(tandem, invoke_python):
    """What makes a hint may ask the user's own objects."""
    run = invoke_python(ASKED, handler="app.absent")
    assert run.json["errorType"] == "Runtime.HandlerNotFound"
    lines = run.stderr.split("\n")
    assert lines.index("asked") > [line.startswith("[ERROR] Runtime.HandlerNotFound") for line in lines].index(True)


def test_a_module_of_another_place(tandem, tmp_path):
    """H-PY-21: the standard library's module was imported before the package's."""
    package = write_files(tmp_path, {"json.py": "def handler(event, context): pass\n"})
    hint = hint_of(tandem.invoke("json.handler", package))
    assert hint.startswith("the module json is /")
    assert hint.endswith("another name for the package's own module is found")


@pytest.mark.parametrize(
    "module, hint",
    [
        (
            "skimage",
            "the module skimage is missing: add the distribution scikit-image beside the handler, at the package's "
            "root (PIP install --target PACKAGE scikit-image), or name a virtual environment that has it (--venv)",
        ),
        (
            "absent_thing.part",
            "the module absent_thing is missing: add the distribution that has it beside the handler, at the package's "
            "root, or name a virtual environment that has it (--venv)",
        ),
        (
            "openpyxl",
            "the module openpyxl is missing: add the distribution openpyxl beside the handler, at the package's root "
            "(PIP install --target PACKAGE openpyxl), or name a virtual environment that has it (--venv)",
        ),
        (
            "inner",
            "the module inner is in the folder src of the package, which is not searched: package what src holds",
        ),
        (
            "whole.part",
            "whole is there, but has no whole.part: it may be of another version than the one wanted, or incomplete",
        ),
    ],
)
def test_python_dependencies(tandem, python, tmp_path, module, hint):
    """H-PY-16."""
    package = write_files(tmp_path, {"app.py": f"import {module}\n", "src/inner.py": "", "whole/__init__.py": ""})
    run = tandem.invoke("app.handler", package, "--python", python)
    assert hint_of(run) == hint
    assert run.json["errorMessage"].startswith("Unable to import module 'app': No module named '")
    assert {**run.json, "errorMessage": ""} == {
        "errorMessage": "",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    }


@pytest.mark.parametrize(
    "module, copy", [("requests", "botocore/vendored/requests/__init__.py"), ("six", "pip/_vendor/six.py")]
)
def test_a_librarys_own_copy_of_a_dependency(tandem, tmp_path, module, copy):
    """H-PY-16."""
    top, inner, *_ = copy.split("/")
    files = {"app.py": f"import {module}\n", f"{top}/__init__.py": "", f"{top}/{inner}/__init__.py": "", copy: ""}
    hint = hint_of(tandem.invoke("app.handler", write_files(tmp_path, files)))
    assert hint.startswith(f"the module {module} is missing: add the distribution {module} beside the handler")
    (tmp_path / top / inner / "__init__.py").unlink()
    assert hint_of(tandem.invoke("app.handler", str(tmp_path))) == hint


def test_no_advice_to_install_what_an_event_names(tandem, invoke_python):
    source = "import importlib\ndef handler(event, context):\n    importlib.import_module(event)\n"
    for event in ("evil --index-url x", "evil-thing", "evil;thing", "json.evil thing"):
        run = invoke_python(source, "--payload", json.dumps(event))
        assert (run.json["errorType"], hints_of(run)) == ("ModuleNotFoundError", []), event
    assert "evil_thing" not in hint_of(invoke_python(source, "--payload", '"evil_thing"')).partition(":")[2]


def test_a_mistyped_import(tandem, tmp_path):
    package = write_files(tmp_path, {"app.py": "import utlis\n", "utils.py": ""})
    assert hint_of(tandem.invoke("app.handler", package)).endswith("(--venv), if you did not mean utils")


def test_what_the_standard_library_has_lost(tandem, python, tmp_path):
    package = write_files(tmp_path, {"app.py": "import sys\nprint(sys.version_info[:2] >= (3, 12))\nimport asynchat\n"})
    run = tandem.invoke("app.handler", package, "--python", python)
    if "True" in run.stderr:
        assert hint_of(run) == (
            "the module asynchat is no part of Python's standard library from 3.12 on: run the function on an older "
            "version (--runtime), or do without it"
        )
    else:
        assert "did you mean" not in hint_of(run), "the import works there, so that the handler is what is missing"


@pytest.mark.parametrize(
    "suffix, who",
    [
        ("cpython-38-{platform}.so", "CPython 3.8 on {platform}"),
        ("cpython-311-aarch64-linux-gnu.so", "CPython 3.11 on aarch64-linux-gnu"),
        ("cp312-win_amd64.pyd", "CPython 3.12 on win_amd64"),
        ("pypy39-pp73-{platform}.so", "pypy39-pp73-{platform}"),
        ("pyd", "Windows"),
    ],
)
def test_an_extension_for_another_interpreter(tandem, python, tmp_path, suffix, who):
    """As numpy words it, whose own message hides the module that is missing."""
    machine = subprocess.run(
        [shutil.which(python) or python, "-c", TELL_PLATFORM],
        capture_output=True,
        text=True,
        check=True,
    )
    platform, major, minor = machine.stdout.split()
    suffix, who = suffix.format(platform=platform), who.format(platform=platform)
    package = write_files(tmp_path, {"app.py": "import speedy\n", "speedy/__init__.py": SPEEDY})
    (tmp_path / "speedy" / f"_fast.{suffix}").write_bytes(b"")
    run = tandem.invoke("app.handler", package, "--python", python)
    version = "python3.8"
    other = f", or run the function on {version} where tandem runtimes lists it as usable (--runtime {version})"
    assert hint_of(run) == (
        f"speedy/_fast.{suffix} is built for {who}, and CPython {major}.{minor} on {platform} runs here: "
        "install the distribution that has it for the one that runs" + (other if "38" in suffix else "")
    )
    assert run.json["errorMessage"] == "Unable to import module 'app': read this"


def test_an_extension_for_another_machine(tandem, tmp_path):
    package = write_files(tmp_path, {"app.py": "import orjson\n", "orjson.so": b"MZ" * 200})
    hint = hint_of(tandem.invoke("app.handler", package))
    assert hint.startswith("orjson is built for another platform: install it for this one (PIP install --platform ")
    assert hint.endswith(" --target PACKAGE orjson)")


@pytest.mark.parametrize(
    "file, content, hint",
    [
        ("corp_fast.cpython-38-x.so", b"", "for CPython 3.8 on x, and "),
        ("corp_fast.so", b"MZ" * 200, "for another platform: install the distribution that has it for this one"),
    ],
    ids=["version", "platform"],
)
def test_no_advice_to_install_by_a_name_that_anybody_may_have_taken(tandem, tmp_path, file, content, hint):
    """Of a module that no well-known distribution has, its name is not given to pip."""
    package = write_files(tmp_path, {"app.py": "import corp_fast\n", file: content})
    (said,) = hints_of(tandem.invoke("app.handler", package))
    assert f" is built {hint}" in said
    assert "pip" not in said and " install corp_fast" not in said
    assert "install the distribution that has it for " in said


@pytest.mark.parametrize(
    "known, source, files, hint",
    [
        (
            "Pillow",
            "from PIL import _imaging",
            {"PIL/__init__.py": "", "PIL/_imaging.{}": b"", "PIL/_imaging.pyi": ""},
            "PIL/_imaging.{} is built for ",
        ),
        (
            "pydantic",
            "from pydantic_core._pydantic_core import ArgsKwargs",
            {
                "pydantic_core/__init__.py": "",
                "pydantic_core/_pydantic_core.{}": b"",
                "pydantic_core/_pydantic_core/__init__.pyi": "",
            },
            "pydantic_core/_pydantic_core.{} is built for ",
        ),
        (
            "orjson",
            "from orjson.orjson import dumps",
            {"orjson/__init__.py": "", "orjson/orjson.{}": b"", "hidden/orjson/orjson.so": b""},
            "orjson/orjson.{} is built for ",
        ),
    ],
)
@pytest.mark.parametrize("suffix", ["cpython-38-x.so", "cp38-win_amd64.pyd"])
def test_a_name_that_is_in_an_extension_for_another_interpreter(
    tandem, python, tmp_path, known, source, files, hint, suffix
):
    """Where a package imports it from itself, where stubs lie in its place, where a later folder has one that fits."""
    app = f"import sys\nsys.path.append(__file__[:-6] + 'hidden')\n{source}\n"
    files = {name.format(suffix): text for name, text in files.items()}
    package = write_files(tmp_path, {"app.py": app, **files, "hidden/nothing": ""})
    run = tandem.invoke("app.handler", package, "--python", python)
    assert hint_of(run).startswith(hint.format(suffix)), run.stderr
    assert f"install {known} again for the one that runs (PIP install --upgrade --target PACKAGE {known})" in hint_of(
        run
    )


def test_a_hint_during_an_invocation(tandem, tmp_path):
    """A module may import its dependencies late."""
    package = write_files(tmp_path, {"hello_python.py": HELLO_PY})
    run = tandem.invoke("hello_python.other", package)
    assert run.json["errorType"] == "ModuleNotFoundError"
    assert hint_of(run).startswith("the module reqests is missing: ")


def test_an_import_that_a_package_words_anew(tandem, tmp_path):
    """As older releases of numpy did, whose __init__ names no cause."""
    source = SPEEDY.replace(" from error", "")
    package = write_files(tmp_path, {"app.py": "import speedy\n", "speedy/__init__.py": source})
    (tmp_path / "speedy" / "_fast.cpython-38-other.so").write_bytes(b"")
    hint = hint_of(tandem.invoke("app.handler", package))
    assert hint.startswith("speedy/_fast.cpython-38-other.so is built for CPython 3.8 on other, and ")


CIRCLE = "from app import absent\n"
TYPO = "def handler(event, context):\n  retrun 1\n"
OPTIONAL = "try:\n    import absent_option\nexcept ImportError:\n    "


@pytest.mark.parametrize(
    "source",
    [
        TYPO,
        "raise KeyError('x')\n",
        "import os\nos.absent\n",
        CIRCLE,
        OPTIONAL + "raise ImportError('feature off') from None\n",
        OPTIONAL + "raise ImportError('feature off')\n",
        OPTIONAL + "from os import absent\n",
        "from foo import nope\n",
        "import sys\nsys.modules['foo'] = None\nimport foo\n",
        "import sys\nsys.modules['baz'] = None\nimport baz\n",
        "from bar import nope\n",
        "from bar import built\n",
        "import silent\n",
        "import other\n",
    ],
)
def test_no_hint_where_none_helps(tandem, invoke_python, tmp_path, source):
    files = {
        "foo.py": "",
        "foo.cpython-38-other.so": "",
        "bar/__init__.py": "",
        "bar.cpython-38-other.so": "",
        "bar/built/__init__.py": "raise ImportError('feature off') from None\n",
        "bar/built.abi3.so": "",
        "bar/built.cpython-38-other.so": "",
        "baz.abi3.so": "",
        "baz.cpython-38-other.so": "",
        "silent/__init__.py": OPTIONAL + "raise ImportError('feature off') from None\n",
        "other/__init__.py": OPTIONAL + "from os import absent\n",
    }
    write_files(tmp_path / "package", files)
    run = invoke_python(source)
    assert (run.code, hints_of(run)) == (1, []), source


def test_the_hint_for_what_is_missing_last(tandem, invoke_python):
    """And not for what was tried before it."""
    hint = hint_of(invoke_python(OPTIONAL + "import requests\n"))
    assert hint.startswith("the module requests is missing: ")


def test_hints_are_tandems_and_not_the_functions(tandem, tmp_path):
    """E-04, L-51: the answer and the log tail are the service's; --quiet keeps the function's own log."""
    package = write_files(tmp_path, {"hello_python.py": HELLO_PY})
    run = tandem.invoke("hello_python.absent", package)
    assert run.stdout == (
        b"{\"errorMessage\": \"Handler 'absent' missing on module 'hello_python'\", "
        b'"errorType": "Runtime.HandlerNotFound", "requestId": "", "stackTrace": []}'
    )
    lines = run.stderr.split("\n")[:-1]
    assert lines[0].startswith("[ERROR] Runtime.HandlerNotFound: Handler 'absent' missing")
    assert lines[1].startswith("tandem: hint: ")
    assert lines[2].startswith("START RequestId: ")
    late = tandem.invoke("hello_python.other", package, "--log-type", "Tail")
    assert hint_of(late)
    tail = base64.b64decode(late.stderr.splitlines()[-1].removeprefix("X-Amz-Log-Result: ")).decode()
    assert "ModuleNotFoundError" in tail and "tandem: hint" not in tail
    quiet = tandem.invoke("hello_python.absent", package, "--quiet")
    assert (quiet.code, quiet.stdout) == (1, run.stdout)
    assert "hint" not in quiet.stderr and quiet.stderr.startswith("[ERROR] ")


def test_an_open_line_is_ended_before_a_hint(tandem, invoke_python):
    """L-42, for hints."""
    run = invoke_python("def handler(event, context):\n    print('open', end='')\n    import absent_thing\n")
    assert "\ntandem: hint: the module absent_thing is missing" in run.stderr
    assert json.loads(run.stdout)["errorType"] == "ModuleNotFoundError"
    assert run.code == 1
