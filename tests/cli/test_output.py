"""Standard output carries the response and nothing else; standard error the log."""

import base64
import os
import pty
import re
import signal
import subprocess

import pytest
from support import HANG_GUARD_S, START, command_path, example, isolation, write_files

TALK = """
    import ctypes
    import os
    import subprocess
    import sys

    def handler(event, context):
        print("by print")
        sys.stderr.write("by stderr\\n")
        os.write(1, b"by descriptor 1\\n")
        subprocess.run(["echo", "by a child"], check=True)
        ctypes.CDLL(None).printf(b"by C, line\\n")
        ctypes.CDLL(None).printf(b"by C, buffered")
        return "response"
    """


def test_python_cannot_write_to_the_response(invoke_python, python, covers):
    """L-14."""
    run = invoke_python(TALK, "--python", python)
    assert (run.code, run.stdout) == (0, b'"response"')
    for line in ("by print", "by stderr", "by descriptor 1", "by a child", "by C, line"):
        assert run.stderr.count(f"{line}\n") == 1
    assert run.stderr.count("by C, buffered") == 1
    covers("L-14")


@pytest.fixture(scope="session")
def comma_locales(tmp_path_factory):
    """A LOCPATH with a locale that writes 0,5 for a half."""
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"], check=True)
    return folder


@pytest.mark.inline("a worker does not get the variable that names the locales")
def test_figures_have_a_point_whatever_locale_the_handler_sets(invoke_python, python, comma_locales):
    """E-38, L-43."""
    source = """
        import locale
        import time

        def handler(event, context):
            assert locale.setlocale(locale.LC_ALL, "de_DE.UTF-8") and locale.localeconv()["decimal_point"] == ","
            time.sleep(60)
        """
    run = invoke_python(source, "--python", python, "--timeout", "0.5", env={"LOCPATH": str(comma_locales)})
    assert run.code == 1
    assert run.json["errorMessage"].endswith("Error: Task timed out after 0.50 seconds")
    assert re.search(r"Duration: \d+\.\d\d ms\t", run.stderr), run.stderr


def test_java_cannot_write_to_the_response(tandem, java_package, java_home, covers):
    """L-36."""
    run = tandem.invoke("demo.Talk::everywhere", java_package, "--java-home", java_home)
    assert (run.code, run.stdout) == (0, b'"response"')
    assert sorted(run.handler_log().splitlines()) == ["by FileDescriptor.out", "by System.out", "by a child"]
    covers("L-36")


def test_a_forked_child_cannot_answer(invoke_python):
    source = """
        import os

        def handler(event, context):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
            return "parent" if child else "child"
        """
    run = invoke_python(source)
    assert (run.code, run.stdout, run.handler_log()) == (0, b'"parent"', "")


def test_platform_lines_stand_on_their_own(tandem, java_package, covers):
    """L-30, L-41 to L-43: a line that the handler leaves open is ended first."""
    run = tandem.invoke("demo.Talk::openLine", java_package)
    assert (run.code, run.handler_log()) == (0, "no newline\n")
    covers("L-30/java", "L-41", "L-42", "L-43")


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("os._exit(4)", 1),
        pytest.param(
            *("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
            marks=pytest.mark.inline("a crash of the handler is not the command's"),
        ),
    ],
)
def test_nothing_printed_is_lost_at_an_abrupt_end(invoke_python, end, code, python, covers):
    """L-14: what is written is passed on at once, and in its order."""
    source = f"""
        import os, signal, sys

        def handler(event, context):
            print("out", end=",")
            print("err", end=",", file=sys.stderr)
            sys.stdout.write("out")
            sys.stdout.buffer.write(b",raw")
            {end}
        """
    run = invoke_python(source, "--quiet", "--python", python)
    assert (run.code, run.stderr) == (code, "out,err,out,raw")
    covers("L-14")


def test_quiet_shows_the_handlers_log_only(invoke_python):
    source = "def handler(event, context):\n    print('hello')\n"
    run = invoke_python(source, "--quiet", "--runtime", "python3.6")
    assert (run.code, run.stdout, run.stderr) == (0, b"null", "hello\n")


def test_verbose_says_which_runtime_and_why(invoke_python):
    run = invoke_python("def handler(event, context):\n    return 1\n", "-v")
    head = run.stderr[: START.search(run.stderr).start()]
    assert re.match(r"tandem: runtime python3\.\d+ \(3\.\d+\.\d+, /.*\): .+\n", head)


