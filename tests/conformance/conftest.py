"""What the tests of `tandem conform` share."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest


def required(name):
    """A variable that tests/run sets; without it there is nothing to pass."""
    return os.environ[name]


@dataclasses.dataclass
class Conformed:
    """A run of the command."""

    status: int
    out: str
    err: str
    results: list  # of the JSON report; none where there is none

    def differences(self):
        """What differs, of all results, without where in a value."""
        return [each["what"] for result in self.results for each in result["differences"]]


@pytest.fixture
def conform(tmp_path):
    """Runs `tandem conform` with a JSON report."""

    def run(*arguments, **options):
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        command = [required("TANDEM_BIN"), "conform", *arguments, "--json", report]
        environment = {**os.environ, **options.pop("env", {})}
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, env=environment, **options
        )
        results = json.loads(report.read_text(encoding="utf-8"))["results"] if report.exists() else []
        return Conformed(done.returncode, done.stdout, done.stderr, results)

    return run


@pytest.fixture
def suite(tmp_path):
    """Writes a suite whose one function is Python's `app.handler` with the given source; returns its folder."""

    def write(source, *cases, name="suite", **function):
        folder = Path(tmp_path) / name
        (folder / "python").mkdir(parents=True, exist_ok=True)
        (folder / "python" / "app.py").write_text(source, encoding="utf-8")
        implementations = {"python": {"handler": "app.handler", "code": "python"}}
        suite = {
            "functions": {"f": {"timeout": 1, "implementations": implementations, **function}},
            "cases": [{"name": f"case {n}", **case} for n, case in enumerate(cases, 1)],
        }
        (folder / "suite.json").write_text(json.dumps(suite, indent=2), encoding="utf-8")
        return folder

    return write
