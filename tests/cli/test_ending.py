"""Handlers that do not come back, or end the process."""

import os
import re
import resource
import signal
import subprocess

import pytest
from support import HANG_GUARD_S, REPORT, native_loaders, write_files

WAYS_TO_HANG = {
    "sleep": "import time\ndef handler(event, context):\n    print('began')\n    time.sleep(100000)\n",
    "loop": "def handler(event, context):\n    print('began')\n    while True:\n        pass\n",
    "stubborn": """
        import time

        def handler(event, context):
            print('began')
            while True:
                try:
                    time.sleep(100000)
                except BaseException:
                    pass
        """,
    "native, holding the interpreter's lock": """
        import ctypes

        def handler(event, context):
            print('began')
            ctypes.PyDLL(None).pause()
        """,
    "native, without the lock": """
        import ctypes

        def handler(event, context):
            print('began')
            ctypes.CDLL(None).pause()
        """,
}


def assert_timed_out(run, seconds, log):
    """E-38, L-48 and the lines around."""
    assert run.code == 1
    assert run.json == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {run.request_id} Error: Task timed out after {seconds} seconds",
    }
    end = rf"END RequestId: {run.request_id}\n" + REPORT.format(id=run.request_id, memory=128) + "\n"
    line = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {run.request_id} Task timed out after {seconds} seconds\n\n"
    start = rf"START RequestId: {run.request_id} Version: \$LATEST\n"
    assert re.fullmatch(start + log + line + end, run.stderr, re.DOTALL), run.stderr
    assert "[ERROR]" not in run.stderr
    assert f"Duration: {float(seconds) * 1000:.2f} ms" in run.stderr


@pytest.mark.parametrize("way", WAYS_TO_HANG)
def test_python_timeout(invoke_python, way, python, covers):
    run = invoke_python(WAYS_TO_HANG[way], "--timeout", "0.5", "--python", python)
    assert_timed_out(run, "0.50", "began\n.*")
    covers("E-38", "L-48")


@pytest.mark.parametrize("method", ["sleep", "loop", "stay"])
def test_java_timeout(tandem, java_package, method, java_home, covers):
    run = tandem.invoke(f"demo.Ending::{method}", java_package, "--timeout", "1", "--java-home", java_home)
    assert_timed_out(run, "1.00", ".*")
    covers("E-38", "L-48")


@pytest.mark.inline("a worker has no standard input to wait for")
def test_java_timeout_in_native_code(tandem, java_package):
    process = tandem.start(
        *("invoke", "--handler", "demo.Ending::read", "--code", java_package, "--timeout", "1", "--quiet")
    )
    process.wait(HANG_GUARD_S)  # its standard input stays open
    assert process.returncode == 1
    assert b'"errorType":"Sandbox.Timedout"' in process.stdout.read()
    process.communicate()


def test_quiet_timeout(invoke_python):
    run = invoke_python(WAYS_TO_HANG["native, holding the interpreter's lock"], "--timeout", "0.3", "--quiet")
    assert (run.code, run.json["errorType"], run.stderr) == (1, "Sandbox.Timedout", "began\n")


def test_timeout_of_an_event(invoke_python):
    run = invoke_python(WAYS_TO_HANG["stubborn"], "--timeout", "0.3", "--invocation-type", "Event")
    assert (run.code, run.stdout) == (1, b"")
    assert "Task timed out after 0.30 seconds" in run.stderr


def test_timeout_keeps_the_log_tail(invoke_python):
    run = invoke_python(WAYS_TO_HANG["stubborn"], "--timeout", "0.3", "--log-type", "Tail")
    assert run.code == 1
    assert "X-Amz-Log-Result: " in run.stderr.splitlines()[-1]


def test_timeout_with_a_log_that_nobody_reads(tandem, tmp_path):
    """A handler stuck in writing its log is ended all the same."""
    package = write_files(
        tmp_path, {"app.py": "def handler(event, context):\n    while True:\n        print('x' * 1000)\n"}
    )
    process = tandem.start("invoke", "--handler", "app.handler", "--code", package, "--timeout", "0.3")
    process.wait(HANG_GUARD_S)
    assert process.returncode == 1
    assert b'"errorType":"Sandbox.Timedout"' in process.stdout.read()
    process.communicate()


def test_no_timeout(invoke_python):
    """0 is none; the remaining time is then more than any timeout."""
    run = invoke_python(
        "def handler(event, context):\n    return context.get_remaining_time_in_millis() > 900_000\n", "--timeout", "0"
    )
    assert (run.code, run.stdout) == (0, b"true")


