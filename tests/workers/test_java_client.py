"""The official Java runtime client, unchanged, over the Runtime API."""

import json
from pathlib import Path

import pytest
from conftest import ARN, required


@pytest.fixture(params=required("TANDEM_TEST_JAVA_HOMES").split())
def start(host, request):
    def start(handler):
        folder = Path(required("TANDEM_TEST_CLIENT_JARS"))
        java = Path(request.param) / "bin" / "java"
        client = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
        # Light on a machine that runs other tests, too.
        options = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        return host([java, *options, "-cp", f"{folder}/clients.jar:{folder}/lib/*", client, handler], handler, folder)

    return start


def test_one_process_serves_many(start):
    """R-01, R-05."""
    runtime = start("clients.Handlers::again")
    assert runtime.ready["kind"] == "ready"
    assert [runtime.value("null") for _ in range(50)] == list(range(1, 51))


def test_the_context_is_complete(start):
    """R-02."""
    value = start("clients.Handlers::who").value(
        "{}",
        request_id="11111111-2222-4333-8444-555555555555",
        trace_id="Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        client_context='{"custom": {"k": "v"}}',
        cognito_identity='{"cognitoIdentityId": "one", "cognitoIdentityPoolId": "pool"}',
    )
    assert value == {
        "requestId": "11111111-2222-4333-8444-555555555555",
        "arn": ARN,
        "inTime": True,
        "trace": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        "custom": {"k": "v"},
        "identity": "one",
    }


def test_an_error_arrives_whole(start):
    """R-06, E-17 to E-20, E-24."""
    runtime = start("clients.Handlers::fail")
    answer = runtime.invoke('"ü"')
    body = json.loads(answer["body"])
    assert (body["errorType"], body["errorMessage"]) == ("java.lang.IllegalStateException", "not ü")
    assert body["stackTrace"][0].startswith("clients.Handlers.fail(Handlers.java:")
    assert answer["error"]["type"] == "java.lang.IllegalStateException"
    assert answer["error"]["message"] == "not ü"
    assert answer["error"]["stack_trace"] == body["stackTrace"]
    assert answer["error"]["reported_type"] == "Runtime.UserException"
    assert runtime.invoke('"again"')["error"]["message"] == "not again"


@pytest.mark.parametrize("handler", ["clients.Absent::echo", "clients.Handlers::absent"])
def test_what_cannot_be_loaded_is_an_error(start, handler):
    """R-07, H-JAVA-10."""
    runtime = start(handler)
    answer = runtime.ready if runtime.ready["kind"] == "init error" else runtime.invoke("{}")
    assert answer["kind"] in ("init error", "answered")
    assert handler.split("::")[0] in answer["error"]["message"]


def test_a_process_that_ends_ends_the_wait(start):
    """E-40, E-44."""
    assert start("clients.Handlers::leave").invoke('""')["kind"] == "abandoned"


def test_a_fatal_error_is_reported_before_the_process_ends(start):
    """E-25, E-26."""
    runtime = start("clients.Handlers::overflow")
    assert runtime.invoke("1")["error"]["type"] == "java.lang.StackOverflowError"
    assert runtime.invoke("1")["kind"] == "abandoned"


def test_five_megabytes_both_ways(start):
    """I-34."""
    text = json.dumps("0123456789abcdef" * (5 << 16))
    assert start("clients.Handlers::copy").invoke(text)["body"] == text


def test_every_character_survives(start):
    """I-34."""
    text = "".join(map(chr, [*range(0x20), 0x7F, 0xE9, 0x3B1, 0x4E2D, 0x1F600, 0x10FFFF])) + '"\\/'
    assert start("clients.Handlers::echo").value(json.dumps(text, ensure_ascii=False)) == text
