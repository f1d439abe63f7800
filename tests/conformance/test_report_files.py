"""Where reports go: a file is there as a whole or as it was, and what is no file, as a pipe, is written into."""

import functools
import json
import os
import resource
import stat
import subprocess
import threading

import pytest

HANDLER = "def handler(event, context): return event\n"
CASE = {"event": 1, "expect": {"json": 1}}
NEW_FILE = 0o640


@pytest.fixture
def report(suite):
    """Runs a suite that passes, with its report in JSON at a path."""
    folder = suite(HANDLER, CASE)

    def run(path, **options):
        command = [os.environ["TANDEM_BIN"], "conform", folder, "--json", path]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)

    return run


def is_report(text):
    return [result["verdict"] for result in json.loads(text)["results"]] == ["passed"]


def test_a_file_keeps_its_mode_and_the_links_to_it(report, tmp_path):
    file, link = tmp_path / "file.json", tmp_path / "link.json"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o604)
    link.symlink_to("file.json")
    assert report(link).returncode == 0
    assert link.is_symlink() and is_report(file.read_text(encoding="utf-8"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


def test_a_new_file_has_the_mode_that_is_usual(report, tmp_path):
    assert report(tmp_path / "new.json", umask=0o666 & ~NEW_FILE).returncode == 0
    assert stat.S_IMODE((tmp_path / "new.json").stat().st_mode) == NEW_FILE


def test_no_other_file_is_touched(report, tmp_path):
    part = tmp_path / "new.json.part"
    part.write_text("the user's", encoding="utf-8")
    before = set(tmp_path.iterdir())
    assert report(tmp_path / "new.json").returncode == 0
    assert part.read_text(encoding="utf-8") == "the user's"
    assert set(tmp_path.iterdir()) - before == {tmp_path / "new.json"}


def test_a_link_to_a_file_that_is_not_there_makes_it(report, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to("new.json")
    assert report(link).returncode == 0
    assert link.is_symlink() and is_report((tmp_path / "new.json").read_text(encoding="utf-8"))


def test_a_pipe_is_written_into(report, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Its other end is open before anything is run, so that neither side waits for the other.
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    keep_open = os.open(pipe, os.O_WRONLY)
    read = []
    thread = threading.Thread(target=lambda: read.extend(iter(lambda: os.read(reader, 65536), b"")))
    thread.start()
    status = report(pipe).returncode
    os.close(keep_open)
    thread.join()
    os.close(reader)
    assert status == 0 and pipe.is_fifo()
    assert is_report(b"".join(read))


def test_a_descriptor_is_written_into(report):
    reader, writer = os.pipe()
    status = report(f"/dev/fd/{writer}", pass_fds=[writer]).returncode
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        assert status == 0 and is_report(pipe.read())


@pytest.mark.parametrize(
    ("path", "reason"), [("/dev/full", "No space left on device"), ("nowhere/file.json", "No such file or directory")]
)
def test_what_cannot_be_written_is_said(report, tmp_path, path, reason):
    link = tmp_path / "link.json"
    link.symlink_to(path)
    run = report(link)
    assert (run.returncode, run.stderr) == (4, f"tandem: conform: --json: cannot write {link}: {reason}\n")
    assert link.is_symlink()


def test_a_file_that_cannot_be_written_is_left_whole(report, tmp_path):
    file = tmp_path / "file.json"
    file.write_text("old", encoding="utf-8")
    before = set(tmp_path.iterdir())
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (64, 64))
    run = report(file, preexec_fn=limit)
    assert (run.returncode, run.stderr) == (4, f"tandem: conform: --json: cannot write {file}: File too large\n")
    assert file.read_text(encoding="utf-8") == "old"
    assert set(tmp_path.iterdir()) == before
