"""The seed examples, payloads, exit statuses and errors."""

import json
import os
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from support import archived, as_user, example, write_files, write_zip

ECHO = "def handler(event, context):\n    return event\n"


def test_seed_java(tandem, java_home, covers):
    """H-JAVA-01, L-28, L-41 to L-43: `String myHandler(int, Context)` fed 123."""
    run = tandem(
        *("invoke", "--handler", "example.Hello::myHandler", "--code", example("hello-java.jar"), "--payload", "123"),
        *("--java-home", java_home),
    )
    assert (run.code, run.stdout) == (0, b'"123"')
    assert run.handler_log() == "received : 123\n"
    covers("H-JAVA-01", "L-28", "L-41", "L-43")


def test_seed_python(tandem, python, tmp_path, covers):
    """H-PY-01, H-PY-38: the greeting, its event from a file."""
    event = tmp_path / "event.json"
    event.write_text('{"first_name": "Ada", "last_name": "Lovelace"}')
    run = tandem(
        *("invoke", "--handler", "hello_python.my_handler", "--code", example("deployment-package.zip")),
        *("-e", event, "--python", python),
    )
    assert (run.code, run.stdout) == (0, b'{"message": "Hello Ada Lovelace"}')
    assert run.handler_log() == ""
    covers("H-PY-01", "H-PY-38")


def test_seed_python_error(tandem, covers):
    """H-PY-38, E-05 to E-08, L-16: a missing key is a function error on standard output and in the log."""
    run = tandem.invoke("hello_python.my_handler", example("deployment-package.zip"))
    assert run.code == 1
    assert list(run.json) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (run.json["errorMessage"], run.json["errorType"]) == ("'first_name'", "KeyError")
    assert run.json["requestId"] == run.request_id
    log = run.handler_log()
    assert log.startswith("[ERROR] KeyError: 'first_name'\rTraceback (most recent call last):\r")
    assert log.count("\n") == 1
    covers("H-PY-38", "E-05", "E-07", "L-16")


def test_java_error(tandem, java_package, covers):
    """E-17 to E-20."""
    run = tandem.invoke("demo.Ending::fail", java_package)
    assert run.code == 1
    assert list(run.json) == ["errorMessage", "errorType", "stackTrace"]
    assert (run.json["errorMessage"], run.json["errorType"]) == ("no", "java.lang.IllegalStateException")
    (frame,) = run.json["stackTrace"]
    assert re.fullmatch(r"demo\.Ending\.fail\(Ending\.java:\d+\)", frame)
    covers("E-17/java", "E-19", "E-20")


def test_payload_from_standard_input_and_code_from_the_current_folder(tandem, tmp_path):
    write_files(tmp_path, {"hello_python.py": ECHO})
    run = tandem(
        *("invoke", "--handler", "hello_python.handler", "--payload", "-"), stdin=b'{"by": "stdin"}', cwd=tmp_path
    )
    assert (run.code, run.stdout) == (0, b'{"by": "stdin"}')


def test_payload_defaults_to_an_empty_object(tandem, java_package, invoke_python, covers):
    """J-47."""
    assert invoke_python(ECHO).stdout == b"{}"
    assert tandem.invoke("demo.Talk$Echo", java_package).stdout == b"{}"
    covers("J-47")


@pytest.mark.parametrize("text", ["123", "-1", "-1.5", '"--code"', "null", '{"a": 1}', '"@x"'])
def test_payload_text(invoke_python, text, covers):
    """J-34, J-49; a value that looks like an option is a value."""
    run = invoke_python(ECHO, "--payload", text)
    assert (run.code, run.stdout.decode()) == (0, text)
    covers("J-34", "J-49")


