"""The script that counts which rules the tests show (tests/lib/coverage.py)."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

RULES = """
* **Tier 1 -- promised**: H-PY-01, 03--04;
  E-01.
* **Tier 3 -- optional**: E-03.

- **H-PY-01** [2018] {P} One. — seed
- **H-PY-02** {P} Two, as E-02 has it. — seed
- **H-PY-03** {P} Three. — seed
- **H-PY-04** {U} Four. — seed
- **E-01** {P} Another. Δ Java has none. — seed
- **E-02** {R} HTTP. — seed
- **E-03** {R} Optional. — seed
- **I-01** {R} Of the server. — seed
- **R-01** {R} Of the Runtime API. — seed
- **A-01** {U} Unverified. — seed
""".replace("--", "\N{EN DASH}")
LISTS = """
## Rules that are not taken

| id | why | tried |
|---|---|---|

## Rules that are taken otherwise

| id | what differs | why |
|---|---|---|
| R-01 | its status | there is none |

## Rules that wait

| id | what |
|---|---|
| E-02 | its status |

## More
"""


class Tree:
    """Rules, lists, kept rules and results of one step, as files."""

    def __init__(self, root, folder):
        self.script = root / "tests" / "lib" / "coverage.py"
        self.folder = folder
        self.rules = self.file("rules.md", RULES)
        self.lists = self.file("lists.md", LISTS)
        self.kept = self.file("kept.json", "{}")
        (folder / "java").mkdir()

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def results(self, *cases):
        self.file("java/results.xml", f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")

    def run(self, *arguments):
        """Returns the status, the table's rows by their first word, and the errors."""
        ended = subprocess.run(
            [sys.executable, "-B", self.script, "--rules", self.rules, "--exceptions", self.lists]
            + ["--kept", self.kept, self.folder, *(arguments or ["java"])],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stderr == ""
        lines = ended.stdout.splitlines()
        rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
        return ended.returncode, rows, [line[len("error: ") :] for line in lines if line.startswith("error: ")]


@pytest.fixture
def tree(root, tmp_path):
    return Tree(root, tmp_path)


def case(*rules, name="t", inside="", **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    properties = "".join(f'<property name="covers" value="{rule}"/>' for rule in rules)
    return f'<testcase classname="c" name="{name}"{more}><properties>{properties}</properties>{inside}</testcase>'


#: Every rule that has to be covered.
COMPLETE = (case("H-PY-01 H-PY-02 H-PY-03"), case("E-01/java E-01/python I-01"))


def test_counts_by_group_and_tier(tree):
    tree.results(*COMPLETE, case("H-PY-01"), case("E-03"))
    status, rows, errors = tree.run()
    assert (status, errors) == (0, [])
    assert rows["H-PY"] == "2 / 2 1 / 1 0 / 1 0 0 0"  # H-PY-04 is unverified
    assert rows["E"] == "2 / 2 0 / 0 1 / 1 0 0 1"  # each side of E-01, without E-02, which waits
    assert rows["I"] == "0 / 0 1 / 1 0 / 0 0 0 0"
    assert rows["R"] == "0 / 0 0 / 0 0 / 0 0 1 0"
    assert rows["all"] == "4 / 4 2 / 2 1 / 3 0 1 1"


def test_fails_where_a_rule_is_neither_covered_nor_listed(tree):
    """One of the first two tiers, with its name; the third may lack some."""
    tree.results(case("H-PY-01"), case("E-01/java"))
    status, rows, errors = tree.run()
    assert status == 1
    assert rows["all"] == "2 / 4 0 / 2 0 / 3 0 1 1"
    lacks = "is neither covered nor listed in docs/compatibility.md"
    assert errors == [
        f"{rule} {lacks}"
        for rule in ("H-PY-02, of tier 2,", "H-PY-03, of tier 1,", "E-01/python, of tier 1,", "I-01, of tier 2,")
    ]
    tree.file("lists.md", LISTS.replace("|---|---|---|\n", "|---|---|---|\n| H-PY-02 | why | so |\n", 1))
    assert f"H-PY-02, of tier 2, {lacks}" not in tree.run()[2]


def test_names_what_is_missing(tree):
    tree.results(*COMPLETE)
    missing = [" ".join((word, rest)) for word, rest in tree.run("java", "--missing")[1].items() if word == "not"]
    assert missing == ["not covered, tier 3: H-PY-04, E-03, A-01"]  # the last of three such lines
    tree.results(case("H-PY-01"), case("H-PY-04"), case("E-03"))
    assert tree.run("java", "--missing")[1]["not"] == "covered, tier 3: A-01"


@pytest.mark.parametrize(
    "result",
    [
        {"inside": "<failure/>"},
        {"inside": "<error/>"},
        {"inside": "<skipped/>"},
        {"status": "notrun"},
        {"result": "skipped"},
    ],
)
def test_only_tests_that_pass_count(tree, result):
    tree.results(*COMPLETE, case("E-03", **result))
    assert tree.run()[1]["E"] == "2 / 2 0 / 0 0 / 1 0 0 1"


def test_fails_where_a_rule_is_lost(tree):
    """By its name, also where another one is gained, and where none has to be there."""
    tree.results(*COMPLETE, case("H-PY-04"), case("A-01"))
    assert tree.run("java", "--update")[0] == 0
    kept = json.loads(tree.kept.read_text(encoding="utf-8"))
    assert (kept["H-PY"], kept["E"], kept["I"], kept["A"]) == (
        ["H-PY-01", "H-PY-02", "H-PY-03", "H-PY-04"],
        ["E-01/java", "E-01/python"],
        ["I-01"],
        ["A-01"],
    )
    assert tree.run()[0] == 0
    tree.results(*COMPLETE, case("E-03"))
    status, _, errors = tree.run()
    assert (status, errors) == (
        1,
        [f"{rule} was covered, and no test shows it any more" for rule in ("H-PY-04", "A-01")],
    )


def test_keeps_nothing_of_a_run_with_problems(tree):
    tree.results(case("H-PY-01"))
    assert tree.run("java", "--update")[0] == 1
    assert tree.kept.read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("rule", ["H-PY-05", "E-01", "H-PY-01/java", "E-01/ruby", "nonsense"])
def test_fails_where_a_rule_does_not_exist(tree, rule):
    tree.results(*COMPLETE, case(rule))
    assert tree.run()[::2] == (1, [f"java: c.t records {rule}, which is no rule of docs/behaviour.md"])


def test_fails_where_a_test_has_more_than_four(tree):
    tree.results(*COMPLETE, case("H-PY-01 H-PY-02 H-PY-03", "E-01/java E-01/python"))
    assert tree.run()[::2] == (1, ["java: c.t records more than 4 rules"])


def test_fails_where_a_step_has_no_results(tree):
    tree.results(*COMPLETE)
    assert tree.run("java", "cli")[::2] == (
        1,
        ["no results of the step cli: tests/run without --only has them all"],
    )


def test_fails_where_results_cannot_be_read(tree):
    tree.file("java/results.xml", "<testsuite><testca")
    status, _, errors = tree.run()
    assert status == 1
    assert errors[0].startswith("java/results.xml: ")


def test_fails_where_the_lists_are_wrong(tree):
    rows = {"H-PY-01": "tier 1", "H-PY-02": "tier 2, and alone", "E-01": "no side", "X-01": "another group"}
    listed = "".join(f"| {rule} | {why} | |\n" for rule, why in rows.items())
    lists = LISTS.replace("|---|---|---|\n", f"|---|---|---|\n{listed}", 1)
    tree.file("lists.md", lists.replace("| R-01 |", "| H-PY-03 |"))
    tree.results(case("H-PY-02"), COMPLETE[1], case("E-02", "R-01"))
    status, _, errors = tree.run()
    assert status == 1
    assert errors == [
        "H-PY-01, listed as not taken, needs every cell of its row",
        "H-PY-02 is listed as not taken, but java: c.t shows it",
        "E-01, listed as not taken, is no rule of the groups that are to be complete",
        "X-01, listed as not taken, is no rule of the groups that are to be complete",
        "a rule of tier 1 cannot be listed as not taken",
        "a rule of tier 1 cannot be listed as otherwise",
        "E-02 is listed as waiting, but java: c.t shows it",
        "1 rules of tier 2 are listed as not taken; 0 may be",
    ]


TESTS = """
def test_shows(covers):
    covers("X-01", "X-02/java")
    covers("X-03")

def test_fails(covers):
    covers("X-01")
    assert False
    covers("X-02")

def test_boasts(covers):
    covers("X-01", "X-02", "X-03", "X-04", "X-05")
"""


def test_what_a_python_test_records(root, tmp_path):
    """By the fixture of tests/conftest.py."""
    (tmp_path / "test_some.py").write_text(TESTS, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "--junitxml=r.xml"],
        env={**os.environ, "PYTHONPATH": str(root / "tests")},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    cases = {case.get("name"): case for case in ElementTree.parse(tmp_path / "r.xml").iter("testcase")}
    recorded = {name: [each.get("value") for each in case.iter("property")] for name, case in cases.items()}
    assert recorded == {"test_shows": ["X-01 X-02/java", "X-03"], "test_fails": ["X-01"], "test_boasts": []}
    assert [name for name, case in cases.items() if case.find("failure") is None] == ["test_shows"]
    assert "covers more than 4 rules" in cases["test_boasts"].find("failure").get("message")


def test_the_projects_own_rules_are_read(root, tmp_path):
    """Each group has rules, and each tier that it names; without results all are missing."""
    script = [sys.executable, "-B", root / "tests" / "lib" / "coverage.py", tmp_path, "java"]
    printed = subprocess.run(script, capture_output=True, text=True, check=False).stdout
    rows = {line.split()[0]: line.split() for line in printed.splitlines()}
    least_of = {"H-PY": 39, "H-JAVA": 90, "J": 85, "C": 37, "L": 52, "E": 52, "K": 23, "I": 35, "R": 46, "A": 60}
    for group, least in least_of.items():
        numbers = [int(rows[group][at]) for at in (3, 6, 9, 10, 11, 12)]
        assert sum(numbers) >= least, rows[group]