def test_timeout_during_init(invoke_python, covers):
    """E-35: the init phase has its own limit, and then counts under the function's."""
    run = invoke_python("while True:\n    pass\n", "--timeout", "0.2")
    assert_timed_out(run, "0.20", "")
    covers("E-35")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("sys.exit(3)", "with error: exit status 3"),
        ("sys.exit()", "without providing a reason"),
        ("raise KeyboardInterrupt", "with error: signal: interrupt"),
        ("os._exit(4)", "with error: exit status 4"),
    ],
)
def test_python_exit_at_import(invoke_python, statement, reason):
    """H-PY-27, E-40: with the request id of the invocation that the function is initialised for."""
    run = invoke_python(f"import os, sys\n{statement}\n")
    assert (run.code, run.json) == (
        1,
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: {run.request_id} Error: Runtime exited {reason}",
        },
    )
    assert re.search(REPORT.format(id=run.request_id, memory=128), run.stderr), run.stderr


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("sys.exit(7)", "with error: exit status 7"),
        ("sys.exit()", "without providing a reason"),
        ("sys.exit('bye')", "with error: exit status 1"),
        ("ctypes.CDLL(None).exit(9)", "with error: exit status 9"),
        ("ctypes.CDLL(None).exit(0)", "without providing a reason"),
        ("ctypes.CDLL(None)._Exit(8)", "with error: exit status 8"),
        ("ctypes.CDLL(None).quick_exit(3)", "with error: exit status 3"),
        ("os._exit(4)", "with error: exit status 4"),
        ("os._exit(0)", "without providing a reason"),
    ],
)
def test_python_exit(invoke_python, statement, reason, covers):
    """E-40, E-41, E-43, L-49: not our end, and never the command's own exit status."""
    run = invoke_python(f"import ctypes, os, sys\ndef handler(event, context):\n    {statement}\n")
    message = f"RequestId: {run.request_id} Error: Runtime exited {reason}"
    assert run.code == 1
    assert run.json == {"errorType": "Runtime.ExitError", "errorMessage": message}
    assert run.handler_log().endswith(f"{message}\nRuntime.ExitError\n")
    covers("E-43", "L-49", "E-40" if "status" in reason else "E-41")


@pytest.mark.parametrize("place", ["process", "inline"])
def test_python_that_becomes_another_program(invoke_python, place):
    """docs/compatibility.md: in a worker an end like any other (E-40), inline the command's own end."""
    source = """
        import os

        def handler(event, context):
            os.execv("/bin/sh", ["/bin/sh", "-c", "echo mine; exit 7"])
        """
    run = invoke_python(source, "--isolation", place)
    if place == "inline":
        assert (run.code, run.stdout) == (7, b"")
        assert re.fullmatch(r"START RequestId: \S+ Version: \$LATEST\nmine\n", run.stderr)
    else:
        assert (run.code, run.json["errorType"]) == (1, "Runtime.ExitError")
        assert run.json["errorMessage"].endswith("Runtime exited with error: exit status 7")


def test_children_end_as_they_like(invoke_python, python):
    """Only the function's own process has an end that is answered."""
    source = """
        import ctypes
        import multiprocessing
        import os
        import subprocess
        import sys

        def child(way):
            ctypes.CDLL(None).exit(5) if way == "exit" else os._exit(6)

        def forked(way):
            process = multiprocessing.get_context("fork").Process(target=child, args=(way,))
            process.start()
            process.join()
            return process.exitcode

        def handler(event, context):
            started = subprocess.run([sys.executable, "-c", "raise SystemExit(7)"], check=False)
            try:
                subprocess.run(["/nonexistent"], check=False)
            except FileNotFoundError:
                return [forked("exit"), forked("_exit"), started.returncode]
        """
    run = invoke_python(source, "--python", python)
    assert (run.code, run.stdout, run.handler_log()) == (0, b"[5, 6, 7]", "")


@pytest.mark.parametrize(("code", "status", "said"), [("4", 4, []), ("None", 0, []), ("'bye'", 1, ["bye"])])
@pytest.mark.parametrize("place", ["handler", "module"])
def test_a_forked_child_exits_as_a_program_does(invoke_python, place, code, status, said, python, covers):
    """E-43: nothing that it has printed is lost, and only its parent answers."""
    source = f"""
        import io
        import os
        import sys

        def fork():
            child = os.fork()
            if child == 0:
                sys.stdout = io.TextIOWrapper(io.BufferedWriter(sys.stdout.buffer))
                print("printed")
                sys.exit({code})
            return os.WEXITSTATUS(os.waitpid(child, 0)[1])

        in_module = fork() if "{place}" == "module" else None

        def handler(event, context):
            return fork() if in_module is None else in_module
        """
    run = invoke_python(source, "--python", python)
    lines = [line for line in run.stderr.splitlines() if not re.match("(START|END|REPORT) RequestId: ", line)]
    assert (run.code, run.json, lines) == (0, status, [*said, "printed"])
    assert run.stderr.count("END RequestId: ") == run.stderr.count("REPORT RequestId: ") == 1
    covers("E-43")


@pytest.mark.parametrize("method", ["exit", "halt"])
@pytest.mark.parametrize("status", [0, 3])
def test_java_exit(tandem, java_package, java_home, method, status, covers):
    """E-40, E-41, E-44."""
    run = tandem.invoke(f"demo.Ending::{method}", java_package, "--payload", str(status), "--java-home", java_home)
    reason = f"with error: exit status {status}" if status else "without providing a reason"
    message = f"RequestId: {run.request_id} Error: Runtime exited {reason}"
    assert run.code == 1
    assert run.json == {"errorType": "Runtime.ExitError", "errorMessage": message}
    said = "leaving\n" if method == "exit" else ""
    assert run.handler_log() == f"{said}{message}\nRuntime.ExitError\n"
    covers("E-44", "L-49", "E-40" if status else "E-41")


