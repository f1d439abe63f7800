"""The official runtime clients, unchanged, and the examples, under `tandem invoke --runtime provided.al2023`."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import HERE, ROOT, required

PYTHONS = required("TANDEM_TEST_CLIENT_PYTHONS").split()
JAVA_HOMES = required("TANDEM_TEST_JAVA_HOMES").split()


class Run:
    def __init__(self, done):
        self.code, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        assert self.stdout, self.stderr
        return json.loads(self.stdout)

    @property
    def log(self):
        """Between START and END."""
        found = re.fullmatch(r"START RequestId: .*\n((?:.*\n)*?)END RequestId: .*\nREPORT .*\n", self.stderr)
        assert found, self.stderr
        return found[1]


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    return folder


@pytest.fixture
def invoke(package):
    def invoke(handler, payload, *arguments, timeout=120):
        command = [required("TANDEM_BIN"), "invoke", "--runtime", "provided.al2023", "--code", package]
        command += ["--handler", handler, "--payload", payload, "--timeout", timeout, *arguments]
        return Run(subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False))

    return invoke


def write_bootstrap(package, line):
    (package / "bootstrap").write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    (package / "bootstrap").chmod(0o755)


@pytest.fixture(params=PYTHONS)
def invoke_python(invoke, package, request):
    write_bootstrap(package, f'exec {request.param} -m awslambdaric "$_HANDLER"')
    shutil.copy(HERE / "clients" / "python" / "app.py", package)
    return invoke


@pytest.fixture(params=JAVA_HOMES)
def invoke_java(invoke, package, request):
    folder = Path(required("TANDEM_TEST_CLIENT_JARS"))
    client = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
    java = Path(request.param) / "bin" / "java"
    options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    write_bootstrap(package, f'exec {java} {options} -cp "{folder}/clients.jar:{folder}/lib/*" {client} "$_HANDLER"')
    return invoke


def test_python_answers_and_knows_its_context(invoke_python):
    """R-02, R-05, R-33."""
    assert invoke_python("app.echo", '{"a": [1, "ü"]}').json == {"a": [1, "ü"]}
    client = '{"client": {"app_title": "title"}, "custom": {"k": "v"}}'
    value = invoke_python("app.who", "{}", "--client-context", client, "--function-name", "greet").json
    assert value["arn"].endswith(":function:greet")
    assert (value["name"], value["client"][1]) == ("greet", {"k": "v"})
    assert 0 < value["remaining"] <= 120000


def test_python_runs_without_a_timeout(invoke_python):
    value = invoke_python("app.who", "{}", timeout=0).json
    assert value["remaining"] > 120000


def test_python_errors_are_the_clients(invoke_python):
    """E-04 to E-08, R-06, R-07, E-40."""
    run = invoke_python("app.fail", '"x"')
    assert (run.code, run.json["errorType"], run.json["errorMessage"]) == (1, "ValueError", "not x")
    assert "[ERROR] ValueError: not x" in run.log
    run = invoke_python("app.absent", "{}")
    assert (run.code, run.json["errorType"]) == (1, "Runtime.HandlerNotFound")
    run = invoke_python("app.leave", "{}")
    assert (run.code, run.json["errorType"]) == (1, "Runtime.ExitError")
    assert run.json["errorMessage"].endswith("Runtime exited with error: exit status 3")


def test_java_answers_and_knows_its_context(invoke_java):
    """R-02, R-05."""
    assert invoke_java("clients.Handlers::echo", '"ü"').json == "ü"
    value = invoke_java("clients.Handlers::who", "{}", "--client-context", '{"custom": {"k": "v"}}').json
    assert (value["custom"], value["inTime"]) == ({"k": "v"}, True)


def test_java_errors_are_the_clients(invoke_java):
    """E-17 to E-20, E-25, E-44."""
    run = invoke_java("clients.Handlers::fail", '"x"')
    assert (run.code, run.json["errorType"], run.json["errorMessage"]) == (
        1,
        "java.lang.IllegalStateException",
        "not x",
    )
    run = invoke_java("clients.Handlers::overflow", "1")
    assert (run.code, run.json["errorType"]) == (1, "java.lang.StackOverflowError")
    run = invoke_java("clients.Handlers::leave", '""')
    assert (run.code, run.json["errorType"]) == (1, "Runtime.ExitError")


@pytest.fixture
def run_readme(tmp_path):
    """Runs the commands of an example's README in a copy of the tree that has the built command."""

    def run(name, folder, **variables):
        tree = tmp_path / "tree"
        shutil.copytree(ROOT / "examples" / name, tree / "examples" / name)
        (tree / "build" / "release" / "bin").mkdir(parents=True)
        (tree / "build" / "release" / "bin" / "tandem").symlink_to(required("TANDEM_BIN"))
        text = (tree / "examples" / name / "README.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"(?<=\n\n)(?: {4}.*\n)+", text)
        command = ["bash", "-euo", "pipefail", "-c", block]
        done = subprocess.run(
            command, cwd=tree / folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return Run(done)

    return run


def test_the_commands_of_the_go_example(run_readme, tmp_path):
    settings = {"GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "GOPROXY": "off", "CGO_ENABLED": "0"}
    run = run_readme("bootstrap-go", "examples/bootstrap-go", GOCACHE=str(tmp_path / "cache"), **settings)
    assert run.stdout == '{"message":"Hello Ada"}'
    assert "greets Ada\n" in run.stderr


def test_the_commands_of_the_python_example(run_readme):
    run = run_readme("bootstrap-python", ".")
    assert run.stdout == '{"message": "Hello Ada"}'
    assert "greets Ada\n" in run.stderr