def test_payload_file_is_read_before_the_folder_changes(tandem, tmp_path):
    """R-40: the handler runs in the code's folder, file names count from the caller's."""
    write_files(tmp_path, {"code/app.py": ECHO, "event.json": '{"by": "file"}'})
    for arguments in (
        ["--payload", "@event.json"],
        ["--event", "event.json"],
        ["-eevent.json"],
        ["--event=event.json"],
    ):
        run = tandem("invoke", "--handler", "app.handler", "--code", "code", *arguments, cwd=tmp_path)
        assert (run.code, run.stdout) == (0, b'{"by": "file"}')


def test_bytes_pass_untouched(tandem, java_package, tmp_path, covers):
    """J-56, J-57: a stream handler sees and answers any bytes."""
    for content in (bytes(range(256)) * 3, b'{"a"  :  1}\n', b"", b"not json"):
        file = tmp_path / "event.bin"
        file.write_bytes(content)
        run = tandem.invoke("demo.Talk$Echo", java_package, "--payload", f"@{file}")
        assert (run.code, run.stdout) == (0, content)
    covers("J-56", "J-57")


def test_five_megabytes_through_pipes(invoke_python, covers):
    """J-59."""
    event = json.dumps("x" * 5_000_000).encode()
    run = invoke_python(ECHO, "--payload", "-", stdin=event)
    assert (run.code, run.stdout) == (0, event)
    covers("J-59")


def test_bad_json_is_the_language_sides_error(invoke_python, tandem, java_package, covers):
    """J-46: passed through, and a function error."""
    run = invoke_python(ECHO, "--payload", "{'a': 1}")
    assert (run.code, run.json["errorType"]) == (1, "Runtime.UnmarshalError")
    assert run.json["errorMessage"].startswith("Unable to unmarshal input: ")
    run = tandem.invoke("demo.Ending::exit", java_package, "--payload", "{nonsense")
    assert run.code == 1
    assert run.json["errorMessage"].startswith("An error occurred during JSON parsing")
    covers("J-46", "J-60")


