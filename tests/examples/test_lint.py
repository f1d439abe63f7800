"""What tools/lint says of suppressions."""

import shutil
import subprocess
import sys

import pytest

MARK = "// NO" + "LINT"


@pytest.fixture
def suppressions(root, tmp_path):
    """Checks the suppressions of a tree with the configuration of this one, whose one source has one line."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "lint-venv").symlink_to(root / "build" / "lint-venv")
    (tmp_path / ".gitignore").write_text("/build\n", encoding="utf-8")
    shutil.copy(root / "tools" / "lint", tmp_path / "tools")
    for name in (".clang-tidy", "bench/.clang-tidy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def check(path, line):
        source = tmp_path / path
        source.parent.mkdir(exist_ok=True)
        source.write_text(f"int a = 1;\n{line}\n", encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-B", tmp_path / "tools" / "lint", "--only", "suppressions"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stderr == ""
        *found, result = ended.stdout.splitlines()
        assert result.split(" (")[0] == ("suppressions: FAILED" if found else "suppressions: ok")
        assert ended.returncode == (1 if found else 0)
        return found

    return check


@pytest.mark.parametrize(
    "line",
    [
        "int b = 1;  // no suppression",
        f"int b = 1;  {MARK}(bugprone-empty-catch): a reason",
        f"{MARK}NEXTLINE(bugprone-empty-catch,clang-analyzer-core.NullDereference): a reason",
        f"{MARK}END(clang-analyzer-cplusplus.NewDeleteLeaks): a reason",
        f"{MARK}(clang-diagnostic-unused-variable): the compiler's, which no list has",
    ],
)
def test_takes_what_is_on(suppressions, line):
    assert suppressions("cli/a.cc", line) == []


@pytest.mark.parametrize(
    "path, line, dead",
    [
        ("cli/a.cc", f"int b;  {MARK}(google-build-using-namespace): off", "google-build-using-namespace"),
        ("cli/a.h", f"int b;  {MARK}(android-cloexec-open): never on", "android-cloexec-open"),
        ("cli/a.c", f"{MARK}NEXTLINE(no-such-check): no check at all", "no-such-check"),
        (
            "cli/a.cc",
            f"{MARK}BEGIN(misc-no-recursion,bugprone-empty-catch,modernize-use-ranges): two are off",
            "misc-no-recursion, modernize-use-ranges",
        ),
        (
            "bench/a.cc",
            f"int b;  {MARK}(clang-analyzer-cplusplus.NewDeleteLeaks): off in this folder",
            "clang-analyzer-cplusplus.NewDeleteLeaks",
        ),
    ],
)
def test_refuses_what_is_off_anyway(suppressions, path, line, dead):
    assert suppressions(path, line) == [f"{path}:2: overlooks what .clang-tidy has off anyway: {dead}"]


@pytest.mark.parametrize("form", ["", "(bugprone-empty-catch)", ": a reason"])
def test_refuses_what_names_no_check_or_reason(suppressions, form):
    line = f"int b = 1;  {MARK}{form}"
    assert suppressions("cli/a.cc", line) == [
        f"cli/a.cc:2: a suppression names its check and, after it, a reason: {line}"
    ]