def test_logging_carries_the_request_id(invoke_python, covers):
    """L-02, L-22."""
    source = "import logging\ndef handler(event, context):\n    logging.warning('careful')\n"
    run = invoke_python(source)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"\[WARNING\]\t{stamp}\t{run.request_id}\tcareful\n", run.handler_log())
    covers("L-02", "L-22")


def test_log_format_and_level_come_from_the_environment(invoke_python, covers):
    """L-08, L-09."""
    source = "import logging\ndef handler(event, context):\n    logging.getLogger().debug('small')\n"
    run = invoke_python(source, "--env", "AWS_LAMBDA_LOG_FORMAT=JSON", "--env", "AWS_LAMBDA_LOG_LEVEL=DEBUG")
    assert '"level": "DEBUG", "message": "small"' in run.handler_log()
    covers("L-08/python", "L-09")


def test_log_tail(invoke_python, covers):
    """L-51: the last 4096 bytes, START, END and REPORT included."""
    run = invoke_python("def handler(event, context):\n    print('hello')\n", "--log-type", "Tail")
    log, mark, tail = run.stderr.rpartition("X-Amz-Log-Result: ")
    assert (run.code, mark) == (0, "X-Amz-Log-Result: ")
    assert base64.b64decode(tail, validate=False).decode() == log

    long = invoke_python("def handler(event, context):\n    print('x' * 9000)\n", "--log-type", "Tail", "--quiet")
    tail = base64.b64decode(long.stderr.rpartition("X-Amz-Log-Result: ")[2])
    assert len(tail) == 4096
    assert tail.startswith(b"xxx")
    assert tail.splitlines()[-1].startswith(b"REPORT RequestId: ")
    covers("L-51")


def test_log_tail_may_begin_within_a_character(invoke_python, covers):
    """L-52: whole bytes are counted, and what is printed stays base64."""
    run = invoke_python("def handler(event, context):\n    print('\\u2713' * 3000)\n", "--log-type", "Tail")
    log, _, text = run.stderr.rpartition("X-Amz-Log-Result: ")
    tail = base64.b64decode(text.rstrip("\n"), validate=True)
    assert (len(tail), tail) == (4096, log.encode()[-4096:])
    covers("L-52")


def test_open_line_is_ended_in_the_log_tail(invoke_python, covers):
    """L-42, L-51: END stands on a line of its own in the tail, as it does in the log."""
    run = invoke_python("def handler(event, context):\n    print('open', end='')\n", "--log-type", "Tail")
    log, _, tail = run.stderr.rpartition("X-Amz-Log-Result: ")
    assert "\nopen\nEND RequestId: " in log
    assert base64.b64decode(tail, validate=False).decode() == log
    covers("L-42", "L-51")


def test_open_line_is_ended_in_the_log_tail_at_an_exit(invoke_python):
    """L-49, L-51: as it is where the command itself ends the log."""
    source = "import os\n\ndef handler(event, context):\n    print('open', end='')\n    os._exit(3)\n"
    run = invoke_python(source, "--log-type", "Tail")
    log, _, tail = run.stderr.rpartition("X-Amz-Log-Result: ")
    assert (run.code, "\nopen\nRequestId: " in log) == (1, True)
    assert base64.b64decode(tail, validate=False).decode() == log


def test_end_stands_on_its_own_line_after_raw_output(invoke_python):
    """L-42: what user code writes to the descriptors itself may leave a line open, too."""
    source = """
        import os

        def handler(event, context):
            if event == "prompt":
                try:
                    input("open")
                except EOFError:
                    return 1
            os.write(event, b"open")
    """
    for event in ("1", "2", '"prompt"'):
        assert "\nopen\nEND RequestId: " in invoke_python(source, "--payload", event).stderr


def test_no_log_tail_for_an_event(invoke_python):
    """I-07."""
    source = "def handler(event, context):\n    pass\n"
    assert "X-Amz-Log-Result" not in invoke_python(source, "--log-type", "Tail", "--invocation-type", "Event").stderr


