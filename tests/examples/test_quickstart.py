"""What examples/quickstart promises, without building: a stand-in for cmake puts the tested build in its place."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

CMAKE = """#!/bin/sh
case $1 in
  --preset)
    echo "$*" >>"$TESTED_CALLS"
    if [ "$TESTED_FAILURE" = configure ]; then cat "$TESTED_OUTPUT" >&2; exit 1; fi ;;
  --build)
    if [ "$TESTED_FAILURE" = build ]; then cat "$TESTED_OUTPUT"; exit 1; fi
    ln -sfn "$TESTED_BUILD/bin" build/release/bin
    ln -sfn "$TESTED_BUILD/examples" build/release/examples
    echo '  [1/1, 0.1s] Put the tested build in its place' ;;
  *) exec "$TESTED_CMAKE" "$@" ;;
esac
"""


@pytest.fixture(scope="module")
def tree(root, tmp_path_factory):
    """What the script needs of a checkout, in a path with spaces."""
    folder = tmp_path_factory.mktemp("a path with spaces") / "tan dem"
    shutil.copytree(root / "tools", folder / "tools")
    shutil.copytree(root / "examples", folder / "examples")
    return folder


@pytest.fixture(scope="module")
def environment(build_dir, tmp_path_factory):
    stand_ins = tmp_path_factory.mktemp("stand-ins")
    (stand_ins / "cmake").write_text(CMAKE, encoding="utf-8")
    (stand_ins / "cmake").chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{stand_ins}:{os.environ['PATH']}",
        "TESTED_BUILD": str(build_dir),
        "TESTED_CMAKE": shutil.which("cmake"),
        "TESTED_CALLS": str(stand_ins / "calls"),
    }


def run(words, environment, **options):
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options
    )


@pytest.fixture(scope="module")
def first(tree, environment):
    return run([tree / "examples" / "quickstart"], environment)


def test_it_says_first_what_it_installs_and_how_long_it_takes(first, tree, environment):
    """And less of both when it is run again."""
    assert first.returncode == 0, first.stderr
    plan = first.stdout[: first.stdout.index("[1/4]")]
    assert plan.startswith("Tandem quickstart: ")
    for part in (
        "Debian packages to install: ",
        "by Maven into ~/.m2",
        "by pip into virtual environments below build/",
    ):
        assert part in plan
    assert re.search(r"^  This takes about (five|eight) minutes on 2 cores", plan, re.MULTILINE)
    again = run([tree / "examples" / "quickstart"], environment)
    assert again.returncode == 0, again.stderr
    assert "  This takes seconds" in again.stdout[: again.stdout.index("[1/4]")]
    assert "Maven" not in again.stdout


def test_it_runs_both_handlers_after_its_steps(first):
    parts = re.split(r"^\[[1-4]/4\] (.*)\n", first.stdout, flags=re.MULTILINE)
    assert parts[1::2] == ["Setting up", "Configuring", "Building", "Running side-by-side"]
    for line in ('  response  "123"', '  response  {"message": "Hello Ada Lovelace"}'):
        assert line in parts[-1].splitlines()


def test_it_ends_with_three_commands_that_work(first, tree, environment):
    assert first.stdout.count("Try next:\n") == 1
    commands = first.stdout.partition("Try next:\n")[2].splitlines()
    assert len(commands) == 3
    for command in commands:
        assert command.startswith("  build/release/bin/tandem ")
        done = run(shlex.split(command), environment, cwd=tree)
        assert done.returncode == 0, command + "\n" + done.stderr
        assert done.stdout


def test_it_leaves_no_file_of_another_owner_and_none_outside_the_build(first, root, tree):
    assert first.returncode == 0, first.stderr
    owner = tree.stat().st_uid
    for folder, folders, files in os.walk(tree):
        for name in folders + files:
            path = os.path.join(folder, name)
            assert os.lstat(path).st_uid == owner, path
    assert sorted(path.name for path in tree.iterdir()) == ["build", "examples", "tools"]
    assert not os.path.islink(tree / "build" / "release")
    given = {path.relative_to(root) for part in ("examples", "tools") for path in (root / part).rglob("*")}
    left = {path.relative_to(tree) for part in ("examples", "tools") for path in (tree / part).rglob("*")}
    assert left <= given


@pytest.mark.parametrize("names_none", [",", " "])
def test_a_list_of_pythons_that_names_none_is_refused_before_anything_is_done(tree, environment, names_none):
    done = run([tree / "examples" / "quickstart"], {**environment, "TANDEM_PYTHONS": names_none})
    said = f"TANDEM_PYTHONS is '{names_none}', which names no CPython: give X.Y or a path, all, none, or nothing"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"examples/quickstart: {said}\n")


def test_a_step_that_takes_long_is_said_to_go_on(root):
    """Where no terminal is: each tenth step, and at least every so often what was said last."""
    words = ["bash", "-c", 'set -euo pipefail; source "$0"; show_progress 1', root / "tools" / "progress.sh"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as shown:
        for step in (1, 2):
            shown.stdin.write(f"  [{step}/30, 1s] Compile {step}\nsome warning\n")
            shown.stdin.flush()
        assert shown.stdout.readline() == "  [1/30, 1s] Compile 1\n"
        assert shown.stdout.readline() == "  [2/30, 1s] Compile 2\n"
        for _ in range(2):
            line = shown.stdout.readline()
            assert re.fullmatch(r"  \[2/30, 1s\] Compile 2; going on for \d+ s\n", line), line
        shown.stdin.write("".join(f"  [{step}/30, 9s] Compile {step}\n" for step in range(3, 31)))
        rest = shown.communicate()[0].splitlines()
    assert [line for line in rest if "Compile 2;" not in line] == [f"  [{n}/30, 9s] Compile {n}" for n in (11, 21)]


def test_a_command_that_takes_long_is_said_to_go_on(root):
    """Its own status and output stay; and nothing goes on after it."""
    script = 'set -euo pipefail; source "$0"; say() { printf "%s\\n" "$*"; }; going_on 1 bash -c "read -r; exit 7" || echo $?'
    words = ["bash", "-c", script, root / "tools" / "progress.sh"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shown:
        assert re.fullmatch(r"  going on for \d+ s\n", shown.stdout.readline())
        assert shown.communicate("end\n")[0].splitlines()[-1] == "7"


def test_each_run_says_which_pythons_it_wants(first, tree, environment):
    """An earlier run's list must not be the next one's."""
    assert first.returncode == 0, first.stderr
    calls = pathlib.Path(environment["TESTED_CALLS"])
    for given, said in ({"TANDEM_PYTHONS": "3.11,3.9"}, "3.11,3.9"), ({}, ""):
        wanted = {name: value for name, value in environment.items() if name != "TANDEM_PYTHONS"}
        assert run([tree / "examples" / "quickstart"], {**wanted, **given}).returncode == 0
        assert calls.read_text(encoding="utf-8").splitlines()[-1] == f"--preset release -DTANDEM_PYTHONS={said}"


FAILURES = {
    "pythons": (
        "configure",
        """-- The CXX compiler identification is GNU
