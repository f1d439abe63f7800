"""The form of requests and answers: what HTTP has of them, and how each error looks."""

import json
from pathlib import Path

import pytest
from support import ROLE, Server, create, request, zipped
from test_operations import MODEL

ECHO = "def handler(event, context):\n    return event\n"
FUNCTIONS = "/2015-03-31/functions"
#: A-02: those whose message begins with a capital letter, and those whose does not.
CAPITAL = {
    "ResourceNotFoundException",
    "ServiceException",
    "InvalidZipFileException",
    "InvalidRuntimeException",
}


def check_error(answer, status, kind):
    """A-02; the status is the model's, too, where it has one. Returns the message."""
    got, headers, body = answer
    shape = MODEL._shape_resolver.get_shape_by_name(kind) if kind in MODEL.shape_names else None
    assert (got, headers["x-amzn-ErrorType"]) == (status, kind), body
    assert shape is None or shape.metadata.get("error", {}).get("httpStatusCode", status) == status
    assert headers["Content-Type"] == "application/json"
    body = dict(body)
    message = body.pop("Message" if kind in CAPITAL else "message")
    assert message
    if kind == "ValidationException":
        assert body == {}
    else:
        assert body.pop("Type") == ("Service" if status >= 500 else "User")
        assert body.keys() <= {"Reason"}
    return message


@pytest.fixture(scope="module")
def named(client):
    create(client, "named", ECHO, Publish=True)
    return client


def test_requests_are_json_and_signatures_tolerated(server, named, covers):
    metadata = MODEL.metadata
    assert metadata["protocol"] == "rest-json" and metadata.get("signingName", metadata["endpointPrefix"]) == "lambda"
    signed = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-3/lambda/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=" + 64 * "0",
        "X_Amz_Date": "20260101T000000Z",
        "X_Amz_Security_Token": "any",
        "X_Amz_Content_Sha256": 64 * "0",
        "amz_sdk_invocation_id": "any",
        "amz_sdk_request": "attempt=1; max=3",
    }
    for headers, region in (
        (signed, "eu-west-3"),
        ({}, "eu-central-1"),
        ({"Authorization": "Basic YTpi"}, "eu-central-1"),
    ):
        status, answered, body = request(server, "GET", f"{FUNCTIONS}/named/configuration", **headers)
        assert (status, answered["Content-Type"]) == (200, "application/json")
        assert body["FunctionArn"].split(":")[3] == region
    # A body is JSON whatever its type is called, and names of headers have no case.
    body = json.dumps({"Timeout": 5})
    for kind in ("application/json", "application/x-amz-json-1.1", "text/plain"):
        status, _, body_of = request(server, "PUT", f"{FUNCTIONS}/named/configuration", body, CONTENT_TYPE=kind)
        assert (status, body_of["Timeout"]) == (200, 5)
    covers("A-01")


def test_an_error_is_told_by_its_header_and_its_message(server, named, covers):
    function = f"{FUNCTIONS}/named"
    message = check_error(request(server, "GET", f"{FUNCTIONS}/nobody"), 404, "ResourceNotFoundException")
    assert message.startswith("Function not found: arn:aws:lambda:")
    new = {"FunctionName": "named", "Role": ROLE, "Handler": "a.b", "Runtime": "python3.12"}
    check_error(request(server, "POST", FUNCTIONS, json.dumps(new)), 400, "ValidationException")
    no_zip = {"ZipFile": "bm8gemlw"}
    bad = json.dumps({**new, "FunctionName": "other", "Code": no_zip})
    check_error(request(server, "POST", FUNCTIONS, bad), 400, "InvalidParameterValueException")
    taken = json.dumps({**new, "Code": no_zip})
    check_error(request(server, "POST", FUNCTIONS, taken), 409, "ResourceConflictException")
    old = json.dumps({"RevisionId": "00000000-0000-4000-8000-000000000000"})
    check_error(request(server, "PUT", f"{function}/configuration", old), 412, "PreconditionFailedException")
    check_error(request(server, "POST", f"{function}/invocations", "{"), 400, "InvalidRequestContentException")
    named.put_function_concurrency(FunctionName="named", ReservedConcurrentExecutions=0)
    check_error(request(server, "POST", f"{function}/invocations", "1"), 429, "TooManyRequestsException")
    named.delete_function_concurrency(FunctionName="named")
    covers("A-02")


def test_what_is_wrong_with_the_server_or_a_package_has_a_status_of_its_own(tmp_path, covers):
    server = Server(tmp_path / "data")
    client = server.client()
    create(client, "older", ECHO, runtime="python3.6")
    files = {}
    for name in ("damaged", "lost"):
        create(client, name, zipped(app=ECHO, other=f"NAME = {name!r}\n"))
        files[name] = Path(client.get_function(FunctionName=name)["Code"]["Location"].removeprefix("file://"))
    assert server.end() == 0
    server = Server(tmp_path / "data", "--strict-runtimes")
    files["damaged"].chmod(0o600)
    files["damaged"].write_bytes(b"x" * files["damaged"].stat().st_size)
    files["lost"].unlink()

    def failure(name, payload=b"1"):
        return request(server, "POST", f"{FUNCTIONS}/{name}/invocations", payload)

    assert "python3.6" in check_error(failure("older"), 502, "InvalidRuntimeException")
    check_error(failure("damaged"), 502, "InvalidZipFileException")
    check_error(failure("lost"), 500, "ServiceException")
    check_error(failure("lost", b"1" * 6_291_457), 413, "RequestEntityTooLargeException")
    covers("A-03")
    assert server.end() == 0, server.log
