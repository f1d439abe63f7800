"""The official Python runtime client, unchanged, over the Runtime API."""

import json

import pytest
from conftest import ARN, HERE, required

PACKAGE = HERE / "clients" / "python"


@pytest.fixture(params=required("TANDEM_TEST_CLIENT_PYTHONS").split())
def start(host, request):
    def start(handler):
        return host([request.param, "-m", "awslambdaric", handler], handler, PACKAGE)

    return start


def test_a_handler_gets_its_event_and_answers(start):
    """R-01, R-03, R-05."""
    runtime = start("app.echo")
    assert runtime.ready["kind"] == "ready"
    assert runtime.value('{"a": [1, 2.5, null, true]}') == {"a": [1, 2.5, None, True]}


def test_the_context_is_complete(start):
    """R-02."""
    runtime = start("app.who")
    value = runtime.value(
        "{}",
        request_id="11111111-2222-4333-8444-555555555555",
        trace_id="Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        client_context='{"client": {"app_title": "title"}, "custom": {"k": "v"}, "env": {"e": "1"}}',
        cognito_identity='{"cognitoIdentityId": "one", "cognitoIdentityPoolId": "pool"}',
        tenant_id="blue",
    )
    assert 0 < value.pop("remaining") <= 60000
    assert value == {
        "request_id": "11111111-2222-4333-8444-555555555555",
        "arn": ARN,
        "name": "greet",
        "trace": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        "client": ["title", {"k": "v"}, {"e": "1"}],
        "identity": ["one", "pool"],
        "tenant": "blue",
    }


def test_what_the_caller_does_not_say_is_not_there(start):
    """R-02."""
    value = start("app.who").value("{}")
    assert (value["client"], value["identity"], value["tenant"]) == (None, [None, None], None)


def test_one_process_serves_many(start):
    """R-01, R-04."""
    runtime = start("app.again")
    values = [runtime.value("null") for _ in range(200)]
    assert [count for count, _ in values] == list(range(1, 201))
    assert len({pid for _, pid in values}) == 1


def test_an_error_arrives_whole(start):
    """R-06, E-04 to E-08."""
    runtime = start("app.fail")
    answer = runtime.invoke('"ü"', request_id="id-of-mine")
    body = json.loads(answer["body"])
    assert list(body) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (body["errorMessage"], body["errorType"], body["requestId"]) == ("not ü", "ValueError", "id-of-mine")
    assert answer["error"]["type"] == "ValueError"
    assert answer["error"]["message"] == "not ü"
    assert answer["error"]["stack_trace"] == body["stackTrace"]
    assert "in fail" in body["stackTrace"][0]
    assert runtime.invoke('"again"')["error"]["message"] == "not again"


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        ("absent.handler", "Runtime.ImportModuleError", "Unable to import module 'absent': No module named 'absent'"),
        ("app.absent", "Runtime.HandlerNotFound", "Handler 'absent' missing on module 'app'"),
        ("app", "Runtime.MalformedHandlerName", None),
    ],
)
def test_a_failed_init_is_reported(start, handler, kind, message):
    """R-07, E-15, E-33."""
    ready = start(handler).ready
    assert ready["kind"] == "init error"
    body = json.loads(ready["body"])
    assert body["errorType"] == ready["error"]["type"] == ready["error"]["reported_type"] == kind
    assert body["requestId"] == ""
    assert message in (None, body["errorMessage"])


@pytest.mark.parametrize("handler", ["app.leave", "app.leave_politely"])
def test_a_process_that_ends_ends_the_wait(start, handler):
    """E-40, E-43."""
    runtime = start(handler)
    assert runtime.invoke("{}")["kind"] == "abandoned"
    assert runtime.invoke("{}")["kind"] == "abandoned"


def test_five_megabytes_both_ways(start):
    """I-34."""
    text = "0123456789abcdef" * (5 << 16)
    assert start("app.echo").value(json.dumps(text)) == text


def test_every_character_survives(start):
    """I-34."""
    text = "".join(map(chr, [*range(0x20), 0x7F, 0xE9, 0x3B1, 0x4E2D, 0x1F600, 0x10FFFF])) + '"\\/'
    assert start("app.echo").value(json.dumps(text, ensure_ascii=False)) == text


def test_bytes_pass_unchanged(start):
    """J-16."""
    answer = start("app.binary").invoke("{}")
    assert answer["body"] == "\x00 bytes"
    assert answer["content_type"] == "application/unknown"


def test_a_response_may_be_as_long_as_the_limit_and_no_longer(start):
    """R-12, J-53."""
    runtime = start("app.much")
    limit = 6291556
    assert len(runtime.value(str(limit - 2))) == limit - 2  # and two quotes
    answer = runtime.invoke(str(limit - 1))
    assert json.loads(answer["body"]) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }


def test_a_handler_that_takes_too_long_times_out(start):
    """E-38; the host kills the process then."""
    runtime = start("app.sleep")
    assert runtime.invoke("300", timeout_ms=200)["kind"] == "timed out"
