"""Tandem's own suite, conformance/suites: large enough, and as it says in every language, wherever functions run."""

import json
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
SUITES = ROOT / "conformance" / "suites"
LANGUAGES = {"java", "native", "python"}
LEAST_CASES = 200
LEAST_RULES = 120
PIECES = re.compile(r'("(?:\\.|[^"\\])*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)


def run_suites(conform, *options):
    return conform(SUITES, "--code-dir", os.environ["TANDEM_TEST_CONFORMANCE"], *options)


def catalogue():
    """The ids of the rules in docs/behaviour.md."""
    text = (ROOT / "docs" / "behaviour.md").read_text(encoding="utf-8")
    return set(re.findall(r"^- \*\*([A-Z]+(?:-[A-Z]+)?-\d\d)\*\*", text, re.MULTILINE))


def differing(run):
    wrong = [result for result in run.results if result["verdict"] not in ("passed", "skipped")]
    return [
        (result["suite"], result["name"], result["language"], result["target"], result["differences"])
        for result in wrong
    ]


def passed(run):
    return [result for result in run.results if result["verdict"] == "passed"]


def load(path):
    """A JSON file with comments."""
    return json.loads(PIECES.sub(lambda piece: piece[1] or " ", path.read_text(encoding="utf-8")))


def test_all_suites_say_whose_answers_they_have():
    """As --update takes those of the official clients only where a suite has said so."""
    recorded, languages = {}, {}
    for file in SUITES.rglob("suite.json"):
        suite = load(file)
        recorded[file.parent.name] = set(suite.get("recorded", {}))
        functions = suite["functions"].values()
        languages[file.parent.name] = {name for each in functions for name in each["implementations"]} - {"native"}
    assert recorded == languages
    assert all(recorded.values()), "a suite in the native language alone would take any target's answers"


def test_tandem_does_what_its_suite_says(conform):
    run = run_suites(conform, "--target", "inline", "--target", "process")
    assert differing(run) == []
    assert run.status == 0, run.err
    results = passed(run)
    assert {(result["language"], result["target"]) for result in results} == {
        (language, target) for language in LANGUAGES for target in ("inline", "process")
    }
    assert len({(result["suite"], result["name"]) for result in results}) >= LEAST_CASES
    rules = {rule for result in results for rule in result["rules"]}
    assert len(rules) >= LEAST_RULES
    assert rules - catalogue() == set()


def test_the_official_clients_do_what_the_suite_says(conform):
    clients = ["--ric-python", os.environ["TANDEM_TEST_RIC_PYTHON"], "--ric-java", os.environ["TANDEM_TEST_RIC_JAVA"]]
    clients += ["--java-home", os.environ["TANDEM_TEST_JAVA_HOME"]]
    run = run_suites(conform, "--target", "ric", *clients)
    assert differing(run) == []
    assert run.status == 0, run.err
    assert {result["language"] for result in passed(run)} == LANGUAGES - {"native"}
