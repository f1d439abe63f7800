"""examples/bootstrap-go over the Runtime API."""

import json
import os
import subprocess

import pytest
from conftest import ROOT

EXAMPLE = ROOT / "examples" / "bootstrap-go"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The folder with the built bootstrap."""
    folder = tmp_path_factory.mktemp("package")
    cache = tmp_path_factory.mktemp("cache")
    settings = {"GOCACHE": str(cache), "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "GOPROXY": "off"}
    built = subprocess.run(
        ["go", "build", "-o", str(folder / "bootstrap"), "."],
        cwd=EXAMPLE,
        env={**os.environ, **settings, "CGO_ENABLED": "0"},
        capture_output=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr.decode()
    return folder


def test_the_example_greets(host, package):
    """R-01, R-05."""
    runtime = host([package / "bootstrap"], "greet", package)
    assert runtime.ready["kind"] == "ready"
    for name in ("Ada", "Grace", "Jürgen 😀"):
        assert runtime.value(json.dumps({"name": name}, ensure_ascii=False)) == {"message": f"Hello {name}"}
    assert "greets Ada\n" in runtime.log


def test_its_failure_is_an_error_and_it_goes_on(host, package):
    """R-06."""
    runtime = host([package / "bootstrap"], "greet", package)
    answer = runtime.invoke("{}")
    assert answer["body"] == '{"errorMessage":"the event has no name","errorType":"errors.errorString","stackTrace":[]}'
    assert runtime.invoke("{")["error"]["type"] == "json.SyntaxError"
    assert runtime.value('{"name": "Ada"}') == {"message": "Hello Ada"}


def test_five_megabytes(host, package):
    """I-34."""
    name = "0123456789abcdef" * (5 << 16)
    value = host([package / "bootstrap"], "greet", package).value(json.dumps({"name": name}))
    assert value == {"message": f"Hello {name}"}


def test_a_failed_init_is_reported(host, package):
    """R-07."""
    ready = host([package / "bootstrap"], "absent", package).ready
    assert (ready["kind"], ready["error"]["type"]) == ("init error", "Runtime.HandlerNotFound")