@pytest.mark.parametrize(
    ("handler", "error_type", "message"),
    [
        ("app.nope", "Runtime.HandlerNotFound", "Handler 'nope' missing on module 'app'"),
        ("nope.handler", "Runtime.ImportModuleError", "Unable to import module 'nope': No module named 'nope'"),
        (
            "broken.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'broken': No module named 'missing_dep'",
        ),
        ("raising.handler", "ValueError", "at import"),
        (
            "handler",
            "Runtime.MalformedHandlerName",
            "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        ),
    ],
)
def test_python_handler_that_cannot_be_resolved(tandem, tmp_path, handler, error_type, message, covers):
    """H-PY-06, 15, 16, 18, 26, E-33: exit 1, the error's JSON on standard output."""
    files = {"app.py": ECHO, "broken.py": "import missing_dep\n", "raising.py": "raise ValueError('at import')\n"}
    run = tandem.invoke(handler, write_files(tmp_path, files))
    assert run.code == 1
    assert (run.json["errorType"], run.json["errorMessage"], run.json["requestId"]) == (error_type, message, "")
    covers("E-33")


def test_java_handler_that_cannot_be_resolved(tandem, java_package, covers):
    """H-JAVA-06."""
    run = tandem.invoke("demo.Nowhere::run", java_package)
    assert run.code == 1
    assert run.json["errorMessage"] == "Class not found: demo.Nowhere"
    assert run.json["errorType"] == "java.lang.ClassNotFoundException"
    covers("H-JAVA-06/java")


def test_event_prints_nothing(invoke_python, covers):
    """I-02, C-34: run, its value discarded, without client context."""
    source = """
        def handler(event, context):
            print("client context:", context.client_context)
            return "discarded"
        """
    run = invoke_python(source, "--invocation-type", "Event", "--client-context", '{"custom": {}}')
    assert (run.code, run.stdout) == (0, b"")
    assert run.handler_log() == "client context: None\n"
    covers("C-34")


def test_event_that_fails(invoke_python):
    run = invoke_python("def handler(event, context):\n    raise ValueError('x')\n", "--invocation-type", "Event")
    assert (run.code, run.stdout) == (1, b"")
    assert "[ERROR] ValueError: x" in run.handler_log()


def test_dry_run_resolves_and_does_not_run(invoke_python):
    """I-03."""
    source = "print('imported')\ndef handler(event, context):\n    print('ran')\n"
    run = invoke_python(source, "--invocation-type", "DryRun")
    assert (run.code, run.stdout, run.stderr) == (0, b"", "imported\n")


def test_dry_run_reports_what_cannot_be_resolved(invoke_python):
    run = invoke_python(ECHO, "--invocation-type", "DryRun", handler="app.nope")
    assert (run.code, run.json["errorType"]) == (1, "Runtime.HandlerNotFound")


def test_zip_and_folder_packages_answer_alike(tandem, tmp_path, covers):
    """H-PY-02, H-PY-03, K-01: nested modules; a wrapping folder is part of the name."""
    files = {"deep/er/app.py": ECHO}
    packages = [write_zip(tmp_path / "package.zip", files), write_files(tmp_path / "folder", files)]
    for package in packages:
        for handler in ("deep.er.app.handler", "deep/er/app.handler"):
            run = tandem.invoke(handler, package, "--payload", "[1]")
            assert (run.code, run.stdout) == (0, b"[1]")
        assert tandem.invoke("app.handler", package).json["errorType"] == "Runtime.ImportModuleError"
    covers("H-PY-02", "H-PY-03", "K-01")


def test_package_is_not_written_to(invoke_python, tmp_path, covers):
    """K-19."""
    assert invoke_python(ECHO).code == 0
    assert os.listdir(tmp_path / "package") == ["app.py"]
    covers("K-19")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_unpacked_package_that_is_damaged_is_unpacked_again(tandem, tmp_path, covers):
    """K-21: also one whose archive has a name twice, in which the last one counts and nothing is damaged."""
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for text in ("def handler(event, context): return 'the first'\n", ECHO):
            archive.writestr(archived("app.py"), text)
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache")}
    files = []
    for _ in range(3):
        run = tandem.invoke("app.handler", tmp_path / "twice.zip", "--payload", "[1]", env=env)
        assert (run.code, run.stdout) == (0, b"[1]"), run.stderr
        (tree,) = (tmp_path / "cache" / "packages").iterdir()
        files.append((tree / "app.py").stat().st_ino)
        if len(files) == 2:
            (tree / "app.py").unlink()
    assert files[0] == files[1]
    covers("K-21")


def test_package_that_leaves_its_folder_is_refused(tandem, tmp_path, covers):
    """K-15: exit 2, and nothing is left behind."""
    package = write_zip(tmp_path / "evil.zip", {"app.py": ECHO, "../../escaped.txt": "x"})
    cache = tmp_path / "cache"
    run = tandem.invoke("app.handler", package, env={"TANDEM_CACHE_DIR": str(cache)})
    assert (run.code, run.stdout) == (2, b"")
    assert "escaped.txt" in run.stderr
    assert not list(tmp_path.rglob("escaped.txt"))
    assert not list(cache.rglob("app.py"))
    covers("K-15")


def test_what_is_not_a_package(tandem, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no package")
    for code in (text, tmp_path / "missing.zip"):
        run = tandem.invoke("app.handler", code)
        assert (run.code, run.stdout) == (2, b"")
        assert code.name in run.stderr
        assert run.stderr.count("\n") == 1


def test_what_is_not_a_package_has_a_remedy(tandem, tmp_path):
    """For a source file, and for the archives of tar and others."""

    def said(code):
        run = tandem.invoke("app.handler", code, cwd=tmp_path)
        assert (run.code, run.stdout, run.stderr.count("\n")) == (2, b"", 1)
        return run.stderr

    write_files(
        tmp_path, {"app.py": "def handler(event, context):\n    return 1", "cut.zip": b"PK\x03\x04" + bytes(80)}
    )
    assert said("app.py").endswith("; to run a file that is not packed, name its folder: .\n")
    assert said(tmp_path / "app.py").endswith(f"; to run a file that is not packed, name its folder: {tmp_path}\n")
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        with tarfile.open(tmp_path / "package.tgz", mode) as archive:
            archive.add(tmp_path / "app.py", "app.py")
        assert said("package.tgz").endswith("; unpack it and name the folder, or make a zip of what it holds\n"), mode
    assert said("cut.zip").endswith("or was cut off\n")


@pytest.mark.parametrize(
    ("modes", "reason"),
    [
        ({"package": 0o311}, "cannot read the package"),
        ({"package": 0o644}, "cannot read the package"),
        ({".": 0o600}, "cannot open the package"),
        ({"package.zip": 0o000}, "cannot read the package"),
    ],
)
def test_package_that_may_not_be_read(tandem, tmp_path, modes, reason):
    """Exit 2 and the system's reason, for a user without root's right to read all."""
    place = tmp_path / "place"
    write_files(place / "package", {"app.py": ECHO})
    write_zip(place / "package.zip", {"app.py": ECHO})
    for name, mode in modes.items():
        (place / name).chmod(mode)
    code = place / ("package.zip" if "package.zip" in modes else "package")
    run = tandem.invoke("app.handler", code, binary=as_user(tmp_path))
    place.chmod(0o755)
    code.chmod(0o755)
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr == f"tandem: invoke: --code: {reason} {code}: Permission denied\n"


def test_what_has_no_end_is_no_package(tandem, tmp_path):
    """A pipe is refused without being opened, which would wait for a writer."""
    os.mkfifo(tmp_path / "pipe.zip")
    run = tandem.invoke("app.handler", tmp_path / "pipe.zip")
    assert (run.code, run.stdout) == (2, b"")
    assert "pipe.zip is no package" in run.stderr


@pytest.mark.parametrize("damage", ["empty", "cut", "content"])
def test_archive_that_is_damaged(tandem, tmp_path, damage):
    content = Path(example("hello-java.jar")).read_bytes()
    start = content.index(b"Hello.class") + 60
    broken = {
        "empty": b"",
        "cut": content[: len(content) // 2],
        "content": content[:start] + bytes(byte ^ 0xFF for byte in content[start : start + 40]) + content[start + 40 :],
    }
    (tmp_path / "broken.jar").write_bytes(broken[damage])
    run = tandem.invoke("example.Hello::myHandler", tmp_path / "broken.jar", "--payload", "1")
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith("tandem: invoke: --code: the package ")
    assert run.stderr.count("\n") == 1


def test_folder_with_a_newline_in_its_name(tandem, tmp_path, java_package):
    package = write_files(tmp_path / "two\nlines", {"app.py": ECHO})
    shutil.copytree(Path(java_package) / "demo", tmp_path / "two\nlines" / "demo")
    assert tandem.invoke("app.handler", package, "--payload", "[1]").stdout == b"[1]"
    assert tandem.invoke("demo.Talk$Echo", package, "--payload", "[2]").stdout == b"[2]"


def test_fifty_megabytes_through_pipes(tandem, java_package, invoke_python):
    """Nothing between the caller and the handler has a limit of its own."""
    event = b'"' + b"x" * 50_000_000 + b'"'
    options = ("--payload", "-", "--timeout", "0", "--memory-size", "1024")
    assert invoke_python(ECHO, *options, stdin=event).stdout == event
    run = tandem.invoke("demo.Talk$Echo", java_package, *options, stdin=event)
    assert run.stdout == event


def test_empty_standard_input_is_an_empty_event(tandem, java_package, invoke_python, covers):
    """J-39, J-56."""
    assert invoke_python(ECHO, "--payload", "-").json["errorType"] == "Runtime.UnmarshalError"
    run = tandem.invoke("demo.Talk$Echo", java_package, "--payload", "-")
    assert (run.code, run.stdout) == (0, b"")
    covers("J-39", "J-56")
