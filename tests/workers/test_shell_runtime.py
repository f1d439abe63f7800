"""examples/bootstrap-shell over the Runtime API."""

import json
import shutil

import pytest
from conftest import ROOT

EXAMPLE = ROOT / "examples" / "bootstrap-shell"


@pytest.fixture
def start(host, tmp_path):
    """A package with the bootstrap, the example's function and one of the test."""
    package = tmp_path / "package"
    shutil.copytree(EXAMPLE, package)

    def start(handler, function=None):
        if function:
            (package / "mine.sh").write_text(function, encoding="utf-8")
        return host([package / "bootstrap"], handler, package)

    return start


def test_the_example_greets(start):
    """R-01, R-05."""
    runtime = start("greet.hello")
    assert runtime.ready["kind"] == "ready"
    for name in ("Ada", "Grace", "Jürgen 😀"):
        assert runtime.value(json.dumps({"name": name}, ensure_ascii=False)) == {"message": f"Hello {name}"}
    assert "greets Ada\n" in runtime.log


def test_its_failure_is_an_error_and_it_goes_on(start):
    """R-06."""
    runtime = start("greet.hello")
    answer = runtime.invoke("{}")
    assert answer["body"] == '{"errorMessage":"the event has no name","errorType":"Shell.Error","stackTrace":[]}'
    assert answer["error"]["reported_type"] == "Shell.Error"
    assert runtime.value('{"name": "Ada"}') == {"message": "Hello Ada"}


def test_what_the_message_quotes_is_escaped(start):
    runtime = start("mine.fail", "fail() { printf 'say \"\\\\ \\t!\\n' >&2; return 9; }\n")
    assert json.loads(runtime.invoke("{}")["body"])["errorMessage"] == 'say "\\  !'


@pytest.mark.parametrize(
    ("handler", "kind"),
    [("absent.hello", "Runtime.ImportModuleError"), ("greet.absent", "Runtime.HandlerNotFound")],
)
def test_a_failed_init_is_reported(start, handler, kind):
    """R-07."""
    ready = start(handler).ready
    assert (ready["kind"], ready["error"]["type"]) == ("init error", kind)


def test_five_megabytes_both_ways(start):
    """I-34; curl expects to be told to continue with so much."""
    event = json.dumps("0123456789abcdef" * (5 << 16))
    assert start("mine.echo", "echo() { cat; }\n").invoke(event)["body"] == event


def test_more_than_the_limit_is_refused_and_it_goes_on(start):
    """R-12, J-53."""
    runtime = start("mine.much", "much() { head -c $(cat) /dev/zero | tr '\\0' x; }\n")
    assert runtime.invoke("6291557")["error"]["type"] == "Function.ResponseSizeTooLarge"
    assert runtime.invoke("3")["body"] == "xxx"


def test_it_knows_its_trace(start):
    """R-02."""
    runtime = start("mine.trace", 'trace() { printf \'"%s"\' "$_X_AMZN_TRACE_ID"; }\n')
    assert runtime.value("{}", trace_id="Root=1-2-3") == "Root=1-2-3"


def test_leaving_ends_the_wait(start):
    """E-40."""
    assert start("mine.leave", "leave() { exit 3; }\n").invoke("{}")["kind"] == "abandoned"
