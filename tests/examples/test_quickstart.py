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
  --preset) echo "$*" >>"$TESTED_CALLS" ;;
  --build)
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
    for part in ("Debian packages to install: ", "by Maven into ~/.m2", "by pip into virtual environments below build/"):
        assert part in plan
    assert re.search(r"^  This takes about \w+ minutes", plan, re.MULTILINE)
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


def test_each_run_says_which_pythons_it_wants(first, tree, environment):
    """An earlier run's list must not be the next one's."""
    assert first.returncode == 0, first.stderr
    calls = pathlib.Path(environment["TESTED_CALLS"])
    for given, said in ({"TANDEM_PYTHONS": "3.11,3.9"}, "3.11,3.9"), ({}, ""):
        wanted = {name: value for name, value in environment.items() if name != "TANDEM_PYTHONS"}
        assert run([tree / "examples" / "quickstart"], {**wanted, **given}).returncode == 0
        assert calls.read_text(encoding="utf-8").splitlines()[-1] == f"--preset release -DTANDEM_PYTHONS={said}"
