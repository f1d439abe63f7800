"""Invocations by boto3: types, payloads, errors, logs, both languages side by side."""

import base64
import concurrent.futures
import json

import pytest
from support import ACCOUNT, EXAMPLES, REGION, Server, create, invoke, wait_until

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="module")
def functions(client):
    create(client, "echo", ECHO)
    create(
        client,
        "hello-java",
        (EXAMPLES / "hello-java.jar").read_bytes(),
        handler="example.Hello::myHandler",
        runtime="java17",
        Timeout=30,
        MemorySize=512,
    )
    create(client, "fails", "def handler(event, context):\n    print('about to')\n    raise ValueError('no ü')\n")
    return client


def test_an_answer_has_the_services_headers(functions, covers):
    answer = invoke(functions, "echo", b'{"a" : 1}')
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert (answer["StatusCode"], answer["Payload"], answer["ExecutedVersion"]) == (200, b'{"a": 1}', "$LATEST")
    covers("I-01")
    assert headers["content-type"] == "application/json" and headers["x-amzn-requestid"]
    assert "FunctionError" not in answer and "LogResult" not in answer
    covers("I-05")


def test_java_and_python_answer_side_by_side(functions, server):
    assert invoke(functions, "hello-java", b"123")["Payload"] == b'"123"'
    assert invoke(functions, "echo", b"123")["Payload"] == b"123"
    assert "boto3" in server.log.lower()


@pytest.mark.parametrize(
    "payload",
    [
        b"1",
        b'"text"',
        b"null",
        b"true",
        b"[1, 2]",
        b'{"a": {"b": [{}]}}',
        '"emoji 🎉"'.encode(),
        pytest.param(b'"' + b"x" * 5_000_000 + b'"', id="5 MB"),  # as the id is in the environment of what it starts
    ],
)
def test_payloads_come_back_equal(functions, covers, payload):
    assert json.loads(invoke(functions, "echo", payload)["Payload"]) == json.loads(payload)
    covers("I-34", "J-49", "J-59")


def test_no_payload_is_an_empty_object(functions, covers):
    assert invoke(functions, "echo", b"")["Payload"] == b"{}"
    covers("J-47", "J-48")


@pytest.mark.parametrize("payload", [b"{", b"nope", b"[1,]", b'{"a" 1}', b"\xff", b'"\x01"', b"01", b"1 2", b'{"a":}'])
def test_what_is_no_json_is_refused(refused, functions, covers, payload):
    status, code, message = refused("invoke", FunctionName="echo", Payload=payload)
    assert (status, code) == (400, "InvalidRequestContentException")
    assert message.startswith("Could not parse request body into json: Could not parse payload into json: ")
    covers("J-50")


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (b"\xff", "Invalid UTF-8 byte 0xff\n"),
        (b'{"a": "\xc3("}', "Invalid UTF-8 byte 0xc3\n"),
        (b'"\xe2\x82', "Invalid UTF-8 byte 0xe2\n"),
        ("é".encode(), "Unrecognized token 'é': was expecting "),
        (b"[1,", "Unexpected end-of-input: was expecting "),
    ],
)
def test_what_is_no_utf_8_is_refused_as_that(refused, functions, covers, payload, what):
    status, code, message = refused("invoke", FunctionName="echo", Payload=payload)
    assert (status, code) == (400, "InvalidRequestContentException")
    assert message.startswith("Could not parse request body into json: Could not parse payload into json: " + what), (
        message
    )
    covers("J-50")


def test_lone_surrogates_and_depth_are_the_languages_affair(functions):
    create(functions, "escaped", ECHO, runtime="python3.11")
    assert invoke(functions, "escaped", rb'"\ud800"')["Payload"] == rb'"\ud800"'
    assert b"Runtime.UnmarshalError" in invoke(functions, "echo", b"[" * 100_000 + b"]" * 100_000)["Payload"]