def test_terminal_gets_the_response_and_its_newline_on_standard_error(tandem, tmp_path):
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    return event\n"})
    ours, theirs = pty.openpty()
    process = tandem.start(
        *("invoke", "--handler", "app.handler", "--code", package, "--payload", "7", "--quiet"), stdout=theirs
    )
    _, stderr = process.communicate(timeout=HANG_GUARD_S)
    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert (process.returncode, shown, stderr) == (0, b"7", b"\n")


def test_error_record_is_readable_on_a_terminal(tandem, tmp_path, covers):
    """L-16: the record's carriage returns would make its lines cover each other."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    raise ValueError('x')\n"})
    ours, theirs = pty.openpty()
    process = tandem.start("invoke", "--handler", "app.handler", "--code", package, "--quiet", stderr=theirs)
    stdout, _ = process.communicate(timeout=HANG_GUARD_S)
    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert process.returncode == 1
    assert b"ValueError" in stdout
    assert shown.startswith(b"[ERROR] ValueError: x\r\nTraceback (most recent call last):\r\n")
    covers("L-16")


@pytest.mark.parametrize("target", ["full", "closed", "broken pipe"])
def test_response_that_cannot_be_written(tandem, tmp_path, target):
    """A clear line and exit status 4; a closed standard output is seen before the handler runs."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    print('ran')\n    return 1\n"})
    arguments = ["invoke", "--handler", "app.handler", "--code", package, "--quiet"]
    if target == "full":
        with open("/dev/full", "wb") as full:
            process = tandem.start(*arguments, stdout=full)
            _, stderr = process.communicate(timeout=HANG_GUARD_S)
    elif target == "closed":
        process = tandem.start(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
        _, stderr = process.communicate(timeout=HANG_GUARD_S)
    else:
        process = tandem.start(*arguments)
        process.stdout.close()
        process.stdout = None
        _, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert process.returncode == 4
    said = {"full": "No space left on device", "closed": "it is closed", "broken pipe": "Broken pipe"}[target]
    assert stderr.decode().splitlines()[-1].startswith("tandem: cannot write ")
    assert said in stderr.decode()
    assert (b"ran" in stderr) == (target != "closed")


@pytest.mark.parametrize("limit", [40, 12 if isolation() == "inline" else 18])
def test_few_open_files_are_enough(tandem, tmp_path, limit):
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    return [1]\n"})
    line = f'ulimit -n {limit}; exec "$0" invoke --isolation {isolation()} --handler app.handler --code "{package}"'
    done = subprocess.run(
        ["bash", "-c", line, command_path()],
        capture_output=True,
        env=tandem.environment(),
        timeout=HANG_GUARD_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"[1]"), done.stderr


def test_help_into_a_full_device(tandem):
    with open("/dev/full", "wb") as full:
        process = tandem.start("--help", stdout=full)
        _, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert (process.returncode, stderr) == (4, b"tandem: cannot write to standard output: No space left on device\n")


def test_closed_standard_input_and_error(tandem, tmp_path):
    """No file that the runtime opens takes their numbers."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    print('lost')\n    return 1\n"})

    def close_both():
        os.close(0)
        os.close(2)

    process = tandem.start(
        *("invoke", "--handler", "app.handler", "--code", package), stdin=None, stderr=None, preexec_fn=close_both
    )
    stdout, _ = process.communicate(timeout=HANG_GUARD_S)
    assert (process.returncode, stdout) == (0, b"1")


def test_payload_from_a_closed_standard_input(tandem, tmp_path):
    """No standard input is not an empty one."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    return event\n"})
    process = tandem.start(
        *("invoke", "--handler", "app.handler", "--code", package, "--payload", "-"),
        stdin=None,
        preexec_fn=lambda: os.close(0),
    )
    stdout, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert (process.returncode, stdout) == (2, b"")
    assert stderr == b"tandem: invoke: --payload: cannot read standard input: it is closed\n"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["runtimes"], ["runtimes", "--json"], ["invoke", "-h"]]
)
def test_closed_standard_output_of_every_verb(tandem, arguments):
    process = tandem.start(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
    _, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert (process.returncode, stderr) == (4, b"tandem: cannot write to standard output: it is closed\n")


def test_handlers_see_a_broken_pipe_as_an_error(invoke_python):
    """A write to a closed pipe raises; it does not end the process."""
    source = """
        import os

        def handler(event, context):
            reading, writing = os.pipe()
            os.close(reading)
            try:
                os.write(writing, b"x")
            except BrokenPipeError:
                return "raised"
        """
    assert invoke_python(source).stdout == b'"raised"'


def test_children_do_not_hold_the_response_open(tandem, tmp_path):
    """A background child that outlives the command must not keep the caller waiting for the response's end."""
    source = """
        import subprocess

        def handler(event, context):
            child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, start_new_session=True)
            return child.pid
        """
    package = write_files(tmp_path, {"app.py": source})
    with open(tmp_path / "log", "wb") as log:
        process = tandem.start("invoke", "--handler", "app.handler", "--code", package, stderr=log)
        stdout, _ = process.communicate(timeout=HANG_GUARD_S)
    assert process.returncode == 0
    if isolation() == "inline":  # where nobody else ends it
        os.kill(int(stdout), signal.SIGKILL)


def test_nothing_is_said_that_is_not_ours(tandem, java_package, java_home):
    """The JVM's own remarks stay away from standard error."""
    run = tandem.invoke(
        "demo.Talk::version", java_package, "--java-home", java_home, env={"JAVA_TOOL_OPTIONS": "-Dplanted=1"}
    )
    assert (run.code, run.handler_log()) == (0, "")


@pytest.mark.parametrize("method", ["unsafe", "nativeCode", "deepRecursion"])
def test_the_jvm_says_nothing_of_its_own(tandem, java_package, java_home, method):
    """Newer JDKs warn of what handlers' libraries have always done, each in its own way."""
    run = tandem.invoke(f"demo.Warned::{method}", java_package, "--java-home", java_home, "--timeout", "60")
    assert run.code == 0, run.stderr
    assert run.handler_log() == ""


@pytest.mark.inline("a worker does not get JAVA_TOOL_OPTIONS")
def test_the_users_options_go_before_what_keeps_the_jvm_silent(tandem, java_package, java_home):
    # Interpreted, nearly each overflow is where a lock is taken; compiled, a few in a hundred are.
    env = {"JAVA_TOOL_OPTIONS": "-XX:+PrintWarnings -Xint"}
    run = tandem.invoke(
        "demo.Warned::deepRecursion", java_package, "--java-home", java_home, "--timeout", "60", env=env
    )
    assert run.code == 0, run.stderr
    assert "ReservedStackAccess" in run.stderr


def test_a_handlers_json_library_is_loaded_before_it_starts(tandem, java_home):
    """Its time is the init phase's, and none of the function's timeout."""
    run = tandem.invoke(
        "example.Hello::myHandler",
        example("hello-java.jar"),
        *(
            "--java-home",
            java_home,
            "--env",
            "JAVA_TOOL_OPTIONS=-Xlog:class+load",
            "--payload",
            "123",
            "--timeout",
            "60",
        ),
    )
    assert run.code == 0, run.stderr
    init, _, invocation = run.stderr.partition("START RequestId")
    loaded = [line for line in invocation.splitlines() if ".fasterxml.jackson." in line]
    assert ".fasterxml.jackson.databind.ObjectReader" in init
    assert len(loaded) < 20, loaded


def test_stdout_of_a_subshell_pipeline(tandem, tmp_path):
    """The documented use in a shell: the response goes down the pipe, the log stays."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    print('log')\n    return {'a': 1}\n"})
    line = f'"$0" invoke --handler app.handler --code "{package}" --quiet | cat'
    done = subprocess.run(
        ["sh", "-c", line, str(command_path())],
        capture_output=True,
        env=tandem.environment(),
        timeout=HANG_GUARD_S,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b'{"a": 1}', b"log\n")


def test_a_response_of_more_than_the_api_allows(invoke_python, tandem, java_package, tmp_path):
    """J-53, J-55: the limit is the API's to set (docs/compatibility.md)."""
    size = 6_291_557
    run = invoke_python(f"def handler(event, context):\n    return 'x' * {size - 2}\n", "--memory-size", "512")
    assert (run.code, len(run.stdout)) == (0, size)
    (tmp_path / "event.json").write_text('"' + "y" * (size - 2) + '"')
    run = tandem.invoke("demo.Talk$Echo", java_package, "-e", tmp_path / "event.json", "--memory-size", "512")
    assert (run.code, run.stdout) == (0, (tmp_path / "event.json").read_bytes())
