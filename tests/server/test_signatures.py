"""Requests that have to be signed, by boto3 and by hand."""

import datetime
import json
import subprocess
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from support import KEY, REGION, SECRET, TANDEM, Server, create, credentials_file, zipped

PATH = "/2015-03-31/functions/"


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    server = Server(folder / "data", "--credentials", str(credentials_file(folder)))
    yield server
    assert server.end() == 0, server.log


def client(server, key=KEY, secret=SECRET):
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        "lambda",
        endpoint_url=server.url,
        region_name=REGION,
        config=config,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def ago(**time):
    date = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time)
    return date.strftime("%Y%m%dT%H%M%SZ")


def request(server, method="GET", path=PATH, body=b"", date=None, key=KEY, secret=SECRET, service="lambda"):
    """A signed request; `date` as if it were signed then."""
    made = AWSRequest(method, server.url + path, data=body, headers={"X-Some": "a  b"})
    auth = SigV4Auth(Credentials(key, secret), service, REGION)
    if date is None:
        auth.add_auth(made)
    else:  # as add_auth does it, with another date
        made.context["timestamp"] = date
        made.headers["X-Amz-Date"] = date
        auth._inject_signature_to_request(
            made, auth.signature(auth.string_to_sign(made, auth.canonical_request(made)), made)
        )
    return made


def send(made, url=None, body=None, **headers):
    sent = urllib.request.Request(url or made.url, data=made.data if body is None else body, method=made.method)
    for name, value in {**dict(made.headers), **headers}.items():
        sent.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(sent, timeout=60) as response:
            return response.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers["x-amzn-ErrorType"]


def test_who_has_a_key_is_served(signed):
    lambda_client = client(signed)
    create(lambda_client, "signed", "def handler(event, context):\n    return event\n")
    for _ in range(5):  # in one second, the same
        answer = lambda_client.invoke(FunctionName="signed", Payload=b'"x"', Qualifier="$LATEST")
        assert answer["Payload"].read() == b'"x"'
    assert lambda_client.list_functions(MaxItems=1, FunctionVersion="ALL")["Functions"]
    lambda_client.delete_function(FunctionName="signed")


def test_a_request_counts_as_it_was_signed(signed):
    assert send(request(signed)) == (200, None)
    assert send(request(signed, "POST", body=b"{}"))[0] == 400  # it is served, and wants a name
    invalid = (403, "InvalidSignatureException")
    assert send(request(signed, "POST", body=b"{}"), body=b"{ }") == invalid
    made = request(signed)
    assert send(made, url=made.url + "x") == invalid
    assert send(made, url=made.url + "?MaxItems=1") == invalid
    assert send(made, X_Some="a c") == invalid
    assert send(made, X_Amz_Date="20260101T000000Z") == invalid
    assert send(request(signed, secret="another")) == invalid
    assert send(made) == (200, None)


def test_every_header_of_the_api_is_signed(signed):
    assert send(request(signed), X_Amz_Client_Context="e30=") == (403, "InvalidSignatureException")
    for name in ("X-Amzn-Trace-Id", "User-Agent", "amz-sdk-request"):  # what clients do not sign
        assert send(request(signed), **{name: "1"}) == (200, None)


def test_what_is_added_behind_a_client_is_refused(signed):
    """boto3 signs what it sends, and between it and the server somebody adds a header."""
    lambda_client = client(signed)
    create(lambda_client, "added", "def handler(event, context):\n    return context.client_context is None\n")
    invoke = {"FunctionName": "added", "InvocationType": "RequestResponse", "LogType": "Tail"}
    lambda_client.meta.events.register("before-send.lambda", lambda request, **_: request.headers.update(added))
    added = {"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"}
    answer = lambda_client.invoke(**invoke)
    assert answer["Payload"].read() == b"true"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"] == added["X-Amzn-Trace-Id"]
    added = {"X-Amz-Client-Context": "e30="}
    with pytest.raises(lambda_client.exceptions.ClientError) as failed:
        lambda_client.invoke(**invoke)
    error = failed.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "InvalidSignatureException",
        "The request has a header that is not signed, and has to be: x-amz-client-context",
    )
    added = {}
    lambda_client.delete_function(FunctionName="added")


def test_a_request_that_is_sent_again_is_refused(signed):
    made = request(signed, date=ago(seconds=30))
    assert send(made) == (200, None)
    assert send(made) == (403, "InvalidSignatureException")
    assert send(request(signed, date=ago(seconds=31))) == (200, None)


def test_who_has_none_is_refused(signed):
    made = request(signed)
    del made.headers["Authorization"]
    assert send(made) == (403, "MissingAuthenticationTokenException")
    assert send(request(signed, key="AKIDOTHER")) == (403, "UnrecognizedClientException")
    assert send(request(signed, service="s3")) == (403, "UnrecognizedClientException")
    assert send(request(signed), Authorization="AWS4-HMAC-SHA256 Credential=x") == (403, "IncompleteSignatureException")
    assert send(request(signed), Authorization="Basic eDp5") == (403, "IncompleteSignatureException")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_dates_are_within_five_minutes(signed, minutes):
    assert send(request(signed, date=ago(minutes=minutes))) == (403, "InvalidSignatureException")


def test_within_the_window_an_older_date_is_good(signed):
    assert send(request(signed, date=ago(minutes=2))) == (200, None)


CALLS_BACK = """
import boto3
def handler(event, context):
    answer = boto3.client("lambda").invoke(FunctionName="callee", Payload=b'"from the caller"')
    return answer["Payload"].read().decode()
"""


def test_a_function_calls_another_with_its_own_key(signed, tmp_path):
    lambda_client = client(signed)
    create(lambda_client, "callee", "def handler(event, context):\n    return event + ', answered'\n")
    site = boto3.__file__.rsplit("/", 2)[0]
    code = f"import sys\nsys.path.append({site!r})\n" + CALLS_BACK
    create(lambda_client, "caller", zipped(app=code), Timeout=30, MemorySize=512)
    answer = json.loads(lambda_client.invoke(FunctionName="caller")["Payload"].read())
    assert answer == '"from the caller, answered"'


def test_a_file_that_is_no_use_is_refused(tmp_path):
    file = tmp_path / "credentials"
    for text, mode, part in [
        ("", 0o600, "there is no aws_access_key_id"),
        (f"aws_access_key_id={KEY}\naws_secret_access_key=x\n", 0o644, "chmod 600"),
    ]:
        file.write_text(text)
        file.chmod(mode)
        refused = subprocess.run(
            [TANDEM, "serve", "--data", str(tmp_path / "data"), "--credentials", str(file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert refused.returncode == 2 and part in refused.stderr and refused.stderr.count("\n") == 1