def test_bounds_of_payloads_are_inclusive(functions, refused, covers):
    largest = b'"' + b"x" * (6_291_456 - 2) + b'"'
    assert len(invoke(functions, "echo", largest)["Payload"]) == len(largest)
    assert refused("invoke", FunctionName="echo", Payload=largest + b" ") == (
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    )
    covers("J-51")
    create(functions, "large", "def handler(event, context):\n    return 'x' * event\n", MemorySize=512)
    assert len(invoke(functions, "large", b"6291554")["Payload"]) == 6_291_556
    answer = invoke(functions, "large", b"6291555")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"]) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }
    covers("J-53", "J-55")


def test_a_failure_is_a_success_with_a_header(functions, covers):
    answer = invoke(functions, "fails")
    assert (answer["StatusCode"], answer["FunctionError"], answer["ExecutedVersion"]) == (200, "Unhandled", "$LATEST")
    error = json.loads(answer["Payload"])
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no ü")
    covers("E-01", "E-02")


def test_the_tail_of_the_log_comes_when_it_is_asked_for(functions, covers):
    tail = invoke(functions, "fails", LogType="Tail")["LogResult"]
    assert tail.startswith("START RequestId: ") and "about to\n" in tail and "\nREPORT RequestId: " in tail
    covers("I-07", "L-51")


def test_warm_environments_are_used_again(functions, covers):
    create(functions, "warm", "import uuid\nME = str(uuid.uuid4())\ndef handler(event, context):\n    return ME\n")
    first, second = (invoke(functions, "warm", LogType="Tail") for _ in range(2))
    assert first["Payload"] == second["Payload"]
    assert "Init Duration" in first["LogResult"] and "Init Duration" not in second["LogResult"]
    covers("I-16")


ALL_TOGETHER = """
import os, time, uuid
ME = str(uuid.uuid4())
def handler(event, context):
    open(os.path.join(event, str(uuid.uuid4())), "w").close()
    while len(os.listdir(event)) < 4: time.sleep(0.02)
    return ME
"""


def test_parallel_invocations_have_environments_of_their_own(functions, covers, tmp_path):
    create(functions, "parallel", ALL_TOGETHER, Timeout=60)  # none returns before all four are there
    folder = json.dumps(str(tmp_path)).encode()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: invoke(functions, "parallel", folder)["Payload"], range(4)))
    assert len(set(answers)) == 4
    covers("I-15")


def test_a_dry_run_looks_and_does_not_run(functions, refused, covers, tmp_path):
    marker = tmp_path / "ran"
    create(functions, "dry", f"def handler(event, context):\n    open({str(marker)!r}, 'w')\n")
    answer = functions.invoke(FunctionName="dry", InvocationType="DryRun")
    assert answer["StatusCode"] == 204 and answer["Payload"].read() == b""
    assert refused("invoke", FunctionName="dry", InvocationType="DryRun", Qualifier="9")[0] == 404
    assert not marker.exists()
    covers("I-03")


def test_an_event_is_accepted_and_run_later(functions, refused, covers, tmp_path):
    marker = tmp_path / "ran"
    create(functions, "later", f"def handler(event, context):\n    open({str(marker)!r}, 'a').write(event + '.')\n")
    answer = functions.invoke(FunctionName="later", InvocationType="Event", Payload=b'"done"', LogType="Tail")
    assert answer["StatusCode"] == 202 and answer["Payload"].read() == b""
    assert "ExecutedVersion" not in answer and "LogResult" not in answer
    wait_until(lambda: marker.exists() and marker.read_text() == "done.")
    covers("I-02")
    assert refused("invoke", FunctionName="later", InvocationType="Event", Payload=b'"' + b"x" * 262_143 + b'"')[
        ::2
    ] == (413, "262145 byte payload is too large for the Event invocation type (limit 262144 bytes)")
    covers("J-52")


def test_an_unknown_type_of_invocation_is_refused(functions, refused, covers):
    status, code, message = refused("invoke", FunctionName="echo", InvocationType="Maybe")
    assert (status, code) == (400, "ValidationException") and "[Event, RequestResponse, DryRun]" in message
    covers("I-04")


