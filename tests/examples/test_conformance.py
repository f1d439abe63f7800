"""The suites of examples/conformance: two implementations that agree, and two that were made to differ in one thing."""

import json
import subprocess

import pytest

TARGETS = ("--target", "inline", "--target", "process")


@pytest.fixture
def conform(root, build_dir, tmp_path):
    """Runs `tandem conform` on one of the suites; returns its exit status and the results of its JSON report."""

    def run(suite, *options):
        report = tmp_path / "report.json"
        folder = root / "examples" / "conformance" / suite
        command = [build_dir / "bin" / "tandem", "conform", folder, "--code-dir", build_dir / "conformance"]
        command += ["--json", report, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert report.exists(), done.stderr
        return done.returncode, json.loads(report.read_text(encoding="utf-8"))["results"]

    return run


def test_two_that_agree(conform):
    """Every case passes in every language on every target, and none is skipped."""
    status, results = conform("pricing", *TARGETS)
    assert [result for result in results if result["verdict"] != "passed"] == []
    ran = {(result["name"], result["language"], result["target"]) for result in results}
    names = {name for name, _, _ in ran}
    assert len(names) >= 25
    assert ran == {(name, code, where) for name in names for code in ("java", "python") for where in TARGETS[1::2]}
    assert status == 0


def test_two_that_differ(conform):
    """In Java, in one case, whatever runs it."""
    status, results = conform("pricing-differs", *TARGETS)
    differing = [result for result in results if result["verdict"] == "differs"]
    assert [(result["name"], result["language"], result["target"]) for result in differing] == [
        ("quantity[quantity=1001,net=950.95]", "java", where) for where in TARGETS[1::2]
    ]
    for result in differing:
        assert [(each["what"], each["expected"], each["seen"]) for each in result["differences"]] == [
            ("json at $.lines[0].net", '"950.95"', '"903.40"'),
            ("json at $.total", '"950.95"', '"903.40"'),
        ]
    assert {result["verdict"] for result in results if result not in differing} == {"passed"}
    assert {result["language"] for result in results} == {"java", "python"}
    assert status == 1


def test_random_events_find_no_difference_between_two_that_agree(conform):
    status, results = conform("pricing", "--fuzz", "1000")
    assert [result["differences"] for result in results] == [[]]
    assert status == 0


def test_random_events_find_the_difference(conform):
    """The smallest event that shows it has one line of the first quantity for which Java has a discount."""
    status, results = conform("pricing-differs", "--fuzz", "1000")
    (result,) = results
    event = next(each["expected"] for each in result["differences"] if each["what"] == "event")
    assert [item["quantity"] for item in json.loads(event)["items"]] == [1001]
    assert "json at $.total" in [each["what"] for each in result["differences"]]
    assert status == 1
