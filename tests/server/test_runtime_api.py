"""What a program of a function's own is told and answered by the Runtime API, request by request."""

import io
import json
import re
import zipfile

import pytest
from support import ACCOUNT, REGION, create, invoke, wait_until

#: The runtime: it runs the event, a list of requests, each with the answer of the one before put in, and sends what
#: came as the result. In a request, "{id}" is the id of the invocation.
BOOTSTRAP = """#!/usr/bin/env python3
import http.client, json, os, socket, sys, time
host = os.environ["AWS_LAMBDA_RUNTIME_API"]
base = "/2018-06-01/runtime"

def call(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(host)
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    return [response.status, content, dict(response.getheaders())]

def raw(text):
    name, port = host.split(":")
    connection = socket.create_connection((name, int(port)))
    connection.sendall(text.encode())
    connection.shutdown(socket.SHUT_WR)
    answer = b""
    while part := connection.recv(65536): answer += part
    head, _, content = answer.decode().partition("\\r\\n\\r\\n")
    return [int(head.split()[1]), content, {}]

before = [call("POST", base + "/invocation/none/response", "1"), call("GET", base.rpartition("/")[0] + "/ping")]
if os.environ.get("FAILS"):
    headers = {"Lambda-Runtime-Function-Error-Type": "Mine.Failed"}
    call("POST", base + "/init/error", '{"errorMessage": "no", "errorType": "Mine.Failed"}', headers)
    sys.exit(1)
while True:
    status, event, headers = call("GET", base + "/invocation/next")
    fields = {name.lower(): value for name, value in headers.items()}
    id = fields["lambda-runtime-aws-request-id"]
    asked = json.loads(event)
    told = [[status, event, fields], *before]
    for request in asked["requests"]:
        if request == "sleep": time.sleep(600)
        if isinstance(request, str):
            told.append(raw(request.replace("{id}", id).replace("{base}", base)))
            continue
        method, path, body, sent = [*request, *[None, {}][len(request) - 2 :]]
        body = None if body is None else "x" * body if isinstance(body, int) else body
        told.append(call(method, path.replace("{id}", id).replace("{base}", base), body, sent))
    if asked.get("file"):
        with open(asked["file"], "w") as file: json.dump(told, file)
    else:
        call("POST", base + "/invocation/" + id + "/response", json.dumps(told))
"""
NEXT = ["GET", "{base}/invocation/next"]
RESPONSE = "{base}/invocation/{id}/response"
ERROR = "{base}/invocation/{id}/error"
ACCEPTED = [202, '{"status":"OK"}\n']


def package():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP)
    return packed.getvalue()


@pytest.fixture(scope="module")
def runtime(client):
    create(client, "own", package(), handler="any.thing", runtime="provided.al2023", Timeout=30)
    return client


def told(client, *requests, **options):
    """What the runtime was told: its invocation, what was before it, and each answer."""
    answer = invoke(client, "own", json.dumps({"requests": requests}).encode(), **options)
    assert "FunctionError" not in answer, answer["Payload"]
    return answer, json.loads(answer["Payload"])