CMake Error at python-bridge/cmake/FindPythons.cmake:88 (message):
  TANDEM_PYTHONS names 3.99, which cannot be used; none was found in PATH,
  pyenv or /opt
Call Stack (most recent call first):
  python-bridge/cmake/FindPythons.cmake:131 (tandem_python_name)


-- Configuring incomplete, errors occurred!
""",
        "configuring failed: TANDEM_PYTHONS names 3.99, which cannot be used; none was found in PATH, pyenv or /opt; ",
    ),
    "maven": (
        "build",
        """[1/9] Building the Java half of the JVM loader
FAILED: lib/tandem/java/tandem-bridge.jar
[ERROR] Could not create local repository at /locked/repository -> [Help 1]
[ERROR] For more information about the errors and possible solutions, please read the following articles:
""",
        "the build failed: Could not create local repository at /locked/repository; ",
    ),
    "network": (
        "configure",
        """CMake Error at python-bridge/cmake/PythonPackages.cmake:12 (message):
  Installing it failed: ERROR: No matching distribution found for pybind11==3.0.1
""",
        "configuring failed: cannot fetch pybind11==3.0.1 from the Python package index; is the network up?; ",
    ),
    "compiler": (
        "build",
        "[1/2] Building CXX object a.o\nFAILED: a.o\n/tree/a.cc:3:1: error: expected a word\n/tree/a.cc:9:1: error: x\n",
        "the build failed: /tree/a.cc:3:1: error: expected a word; ",
    ),
    "silent": ("build", "ninja: build stopped\n", "the build failed; "),
}


@pytest.mark.parametrize("case", FAILURES)
def test_what_fails_is_one_line_that_names_the_log(tree, environment, tmp_path, case):
    step, output, line = FAILURES[case]
    (tmp_path / "output").write_text(output, encoding="utf-8")
    failing = {**environment, "TESTED_FAILURE": step, "TESTED_OUTPUT": str(tmp_path / "output")}
    done = run([tree / "examples" / "quickstart"], failing)
    log = tree / "build" / "release" / "quickstart.log"
    assert (done.returncode, done.stderr) == (1, f"examples/quickstart: {line}all of its output is in {log}\n")
    assert output in log.read_text(encoding="utf-8")


WHAT_TO_DO = "set MAVEN_OPTS=-Dmaven.repo.local=DIR to a folder of this user, or give the user a home of their own"


def test_a_repository_that_maven_cannot_write_is_said_before_anything_is_built(tree, environment, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    repository = tmp_path / "file" / "repository"  # below no folder, so nobody can make it
    done = run([tree / "examples" / "quickstart"], {**environment, "MAVEN_OPTS": f"-Dmaven.repo.local={repository}"})
    assert done.returncode == 1
    assert done.stderr == f"examples/quickstart: Maven cannot write to {repository}; {WHAT_TO_DO}\n"
    assert "[2/4]" not in done.stdout
    # Of an account without a home: the nearest folder is the system's, and nobody's to give.
    done = run([tree / "examples" / "quickstart"], {**environment, "MAVEN_OPTS": "-Duser.home=/dev/null/home"})
    assert done.stderr == f"examples/quickstart: Maven cannot write to /dev/null/home/.m2/repository; {WHAT_TO_DO}\n"


def test_settings_of_maven_count_but_for_their_comments(tree, environment, tmp_path):
    """Maven's own settings.xml, which people copy, has another repository in a comment."""
    settings = tmp_path / ".m2" / "settings.xml"
    settings.parent.mkdir()
    given = {**environment, "MAVEN_OPTS": f"-Duser.home={tmp_path}"}
    element = "<localRepository>/dev/null/repository</localRepository>"
    settings.write_text(f"<settings>\n  <!-- Default: home\n  {element}\n  -->\n</settings>\n", encoding="utf-8")
    done = run([tree / "examples" / "quickstart"], given)
    assert done.returncode == 0, done.stderr
    settings.write_text(f"<settings><!-- one --><!-- two -->\n{element}<!-- three --></settings>\n", encoding="utf-8")
    done = run([tree / "examples" / "quickstart"], given)
    assert done.stderr.startswith("examples/quickstart: Maven cannot write to /dev/null/repository; ")
