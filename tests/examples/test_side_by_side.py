"""One process that runs Java and Python: examples/side-by-side."""

import pathlib
import re
import subprocess
import zipfile

import pytest


@pytest.fixture(scope="module")
def program(build_dir):
    return build_dir / "bin" / "side-by-side"


def run(program, *arguments):
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def block(output, handler):
    """The lines that belong to one handler: its headline and what is indented below."""
    return re.search(rf"^{re.escape(handler)} .*\n(?: .*\n)*", output, re.MULTILINE).group(0)


def test_one_pid_maps_both_machines(program):
    """The kernel's own view of the process, not the program's."""
    with subprocess.Popen([program, "--wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        responses = 0
        for line in process.stdout:
            responses += line.startswith("  response ")
            if responses == 2:
                break
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8")
        process.stdin.close()
        assert process.wait() == 0
    assert responses == 2
    assert re.search(r"/libjvm\.so$", maps, re.MULTILINE)
    assert re.search(r"/libpython3\.\d+\.so[.\d]*$", maps, re.MULTILINE)
    assert children.split() == []


def test_shows_event_response_and_log_of_both_handlers(program):
    """H-JAVA-89, H-PY-38, L-28, L-41 to L-43."""
    done = run(program)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^One process, pid \d+, ", done.stdout)
    java = block(done.stdout, "example.Hello::myHandler")
    assert re.search(r"^  event +123$", java, re.MULTILINE)
    assert re.search(r"^ +received : 123$", java, re.MULTILINE)
    assert re.search(r'^  response +"123"$', java, re.MULTILINE)
    python = block(done.stdout, "hello_python.my_handler")
    assert re.search(r'^  event +\{"first_name": "Ada", "last_name": "Lovelace"\}$', python, re.MULTILINE)
    assert re.search(r'^  response +\{"message": "Hello Ada Lovelace"\}$', python, re.MULTILINE)
    for part in (java, python):
        assert re.search(r"^  log +START RequestId: \S+ Version: \$LATEST$", part, re.MULTILINE)
        assert re.search(r"^ +END RequestId: \S+$", part, re.MULTILINE)
        assert re.search(r"^ +REPORT RequestId: \S+\tDuration: ", part, re.MULTILINE)


def test_a_function_error_is_shown_and_is_the_exit_status(program, build_dir, tmp_path):
    package = tmp_path / "failing package.zip"
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo("hello_python.py")
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, "def my_handler(event, context):\n    raise ValueError('on purpose')\n")
    done = run(program, build_dir / "examples" / "hello-java.jar", package)
    assert done.returncode == 1
    python = block(done.stdout, "hello_python.my_handler")
    assert re.search(r"^ +\[ERROR\] ValueError: on purpose$", python, re.MULTILINE)
    assert re.search(r'^  error +\{.*"errorType": "ValueError"', python, re.MULTILINE)
    assert '"123"' in block(done.stdout, "example.Hello::myHandler")


def test_a_missing_package_is_one_line(program, tmp_path):
    done = run(program, tmp_path / "absent.jar", tmp_path / "absent.zip")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "absent.jar" in done.stderr


@pytest.mark.parametrize("arguments", [["one"], ["one", "two", "three"], ["--unknown"]])
def test_bad_use_shows_the_usage(program, arguments):
    done = run(program, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: side-by-side ")