def test_the_next_invocation_comes_with_all_about_it(runtime, covers):
    trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"
    context = "eyJjdXN0b20iOiB7ImEiOiAiYiJ9fQ=="  # {"custom": {"a": "b"}}

    def add_headers(request, **_):
        request.headers["X-Amzn-Trace-Id"] = trace
        request.headers["X-Amz-Tenant-Id"] = "blue"

    runtime.meta.events.register("before-send.lambda.Invoke", add_headers)
    try:
        answer, ((status, event, fields), *_) = told(runtime, ClientContext=context)
    finally:
        runtime.meta.events.unregister("before-send.lambda.Invoke", add_headers)
    assert (status, json.loads(event)) == (200, {"requests": []})
    covers("R-01")
    assert fields["lambda-runtime-aws-request-id"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert fields["lambda-runtime-invoked-function-arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:own"
    assert (fields["lambda-runtime-trace-id"], fields["lambda-runtime-aws-tenant-id"]) == (trace, "blue")
    assert json.loads(fields["lambda-runtime-client-context"]) == {"custom": {"a": "b"}}
    assert re.fullmatch(r"\d{13}", fields["lambda-runtime-deadline-ms"])
    empty = told(runtime)[1][0][2]
    assert not {"lambda-runtime-client-context", "lambda-runtime-cognito-identity"} & empty.keys()
    covers("R-02")
    assert fields["content-type"] == "application/json"
    covers("R-03")
    assert [call[:2] for call in told(runtime, NEXT, NEXT)[1][3:]] == [
        [200, '{"requests": %s}' % json.dumps([NEXT, NEXT])]
    ] * 2
    covers("R-04")


def test_a_response_and_an_error_are_accepted_once(client, covers, tmp_path):
    """Each by a function that writes what it was told into a file, as its answer has been given."""
    create(client, "own-answers", package(), handler="any.thing", runtime="provided.al2023", Timeout=30)

    def answers(*requests):
        file = tmp_path / "told"
        file.unlink(missing_ok=True)
        event = json.dumps({"requests": requests, "file": str(file)})
        answer = invoke(client, "own-answers", event.encode())
        wait_until(file.exists)
        return answer, [call[:2] for call in json.loads(file.read_text())[3:]]

    answer, (accepted, again) = answers(["POST", RESPONSE, '"this"'], ["POST", RESPONSE, '"that"'])
    assert (answer["Payload"], accepted) == (b'"this"', ACCEPTED)
    covers("R-05")
    state = "State transition from {} to {} failed for runtime. Error: State transition is not allowed"
    assert again[0] == 403 and json.loads(again[1]) == {
        "errorMessage": state.format("RuntimeResponseSentState", "InvocationResponse"),
        "errorType": "InvalidStateTransition",
    }
    covers("R-10")
    body = '{"errorMessage": "as asked", "errorType": "Mine"}'
    header = {"Lambda-Runtime-Function-Error-Type": "Mine"}
    answer, (accepted, late) = answers(["POST", ERROR, body, header], ["POST", "{base}/init/error", "{}"])
    assert (answer["FunctionError"], answer["Payload"].decode(), accepted) == ("Unhandled", body, ACCEPTED)
    covers("R-06")
    assert late[0] == 403 and "RuntimeResponseSentState" in late[1] and "InitError" in late[1]
    covers("R-11")


def test_a_failed_init_is_reported_before_the_first_invocation_only(client, runtime, covers):
    variables = {"Variables": {"FAILS": "yes"}}
    create(client, "own-fails", package(), handler="any.thing", runtime="provided.al2023", Environment=variables)
    answer = invoke(client, "own-fails", b'{"requests": []}')
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"]) == {"errorMessage": "no", "errorType": "Mine.Failed"}
    late = told(runtime, ["POST", "{base}/init/error", "{}"])[1][3]
    assert late[0] == 403 and json.loads(late[1])["errorType"] == "InvalidStateTransition"
    covers("R-07")


def test_paths_methods_and_ids_are_checked(runtime, covers):
    unknown, method, ping, wrong = told(
        runtime,
        ["GET", "/2018-06-01/nothing"],
        ["GET", RESPONSE],
        ["GET", "/2018-06-01/ping"],
        ["POST", RESPONSE.replace("{id}", "another"), "1"],
    )[1][3:]
    assert (unknown[0], method[0], ping[:2]) == (404, 405, [200, "pong"])
    covers("R-08")
    refused = {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}
    early = told(runtime)[1][1]  # before the first invocation: the id is checked before the state
    for answer in (wrong, early):
        assert (answer[0], json.loads(answer[1])) == (400, refused)
    covers("R-09")


def test_bodies_are_checked(client, covers):
    create(client, "own-large", package(), handler="any.thing", runtime="provided.al2023", Timeout=30)
    requests = [["POST", RESPONSE, 6_291_557]]
    answer = invoke(client, "own-large", json.dumps({"requests": requests, "file": "/dev/null"}).encode())
    assert json.loads(answer["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"
    covers("R-12")


def test_a_truncated_body_is_refused(client, covers, tmp_path):
    create(client, "own-short", package(), handler="any.thing", runtime="provided.al2023", Timeout=30)
    file = tmp_path / "told"
    short = "POST {base}/invocation/{id}/response HTTP/1.1\r\nHost: any\r\nContent-Length: 10\r\n\r\n123"
    invoke(client, "own-short", json.dumps({"requests": [short, ["POST", RESPONSE, "1"]], "file": str(file)}).encode())
    wait_until(file.exists)
    status, body, _ = json.loads(file.read_text())[3]
    assert status == 400
    assert json.loads(body) == {
        "errorMessage": "HTTP request detected as truncated",
        "errorType": "TruncatedHTTPRequest",
    }
    covers("R-13")


def test_a_runtime_that_has_answered_and_stays_is_no_error(client, covers):
    create(client, "own-stays", package(), handler="any.thing", runtime="provided.al2023", Timeout=1)
    for _ in range(2):  # the second by another process
        event = {"requests": [["POST", RESPONSE, '"answered"'], "sleep"]}
        answer = invoke(client, "own-stays", json.dumps(event).encode())
        assert "FunctionError" not in answer and answer["Payload"] == b'"answered"'
    covers("R-23")
