"""Handlers in a worker process of their own."""

import os
import re
import signal
import tempfile
import uuid
from pathlib import Path

import pytest
from support import HANG_GUARD_S, example, write_files

PROCESS = ("--isolation", "process")
# Leaves a process behind that has nothing of the handler's but a word in its command line; `{after}` follows.
LEAVES_A_DAEMON = """
    import os, subprocess, sys, time

    def handler(event, context):
        there, here = os.pipe()
        if os.fork() == 0:
            os.setsid()
            os.environ.clear()
            os.dup2(here, 1)
            os.execv("/bin/sh", ["sh", "-c", "trap '' TERM INT HUP; echo up; while :; do sleep 1; done", event])
        os.read(there, 3)
        print("ready", flush=True)
        {after}
"""


def processes_with(word):
    """Those of the machine that have it in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
        except OSError:
            pass  # it has ended
    return found


@pytest.fixture
def word():
    return f"tandem-test-{uuid.uuid4()}"


def test_a_java_handler_answers(tandem, java_home):
    arguments = ("--handler", "example.Hello::myHandler", "--code", example("hello-java.jar"), "--payload", "123")
    run = tandem("invoke", *arguments, "--java-home", java_home, *PROCESS)
    assert (run.code, run.stdout, run.handler_log()) == (0, b'"123"', "received : 123\n")


@pytest.mark.parametrize(("handler", "event", "how"), [("exit", "5", "exit status 5"), ("halt", "6", "exit status 6")])
def test_whatever_java_does_to_its_process_E44(tandem, java_home, java_package, handler, event, how):
    run = tandem.invoke(f"demo.Ending::{handler}", java_package, "--payload", event, "--java-home", java_home, *PROCESS)
    assert run.code == 1
    assert run.json == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {run.request_id} Error: Runtime exited with error: {how}",
    }


def test_python_has_the_functions_environment_R33(invoke_python, python):
    source = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    host = {"OWN": "secret", "LET": "through", "AWS_ACCESS_KEY_ID": "key", "PYTHONPATH": "/nowhere"}
    run = invoke_python(
        *(source, "--python", python, *PROCESS, "--env", "MINE=a=b"),
        *("--env-from-host", "LET", "--env-from-host", "AWS_ACCESS_KEY_ID"),
        env=host,
    )
    assert run.code == 0, run.stderr
    assert not {"OWN", "PYTHONPATH", "HOME", "TANDEM_CACHE_DIR"} & set(run.json)
    expected = {"MINE": "a=b", "LET": "through", "AWS_ACCESS_KEY_ID": "key", "TZ": ":UTC", "_HANDLER": "app.handler"}
    assert expected.items() <= run.json.items()


def test_a_variable_that_the_host_lacks_is_bad_use(invoke_python):
    run = invoke_python("", *PROCESS, "--env-from-host", "NO_SUCH_VARIABLE")
    assert run.code == 2
    assert "--env-from-host: there is no NO_SUCH_VARIABLE in this shell's environment" in run.stderr


@pytest.mark.parametrize(
    ("statement", "how"),
    [
        ("sys.exit(3)", "exit status 3"),
        ("os._exit(4)", "exit status 4"),
        ("os.abort()", "signal: aborted (core dumped)"),
        ("ctypes.string_at(0)", "signal: segmentation fault (core dumped)"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
        ("os.closerange(0, 100); os.execv('/bin/false', ['false'])", "exit status 1"),
    ],
)
def test_whatever_python_does_to_its_process_E40_E42_E43(invoke_python, statement, how):
    source = f"import ctypes, os, sys\ndef handler(event, context):\n    {statement}\n"
    run = invoke_python(source, *PROCESS)
    assert run.code == 1
    assert run.json == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {run.request_id} Error: Runtime exited with error: {how}",
    }


def test_too_much_memory_E46(invoke_python):
    source = (
        "KEPT = []\ndef handler(event, context):\n    while True:\n        KEPT.append(bytearray(b'x') * (1 << 20))\n"
    )
    run = invoke_python(source, *PROCESS, "--memory-size", "192")
    assert run.code == 1
    message = f"RequestId: {run.request_id} Error: Runtime exited with error: signal: killed"
    assert run.json == {"errorType": "Runtime.OutOfMemory", "errorMessage": message}
    assert run.handler_log(memory=192) == f"{message}\nRuntime.OutOfMemory\n"


@pytest.mark.parametrize("after", ["return 1", "os._exit(1)", "time.sleep(100000)", "raise ValueError"])
def test_nothing_that_a_handler_started_is_left(invoke_python, word, after):
    limit = ("--timeout", "5" if "sleep" in after else "100")
    run = invoke_python(LEAVES_A_DAEMON.format(after=after), *PROCESS, "--payload", f'"{word}"', *limit)
    assert "ready\n" in run.stderr
    assert run.code == (0 if after == "return 1" else 1)
    assert processes_with(word) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_command_is_ended(tandem, tmp_path, word, number):
    source = LEAVES_A_DAEMON.format(after="time.sleep(100000)")
    package = write_files(tmp_path / "package", {"app.py": source})
    process = tandem.start(
        *("invoke", "--handler", "app.handler", "--code", package, *PROCESS),
        *("--payload", f'"{word}"', "--timeout", "0", "--quiet"),
    )
    with process:
        assert process.stderr.readline() == b"ready\n"
        os.kill(process.pid, number)
        assert process.wait(HANG_GUARD_S) == -number
    while processes_with(word):  # the supervisor ends them; one that it does not end keeps this test from ending
        pass


def test_a_package_in_tmp_has_its_temporary_files_elsewhere(tandem):
    """And is said to, to those who ask."""
    source = """
        import os, tempfile

        def handler(event, context):
            return [tempfile.gettempdir(), os.listdir(tempfile.gettempdir())]
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        package = write_files(Path(folder) / "package", {"app.py": source})
        run = tandem.invoke("app.handler", package, *PROCESS)
        verbose = tandem.invoke("app.handler", package, *PROCESS, "-v")
    place, entries = run.json
    assert place.startswith(os.path.join(tandem.env["TANDEM_CACHE_DIR"], "temporary"))
    assert entries == []
    assert run.handler_log() == ""
    cache = tandem.env["TANDEM_CACHE_DIR"]
    note = rf"tandem: function 'package': its temporary files are in {cache}/temporary, which TMPDIR names, and .+\n"
    assert re.search(note, verbose.stderr), verbose.stderr


def test_a_handler_that_forks_is_not_warned_of_threads(invoke_python):
    """CPython warns at a fork of a process that has threads."""
    code = """
        import os
        import warnings

        def handler(event, context):
            with warnings.catch_warnings(record=True) as given:
                warnings.simplefilter("always")
                child = os.fork()
                if child == 0:
                    os._exit(7)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            return [status, [str(warning.message) for warning in given]]
        """
    run = invoke_python(code, *PROCESS)
    assert (run.stdout, run.code) == (b"[7, []]", 0), run.stderr
