"""Ctrl-C and SIGTERM at any point of the command: its end is the signal's, and nothing is left behind."""

import contextlib
import fcntl
import glob
import os
import signal
import struct
import subprocess
import termios
import time
import uuid
from pathlib import Path

import pytest
from support import HANG_GUARD_S, write_files

SIGNALS = [signal.SIGINT, signal.SIGTERM]
LARGE = 1_000_000  # more than a pipe holds
MOMENTS = 200 if os.environ.get("TANDEM_TEST_EXTENT") == "all" else 20

# Handlers that say where they are, and stay there.
PYTHON_POINTS = {
    "module": "print('ready')\nimport time\ntime.sleep(100000)\n",
    "sleep": "import time\ndef handler(event, context):\n    print('ready')\n    time.sleep(100000)\n",
    "loop": "def handler(event, context):\n    print('ready')\n    while True:\n        pass\n",
    "native, holding the lock": """
        import ctypes

        def handler(event, context):
            print('ready')
            ctypes.PyDLL(None).sleep(100000)
        """,
    "native, without the lock": """
        import ctypes

        def handler(event, context):
            print('ready')
            ctypes.CDLL(None).sleep(100000)
        """,
    "other threads": """
        import threading
        import time

        def handler(event, context):
            thread = threading.Thread(target=time.sleep, args=(100000,))
            thread.start()
            print('ready')
            thread.join()
        """,
}
JAVA_POINTS = [
    *("Stuck$Initialising::handle", "Stuck::sleep", "Stuck::loop", "Stuck::threads"),
    pytest.param("Stuck::read", marks=pytest.mark.inline("a worker has no standard input to wait for")),
]


class Place:
    """Where the command runs, and what it may have left there."""

    def __init__(self, tandem, folder):
        self.tandem = tandem
        self.folders = [folder / "current", folder / "temporary"]
        for made in self.folders:
            made.mkdir()
        self.began = folder / "began"
        self.tag = f"TANDEM_TEST_TAG={uuid.uuid4()}"

    def start(self, *arguments, env=None):
        current, temporary = self.folders
        self.began.touch()
        return self.tandem.start(
            *("invoke", "--timeout", "0", "--quiet", "--env", self.tag, *arguments),
            env={"TMPDIR": str(temporary), "TANDEM_TEST_TAG": self.tag.partition("=")[2], **(env or {})},
            cwd=current,
        )

    def processes(self):
        """The command, and all that it or its function has started."""
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):  # it has ended
                if self.tag.encode() in environ.read_bytes():
                    found.append((environ.parent / "comm").read_text().strip())
        return found

    def left_by(self, process, patience_s=HANG_GUARD_S):
        """Files, also where JVMs put theirs, and processes. Those of an ended command's function end a moment later."""
        given_up = time.monotonic() + patience_s
        while (processes := self.processes()) and time.monotonic() < given_up:
            time.sleep(0.01)
        folders = [*self.folders, Path(self.tandem.env["TANDEM_CACHE_DIR"]) / "temporary"]
        files = [str(path) for folder in folders for path in folder.rglob("*")]
        named = glob.glob(f"/tmp/.java_pid{process.pid}") + glob.glob(f"/tmp/hsperfdata_*/{process.pid}")
        # Older ones are another process's that had its number.
        files += [path for path in named if os.stat(path).st_mtime_ns >= self.began.stat().st_mtime_ns]
        return files + processes


@pytest.fixture
def place(tandem, tmp_path):
    return Place(tandem, tmp_path)


@pytest.fixture
def python_code(tmp_path):
    """Arguments for a module with the given source."""

    def code(source):
        return ["--handler", "app.handler", "--code", write_files(tmp_path / "package", {"app.py": source})]

    return code


def end(process, number):
    """What the command has written when it has ended."""
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert process.returncode == -number, stderr
    return stdout, stderr


def test_what_is_left_is_seen(place):
    """So that the tests below can fail."""
    name, _, value = place.tag.partition("=")
    place.began.touch()
    (place.folders[1] / "left").touch()
    with subprocess.Popen(["sleep", "1000"], env={**os.environ, name: value}) as process:
        try:
            while "sleep" not in place.processes():
                time.sleep(0.01)
            left = place.left_by(process, patience_s=0)
        finally:
            process.kill()
    assert {str(place.folders[1] / "left"), "sleep"} <= set(left)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("point", PYTHON_POINTS)