def test_the_client_context_arrives(functions, refused, covers):
    create(functions, "context", "def handler(event, context):\n    return context.client_context.custom\n")
    good = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    assert json.loads(invoke(functions, "context", ClientContext=good)["Payload"]) == {"a": "b"}
    for bad in ("no base64!", base64.b64encode(b"[1]").decode(), "A" * 3584):
        assert refused("invoke", FunctionName="context", ClientContext=bad) == (
            400,
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
    covers("C-35")


def test_the_tenant_arrives(functions, refused, covers):
    create(functions, "tenant", "def handler(event, context):\n    return context.tenant_id\n")
    assert invoke(functions, "tenant")["Payload"] == b"null"
    for good in ("blue", "a b", "A9._:/=+-@ z", "t" * 256):
        assert json.loads(invoke(functions, "tenant", TenantId=good)["Payload"]) == good
    for bad in ("t" * 257, "a,b", "a;b", "a?", "a\tb"):
        status, kind, message = refused("invoke", FunctionName="tenant", TenantId=bad)
        assert (status, kind) == (400, "ValidationException")
        assert message.startswith(
            f"1 validation error detected: Value '{bad}' at 'tenantId' failed to satisfy constraint"
        )
    covers("C-36")


def test_the_invoked_arn_is_as_the_caller_said(functions, covers):
    create(functions, "arn", "def handler(event, context):\n    return context.invoked_function_arn\n", Publish=True)
    functions.create_alias(FunctionName="arn", Name="live", FunctionVersion="1")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:arn"
    for qualifier in ("", ":$LATEST", ":1", ":live"):
        assert json.loads(invoke(functions, "arn" + qualifier)["Payload"]) == arn + qualifier
    covers("C-28")


def test_reserved_concurrency_throttles(functions, refused, covers):
    create(functions, "reserved", "import time\ndef handler(event, context):\n    time.sleep(event)\n", Timeout=30)
    functions.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=0)
    status, code, message = refused("invoke", FunctionName="reserved", Payload=b"0")
    assert (status, code, message) == (429, "TooManyRequestsException", "Rate Exceeded.")
    covers("I-14")
    functions.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=1)
    assert invoke(functions, "reserved", b"0")["Payload"] == b"null"
    functions.delete_function_concurrency(FunctionName="reserved")
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName="reserved")
    covers("A-51")


def test_the_server_has_a_bound_of_its_own(tmp_path, covers):
    server = Server(tmp_path / "data", "--concurrency", "1")
    client = server.client()
    marker = tmp_path / "go"
    create(
        client,
        "waits",
        "import os, time\ndef handler(event, context):\n    open(event + '.began', 'w')\n"
        "    while not os.path.exists(event): time.sleep(0.02)\n",
        Timeout=60,
    )
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        running = threads.submit(invoke, client, "waits", json.dumps(str(marker)).encode())
        wait_until((tmp_path / "go.began").exists, lambda: server.log)
        with pytest.raises(client.exceptions.TooManyRequestsException) as throttled:
            invoke(server.client(), "waits", b'"x"')
        marker.touch()
        assert running.result()["Payload"] == b"null"
    response = throttled.value.response
    assert (
        response["Reason"] == "ConcurrentInvocationLimitExceeded" and response["Error"]["Message"] == "Rate Exceeded."
    )
    assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]
    covers("I-13")
    assert server.end() == 0


FAULTS = {
    "exits": ("import os\ndef handler(event, context):\n    os._exit(3)\n", "Runtime.ExitError"),
    "segfaults": ("import ctypes\ndef handler(event, context):\n    ctypes.string_at(0)\n", "Runtime.ExitError"),
    "hangs": ("import time\ndef handler(event, context):\n    time.sleep(60)\n", "Sandbox.Timedout"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_handler_does_to_its_process_is_one_failed_invocation(functions, name):
    code, kind = FAULTS[name]
    create(functions, name, code, Timeout=1)
    answer = invoke(functions, name)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"])["errorType"] == kind
    assert invoke(functions, "echo", b"1")["Payload"] == b"1"


def test_an_older_runtime_is_served_by_the_nearest_newer_and_says_so(functions, server, covers):
    create(functions, "old", ECHO, runtime="python3.6")
    assert invoke(functions, "old", b"1")["Payload"] == b"1"
    assert "old: tandem: warning: " in server.log and "python3.6" in server.log
    covers("A-21")
