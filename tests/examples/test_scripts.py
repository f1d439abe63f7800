"""The helpers by which tests/run counts and chooses, and the scripts' answers to bad use."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

PASSED = '<testsuite><testcase name="a"/><testcase name="b" status="run" result="completed"/></testsuite>'
FAILED = (
    '<testsuite><testcase name="a"><failure message="x"/></testcase><testcase name="b"><error/></testcase></testsuite>'
)
SKIPPED = '<testsuite><testcase name="a"><skipped/></testcase><testcase name="b" status="notrun"/></testsuite>'


@pytest.fixture
def helper(root):
    def run(name, *arguments):
        return subprocess.run(
            [sys.executable, "-B", root / "tests" / "lib" / name, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def results(tmp_path, **files):
    folder = tmp_path / "step"
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.xml").write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    "files, status, kind, expected",
    [
        ({"one": PASSED, "two": PASSED}, 0, "cases", "4 0 0"),
        ({"one": PASSED, "two": FAILED}, 1, "cases", "2 2 0"),
        ({"one": SKIPPED}, 0, "cases", "0 0 2"),
        ({"one": PASSED}, 1, "cases", "2 1 0"),  # a program ended badly and wrote no failure
        ({}, 0, "cases", "0 1 0"),  # nothing ran
        ({"one": PASSED, "two": "<testsuite><testca"}, 0, "cases", "2 1 0"),  # cut off
        ({}, 0, "check", "1 0 0"),
        ({}, 139, "check", "0 1 0"),
    ],
)
def test_a_step_is_settled(helper, tmp_path, files, status, kind, expected):
    results(tmp_path, **files)
    assert helper("junit.py", "settle", tmp_path, "step", status, 1, kind).stdout.strip() == expected
    total = helper("junit.py", "total", tmp_path)
    passed, failed, skipped = expected.split()
    assert total.stdout == f"{passed} passed, {failed} failed, {skipped} skipped\n"
    assert total.returncode == int(failed != "0" or passed == "0")


def test_failed_cases_are_named_with_why(helper, tmp_path):
    results(tmp_path, one=PASSED, two=FAILED.replace('name="a"', 'classname="Suite" name="a"'))
    named = helper("junit.py", "failed", tmp_path, "step").stdout.splitlines()
    assert named == ["failed: two: Suite.a", "  x", "failed: two: None.b"]


def test_no_result_at_all_is_a_failure(helper, tmp_path):
    total = helper("junit.py", "total", tmp_path)
    assert (total.returncode, total.stdout) == (1, "0 passed, 0 failed, 0 skipped\n")


@pytest.mark.parametrize(
    "body, kind, expected",
    [
        ("true", "check", "1 passed   0 failed"),
        ("false; true", "check", "0 passed   1 failed"),  # a step ends at its first failed command
        ("true", "cases", "0 passed   1 failed"),
        ("run_gtest label /nowhere/program", "cases", "0 passed   1 failed"),
        ("TANDEM_TEST_LIMIT=1 limited sleep 200", "check", "0 passed   1 failed"),
        ("echo output of the step; exit 3", "check", "0 passed   1 failed"),
        ("printf 'true\\n' | in_lanes eval", "check", "1 passed   0 failed"),
        ("printf 'true\\nfalse; true\\ntrue\\n' | in_lanes eval", "check", "0 passed   1 failed"),
        ("true | in_lanes eval", "check", "0 passed   1 failed"),
    ],
)
def test_a_step_fails_as_soon_as_anything_in_it_does(root, tmp_path, body, kind, expected):
    script = f"""
        set -euo pipefail
        results=$1
        source "{root}/tools/common.sh"
        source "{root}/tests/lib/harness.sh"
        step_one() {{ {body}; }}
        prepare_results
        run_step one {kind}
        echo "failed steps: $failed_steps"
    """
    done = subprocess.run(
        ["bash", "-c", script, "script", tmp_path / "results"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert expected in lines[0]
    assert lines[-1] == f"failed steps: {int('1 failed' in expected)}"
    assert ("output of the step" in lines) == ("output of the step" in body)


def test_a_program_that_ends_without_results_is_named_with_its_last_lines(root, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nprintf 'first\\n\\033[31mhang: Suite.test\\n'\nexit 5\n", encoding="utf-8")
    program.chmod(0o755)
    script = f"""
        set -euo pipefail
        results=$1
        source "{root}/tools/common.sh"
        source "{root}/tests/lib/harness.sh"
        step_one() {{ run_gtest label "{program}"; }}
        prepare_results
        run_step one cases
    """
    done = subprocess.run(
        ["bash", "-c", script, "script", tmp_path / "results"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert "0 passed   1 failed" in lines[0]
    assert lines[1:5] == [
        "failed: tests.run-label: tests.run.label",
        "  ended with status 5 and without results; the last it printed:",
        "  first",
        "   [31mhang: Suite.test",
    ]


def test_lanes_are_used_at_a_time_and_printed_in_order(root, tmp_path):
    """Each of the first two waits for the other's file, so one alone would never end."""
    script = f"""
        set -euo pipefail
        results=$1 step=one
        source "{root}/tools/common.sh"
        nproc() {{ echo 2; }}
        source "{root}/tests/lib/harness.sh"
        mkdir -p "$results/one"
        meet() {{
          touch "$results/$1"
          until [[ -e $results/$2 ]]; do sleep 0.01; done
          echo "$1 met $2"
        }}
        printf '%s\\t%s\\n' a b b a c a | in_lanes meet
        ls "$results/one"
    """
    done = subprocess.run(["bash", "-c", script, "script", tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "a met b\nb met a\nc met a\n"


def test_what_runs_ends_with_the_script(root, tmp_path):
    """As with Ctrl-C, which background jobs and what has a process group of its own do not hear."""
    script = f"""
        set -euo pipefail
        results=$1
        source "{root}/tools/common.sh"
        source "{root}/tests/lib/harness.sh"
        work() {{ limited sleep 1000; }}
        step_one() {{ printf 'first\\nsecond\\n' | in_lanes work; }}
        prepare_results
        in_background sleep 1000
        run_step one check
    """
    run = subprocess.Popen(["bash", "-c", script, "script", tmp_path / "results"])
    while users_of(tmp_path).count("sleep") < min(2, len(os.sched_getaffinity(0))) + 1:
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    assert run.wait() == 130
    while users_of(tmp_path):
        time.sleep(0.01)


@pytest.mark.parametrize("ended_by, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("replay", [False, True])
def test_fuzzing_that_is_ended_leaves_nothing(root, tmp_path, ended_by, status, replay):
    """Its folder is in memory, which a machine would miss."""
    target = tmp_path / "bin" / "fuzz" / "json"
    target.parent.mkdir(parents=True)
    target.write_text(
        f'#!/bin/sh\n: > "$TANDEM_FUZZ_SCRATCH/a file"\nexec 5> "{tmp_path}/open"\n'
        f'echo "$TANDEM_FUZZ_SCRATCH" > "{tmp_path}/said"\nmv "{tmp_path}/said" "{tmp_path}/scratch"\nexec sleep 1000\n',
        encoding="utf-8",
    )
    target.chmod(0o755)
    options = ["--replay", target] if replay else []
    run = subprocess.Popen([root / "fuzz" / "run", "--build", tmp_path, *options, "json"])
    while not (tmp_path / "scratch").exists():
        assert run.poll() is None
        time.sleep(0.01)
    scratch = pathlib.Path((tmp_path / "scratch").read_text(encoding="utf-8").strip())
    assert (scratch / "a file").exists() and scratch.parent.name.startswith("tandem-fuzz-run-")
    run.send_signal(ended_by)
    assert run.wait() == status
    assert not scratch.parent.exists()
    while users_of(tmp_path):
        time.sleep(0.01)


def users_of(folder):
    """The names of the processes that have files in a folder open, such as the logs of what a script starts."""
    names = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            files = [os.readlink(each) for each in (process / "fd").iterdir()]
            if any(each.startswith(str(folder)) for each in files):
                names.append((process / "comm").read_text().strip())
    return names


@pytest.fixture
def runtimes(tmp_path):
    def entry(language, identifier, version, path, reason=""):
        found = {"language": language, "identifier": identifier, "version": version, "path": path}
        return {**found, "reason": reason} if reason else found

    path = tmp_path / "runtimes.json"
    entries = [
        entry("java", "java25", "25.0.1", "/jdk 25"),
        entry("java", "java17", "17.0.15", "/jdk-17"),
        entry("python", "python3.11", "3.11.7", "/a/python3.11"),
        entry("python", "python3.11", "3.11.2", "/b/python3.11"),
        entry("python", "python3.8", "3.8.1", "/a/python3.8", "too old"),
    ]
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def test_one_machine_per_identifier_or_all(helper, runtimes):
    assert helper("machines.py", "tested", runtimes, "java", "some").stdout == (
        "java25\t25.0.1\t/jdk 25\njava17\t17.0.15\t/jdk-17\n"
    )
    assert helper("machines.py", "tested", runtimes, "python", "some").stdout == "python3.11\t3.11.7\t/a/python3.11\n"
    assert len(helper("machines.py", "tested", runtimes, "python", "all").stdout.splitlines()) == 2


def test_required_machines_that_are_absent_or_unusable(helper, runtimes):
    required = ",java17,java21,python3.8,python3.11"
    assert helper("machines.py", "missing", runtimes, required).stdout == "java21, python3.8\n"
    assert helper("machines.py", "unused", runtimes).stdout == "python3.8 /a/python3.8: too old\n"


@pytest.mark.parametrize(
    "words, text",
    [
        (["tests/run", "--unknown"], "'--unknown'"),
        (["tests/run", "--only", "nothing"], "no step 'nothing'"),
        (["tests/run", "--only"], "--only needs a value"),
        (["tests/run", "--require", "java17,foo", "--only", "machines"], "--require: 'foo'"),
        (["tests/run", "--require=python4.1"], "--require: 'python4.1'"),
        (["tests/fresh", "--unknown"], "'--unknown'"),
        (["tests/fresh", "--root"], "--root needs a value"),
        (["tools/setup", "everything"], "'everything'"),
        (["examples/quickstart", "now"], "takes no arguments"),
    ],
)
def test_bad_use_of_a_script_is_one_line(root, words, text):
    done = subprocess.run([root / words[0], *words[1:]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(words[0] + ": ") and text in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_fresh_machine_says_which_right_it_lacks(root):
    """Before it installs or makes anything."""
    words, text = [], "needs root, for mounts and a chroot: sudo tests/fresh"
    if os.geteuid() == 0:
        words, text = (
            ["setpriv", "--bounding-set", "-sys_admin"],
            "cannot make mount and process namespaces (CAP_SYS_ADMIN)",
        )
    done = subprocess.run([*words, root / "tests" / "fresh"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tests/fresh: {text}") and len(done.stderr.splitlines()) == 1


def test_machines_of_a_tree_that_is_not_built(root, tmp_path):
    """The step's log says what to run first, and nothing of a shell's."""
    for part in ("tests/run", "tests/lib", "tools"):
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy
        (tmp_path / part).parent.mkdir(exist_ok=True)
        copy(root / part, tmp_path / part)
    run = [tmp_path / "tests" / "run", "--only", "machines"]
    done = subprocess.run(
        run, env={**os.environ, "TANDEM_SETUP_DONE": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    log = (tmp_path / "build" / "test-results" / "machines" / "output.log").read_text(encoding="utf-8")
    assert log == "tests/run: the ci preset is not built; tests/run --only setup --only build does that\n"
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


def test_set_up_names_what_is_missing_and_the_command(root, tmp_path):
    """Without a way to become root, a missing package is one clear line; nothing is asked."""
    for tool in ("bash", "env", "dirname", "basename", "readlink", "sed", "sort", "head", "cat"):
        found = next(p for p in (pathlib.Path(d, tool) for d in os.defpath.split(":") + ["/usr/bin"]) if p.exists())
        (tmp_path / tool).symlink_to(found)
    done = subprocess.run(
        [root / "tools" / "setup", "release"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tools/setup: missing: ") and "cmake" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_hanging_test_fails_by_its_name(root, tmp_path):
    guard = (root / "tests" / "conftest.py").read_text(encoding="utf-8")
    assert "HANG_LIMIT_S = 300\n" in guard
    (tmp_path / "conftest.py").write_text(guard.replace("HANG_LIMIT_S = 300\n", "HANG_LIMIT_S = 1\n"), encoding="utf-8")
    tests = "import time\n\n\ndef test_hangs():\n    time.sleep(100000)\n\n\ndef test_that_follows():\n    pass\n"
    (tmp_path / "test_planted.py").write_text(tests, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra", tmp_path],
        env={**os.environ, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1].startswith("1 failed, 1 passed"), done.stdout
    assert "test_planted.py::test_hangs - Failed: hang: has not ended" in done.stdout