def test_signals_in_python(place, python_code, python, point, number):
    process = place.start(*python_code(PYTHON_POINTS[point]), "--python", python)
    assert process.stderr.readline() == b"ready\n"
    assert end(process, number) == (b"", b"")
    assert place.left_by(process) == []


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("point", JAVA_POINTS)
def test_signals_in_java(place, java_package, java_home, point, number):
    process = place.start("--handler", f"demo.{point}", "--code", java_package, "--java-home", java_home)
    assert process.stderr.readline() == b"ready\n"
    assert end(process, number) == (b"", b"")
    assert place.left_by(process) == []


@pytest.mark.inline("a worker does not get JAVA_TOOL_OPTIONS")
def test_tools_attach_to_the_vm_where_the_user_says_so(place, java_package):
    process = place.start(
        *("--handler", "demo.Stuck::sleep", "--code", java_package),
        env={"JAVA_TOOL_OPTIONS": "-XX:-DisableAttachMechanism"},
    )
    assert process.stderr.readline() == b"ready\n"
    socket = f"/tmp/.java_pid{process.pid}"
    assert place.left_by(process, patience_s=0) == [socket, "tandem"]
    end(process, signal.SIGTERM)
    os.unlink(socket)


@pytest.mark.parametrize("number", [*SIGNALS, signal.SIGHUP])
def test_signals_end_the_wait_for_standard_input(tandem, tmp_path, number):
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    return 1\n"})
    process = tandem.start("invoke", "--handler", "app.handler", "--code", package, "--payload", "-")
    process.stdin.write(b"x" * 1_000_000)  # more than a pipe holds, so the command reads
    process.stdin.flush()
    process.send_signal(number)
    process.wait(HANG_GUARD_S)
    assert (process.returncode, process.stdout.read(), process.stderr.read()) == (-number, b"", b"")
    process.communicate()


@pytest.mark.inline("the signal hits the command, and not Python")
def test_an_interrupt_while_python_starts(place, python_code, tmp_path, python):
    """Right after the signal module has been imported, which takes SIGINT where it can."""
    source = "import os\nimport signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('not ended')\n"
    site = write_files(tmp_path / "site", {"sitecustomize.py": source})
    process = place.start(
        *python_code("def handler(event, context):\n    return 1\n"), "--python", python, env={"PYTHONPATH": site}
    )
    stdout, stderr = process.communicate(timeout=HANG_GUARD_S)
    assert (process.returncode, stdout, stderr) == (-signal.SIGINT, b"", b"")
    assert place.left_by(process) == []


def bytes_in(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_while_the_response_is_written(place, python_code, number):
    """A pipe that nobody reads is full: what lies in it cannot be taken back, and the status says that it is not all."""
    process = place.start(*python_code(f"def handler(event, context):\n    return 'x' * {LARGE}\n"))
    while bytes_in(process.stdout) < 65536:
        assert process.poll() is None
        time.sleep(0.01)
    stdout, stderr = end(process, number)
    assert (f'"{"x" * LARGE}"'.encode().startswith(stdout), stderr) == (True, b"")
    assert place.left_by(process) == []


@pytest.mark.parametrize("language", ["python", "java"])
def test_signals_at_any_moment(place, python_code, java_package, language):
    """From the command's first to its last instruction: all of the response or nothing of it."""
    arguments = {
        "python": python_code("def handler(event, context):\n    return event\n"),
        "java": ["--handler", "demo.Stuck::same", "--code", java_package],
    }[language]
    arguments += ["--payload", "[42]"]
    began = time.monotonic()
    process = place.start(*arguments)
    assert process.communicate(timeout=HANG_GUARD_S) == (b"[42]", b"")
    assert place.left_by(process) == []
    took = time.monotonic() - began
    ends = {0: 0}
    for moment in range(MOMENTS):
        number = SIGNALS[moment % 2]
        process = place.start(*arguments)
        time.sleep(took * moment * 1.1 / MOMENTS)  # which moment it is does not matter
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=HANG_GUARD_S)
        assert process.returncode in (0, -number), stderr
        assert (stdout in ([b"[42]", b""] if process.returncode else [b"[42]"]), stderr) == (True, b"")
        assert place.left_by(process) == []
        ends[process.returncode] = ends.get(process.returncode, 0) + 1
    assert set(ends) - {0}, "no signal came before the end"