def test_threads_left_behind_do_not_delay_the_end(invoke_python, tandem, java_package, covers):
    """E-50."""
    source = """
        import threading

        def handler(event, context):
            threading.Thread(target=threading.Event().wait, daemon=False).start()
            return "answered"
        """
    assert invoke_python(source).stdout == b'"answered"'
    assert tandem.invoke("demo.Ending::thread", java_package).stdout == b'"answered"'
    covers("E-50")


def test_a_broken_pipes_signal_does_not_end_the_handler(invoke_python):
    source = """
        import os
        import signal

        def handler(event, context):
            os.kill(os.getpid(), signal.SIGPIPE)
            return "alive"
        """
    assert invoke_python(source).stdout == b'"alive"'


def test_asyncio_and_signal_work_as_on_a_main_thread(invoke_python, python):
    source = """
        import asyncio
        import signal
        import threading

        async def answer():
            await asyncio.sleep(0)
            return 42

        def handler(event, context):
            signal.signal(signal.SIGUSR1, lambda number, frame: None)
            on_main = threading.current_thread() is threading.main_thread()
            loop = asyncio.get_event_loop()  # other threads have none
            return [loop.run_until_complete(answer()), asyncio.run(answer()), on_main]
        """
    run = invoke_python(source, "--python", python)
    assert (run.code, run.stdout, run.handler_log()) == (0, b"[42, 42, true]", "")


@pytest.mark.inline("a crash of the handler is not the command's")
def test_a_jvm_that_crashes_leaves_the_package_alone(tandem, java_package, java_home, tmp_path):
    """K-19: what it writes about the crash goes to the temporary files."""
    before = sorted(os.listdir(java_package))
    run = tandem.invoke(
        "demo.Ending::crash", java_package, "--java-home", java_home, "--timeout", "60", env={"TMPDIR": str(tmp_path)}
    )
    assert run.code == -signal.SIGABRT
    assert sorted(os.listdir(java_package)) == before
    assert [path.name.split("_pid")[0] for path in tmp_path.glob("*.log")] == ["hs_err"]


@pytest.mark.inline("a crash of the handler is not the command's")
def test_recursion_beyond_the_stack_ends_as_in_the_interpreter(tandem, tmp_path, python):
    """A limit that user code has raised: an error where the interpreter counts C's frames itself, else its crash."""
    source = """
        import sys

        def recurse(event, context):
            return next(map(recurse, [event], [context]))

        def handler(event, context):
            sys.setrecursionlimit(10_000_000)
            return recurse(event, context)
        """
    package = write_files(tmp_path, {"app.py": source})
    no_core = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))}
    alone = subprocess.run(
        [python, "-c", "import app; app.handler(1, 2)"], cwd=package, capture_output=True, check=False, **no_core
    )
    assert alone.returncode == -signal.SIGSEGV or b"RecursionError: " in alone.stderr
    process = tandem.start("invoke", "--handler", "app.handler", "--code", package, "--python", python, **no_core)
    stdout, stderr = process.communicate(timeout=HANG_GUARD_S)
    if alone.returncode == -signal.SIGSEGV:
        assert (process.returncode, stdout) == (-signal.SIGSEGV, b""), stderr
    else:
        assert process.returncode == 1
        assert b'"errorType": "RecursionError"' in stdout


def test_lack_of_memory_is_an_error_of_the_event_or_an_internal_one(tandem, tmp_path):
    """Before the invocation it is the event that is too large; then wherever in it the lack is noticed."""
    package = write_files(tmp_path / "package", {"module.native": ""})
    event = tmp_path / "event"
    with open(event, "wb") as file:
        file.truncate(64 << 20)
    seen = set()
    for limit_mb in range(100, 320, 10):
        process = tandem.start(
            *(
                "invoke",
                "--handler",
                "native.echo",
                "--code",
                package,
                "--runtime",
                "native1",
                "--payload",
                f"@{event}",
            ),
            *("--memory-size", "1024", "--timeout", "60"),
            env={"TANDEM_LOADER_PATH": native_loaders()},
            preexec_fn=lambda limit=limit_mb << 20: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
        _, stderr = process.communicate(timeout=HANG_GUARD_S)
        assert process.returncode in (0, 1, 2, 3), f"{limit_mb} MB: status {process.returncode}\n{stderr.decode()}"
        # Of the worker, which has the same limit.
        assert process.returncode != 1 or b"tandem-worker: channel: no memory for a large frame" in stderr, stderr
        assert process.returncode in (0, 1) or stderr.splitlines()[-1].startswith(b"tandem: "), stderr
        assert process.returncode != 2 or b"--payload: there is no memory for " in stderr, stderr
        seen.add(process.returncode)
    assert seen - {1} == {0, 2, 3}
