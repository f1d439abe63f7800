"""docs/errors.md has every message of Tandem's own and no other, and its examples are what the command does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import HANG_GUARD_S, command_path, example

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import messages  # noqa: E402  its folder is known only now

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def undocumented(root, page):
    """What the code says and the page does not, a line each that tells what to do."""
    said = "\n".join(" ".join(span.split()) for span in messages.spans(page))
    kept, _ = messages.messages(root)
    return [
        f"{literal.file}:{literal.line}: add `{piece}` (with … for each value) to a table of docs/errors.md, with "
        "cause and remedy; or, if no user gets it, to NO_MESSAGES in tests/lib/messages.py"
        for literal in kept
        for piece in literal.pieces()
        if piece not in said
    ]


def unsaid(root, page):
    """What the page lists and the code does not say, a line each that tells what to do."""
    said = "\n".join(" ".join(literal.text.split()) for literal in messages.literals(root))
    return [
        f"docs/errors.md, {section}: `{span}`: no source file says `{piece}`; correct the row, or take it out"
        for section, span in messages.listed(page)
        for piece in messages.split(span)
        if re.search(r"[A-Za-z]", piece) and piece not in said
    ]


def require_none(lines):
    """All of them in the failure, each on a line, whatever pytest would cut."""
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def test_every_message_of_the_code_is_in_the_page():
    require_none(undocumented(ROOT, PAGE))


def test_every_message_of_the_page_is_in_the_code():
    require_none(unsaid(ROOT, PAGE))


def test_nothing_is_excepted_in_vain():
    _, idle = messages.messages(ROOT)
    assert idle == [], "fit no literal of the code any more: take them out of NO_MESSAGES in tests/lib/messages.py"


@pytest.mark.parametrize(
    "file, text",
    [
        ("core/src/new.cc", 'return {Code::kInternal, "the moon " + phase + " is in the way"};'),
        ("cli/new.cc", 'Complain("the moon is\\n"\n         "in the way");'),
        ("java-bridge/java/src/main/java/tandem/bridge/New.java", 'throw Fault.of("the moon is" + " in the way");'),
        ("python-bridge/python/_tandem/new.py", 'raise Fault("Moon", "the {} is in the way".format(moon))'),
    ],
)
def test_a_new_message_is_found(tmp_path, file, text):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text)
    (line,) = undocumented(tmp_path, PAGE)[-1:]
    assert line.startswith(f"{file}:1: add `") and "in the way`" in line
    rows = "| message | x |\n|---|---|\n| `the moon … is in the way`, `the moon is in the way` | wait |\n"
    assert undocumented(tmp_path, rows) == []
    (line,) = unsaid(tmp_path, rows + "| `the sun is gone` | wait |\n")[-1:]
    assert line.startswith("docs/errors.md, : `the sun is gone`")


def examples():
    """The page's examples: the command line, the lines that it prints, its exit status."""
    form = r"^```console\n\$ (?P<command>.*)\n(?P<lines>(?:(?!\$ ).*\n)*?)\$ echo \$\?\n(?P<status>\d+)\n```$"
    return [found.group("command", "lines", "status") for found in re.finditer(form, PAGE, re.MULTILINE)]


def test_there_is_an_example_of_each_status():
    header = (ROOT / "cli" / "exit_status.h").read_text(encoding="utf-8")
    statuses = re.findall(r"constexpr int kExit\w+ = (\d+);", header)
    assert len(statuses) >= 5
    assert [status for _, _, status in examples()] == statuses
    assert re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE) == statuses
    assert PAGE.count("```console") == len(statuses)


def test_each_row_has_a_remedy():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if not re.search(r"\| [^|]*\w[^|]* \|$", row)] == []


def test_each_row_has_one_message():
    """Beside it there may be an end of it, which begins as ends do, or a second name among several."""
    rows = [line.split(" | ")[0] for line in PAGE.splitlines() if line.startswith("| `")]
    assert [row for row in rows if re.search(r"`[,;] `+(?![;,:]| \(|… or)", row)] == []


@pytest.mark.parametrize("command, lines, status", examples())
def test_the_examples_of_the_page(tandem, tmp_path, command, lines, status):
    for name in ("hello-java.jar", "deployment-package.zip"):
        (tmp_path / name).symlink_to(example(name))
    (tmp_path / "ada.json").write_text('{"first_name": "Ada", "last_name": "Lovelace"}')
    path = f"{command_path().parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=tandem.environment({"PATH": path}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=HANG_GUARD_S,
        check=False,
    )
    assert run.returncode == int(status)
    expected = [re.escape(line).replace(messages.PLACEHOLDER, ".*") for line in lines.splitlines()]
    printed = [line for line in (run.stderr + run.stdout).decode().split("\n") if line]
    assert len(printed) == len(expected), printed
    for pattern, line in zip(expected, printed):
        assert re.fullmatch(pattern, line, re.DOTALL), line
