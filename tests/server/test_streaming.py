"""Responses that come in parts, by boto3."""

import base64
import json

import pytest
from support import create


def stream(client, name, payload=b"{}", **options):
    """The chunks and how the invocation completed."""
    chunks, complete = [], []
    for event in client.invoke_with_response_stream(FunctionName=name, Payload=payload, **options)["EventStream"]:
        if "PayloadChunk" in event:
            chunks.append(event["PayloadChunk"]["Payload"])
        else:
            complete.append(event["InvokeComplete"])
    assert len(complete) == 1
    return chunks, complete[0]


def test_what_does_not_stream_comes_in_one_piece(client, covers):
    create(client, "whole", "def handler(event, context):\n    return event\n")
    assert stream(client, "whole", b'{"a": 1}') == ([b'{"a": 1}'], {})
    covers("I-28", "I-29")
    _, complete = stream(client, "whole", LogType="Tail")
    assert base64.b64decode(complete["LogResult"]).startswith(b"START RequestId: ")


def test_a_piece_that_no_client_would_take_comes_in_several(client):
    create(client, "large", "def handler(event, context):\n    return 'x' * 30_000_000\n", Timeout=60, MemorySize=512)
    chunks, complete = stream(client, "large")
    assert complete == {} and len(chunks) == 2
    assert b"".join(chunks) == b'"' + b"x" * 30_000_000 + b'"'


def test_a_failure_is_how_the_invocation_completed(client):
    create(client, "stream-fails", "def handler(event, context):\n    raise ValueError('no')\n")
    chunks, complete = stream(client, "stream-fails")
    assert chunks == [] and complete["ErrorCode"] == "ValueError"
    assert json.loads(complete["ErrorDetails"])["errorMessage"] == "no"


def test_refusals_come_before_any_part(client, refused):
    assert refused("invoke_with_response_stream", FunctionName="not-there")[:2] == (404, "ResourceNotFoundException")
    create(client, "stream-none", "def handler(event, context):\n    return event\n")
    assert refused("invoke_with_response_stream", FunctionName="stream-none", Payload=b"{")[0] == 400


WAITS = """
import os, time
def handler(event, context):
    yield "first"
    while not os.path.exists(event): time.sleep(0.02)
    yield b"last"
"""


@pytest.mark.parametrize("language", ["python", "java"])
def test_a_part_is_there_before_the_next_is_made(client, tmp_path, language, streaming_jar):
    if language == "python":
        create(client, "parts-python", WAITS, Timeout=60)
    else:
        create(
            client, "parts-java", streaming_jar, handler="Parts::handle", runtime="java17", Timeout=60, MemorySize=512
        )
    go = tmp_path / "go"
    events = iter(
        client.invoke_with_response_stream(FunctionName=f"parts-{language}", Payload=json.dumps(str(go)).encode())[
            "EventStream"
        ]
    )
    assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
    go.touch()
    assert next(events) == {"PayloadChunk": {"Payload": b"last"}}
    assert next(events) == {"InvokeComplete": {}}


def test_a_failure_after_parts_is_how_the_invocation_completed(client):
    create(client, "parts-fail", "def handler(event, context):\n    yield 'one'\n    raise ValueError('late')\n")
    chunks, complete = stream(client, "parts-fail")
    assert chunks == [b"one"] and complete["ErrorCode"] == "ValueError"
    create(client, "parts-odd", "def handler(event, context):\n    yield 1\n")
    chunks, complete = stream(client, "parts-odd")
    assert chunks == [] and "a streaming handler yields bytes or str, not int" in complete["ErrorDetails"]


def test_a_generator_that_nobody_streams_fails_as_on_the_service(client):
    create(client, "parts-whole", "def handler(event, context):\n    yield 'one'\n")
    answer = json.loads(client.invoke(FunctionName="parts-whole")["Payload"].read())
    assert answer["errorMessage"] == "Unable to marshal response: Object of type generator is not JSON serializable"
