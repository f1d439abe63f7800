"""The AWS SDK for Java 2.x, unmodified: one program uses the server, and each test looks at one thing that it got."""

import json
import os
import subprocess

import pytest
from support import ACCOUNT, REGION, Server, requests_by, zipped

MODULE = """
import os, time
def handler(event, context):
    print("about to")
    if "fail" in event: raise ValueError(event["fail"])
    custom = context.client_context.custom if context.client_context else None
    return {"event": event, "custom": custom, "city": os.environ["CITY"]}

def parts(event, context):
    yield "first"
    while not os.path.exists(event): time.sleep(0.02)
    yield "last"

def late(event, context):
    yield "one"
    raise ValueError("late")
"""
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:by-java"
LIMIT_S = 300  # only ends a program that hangs


@pytest.fixture(scope="module")
def ran(tmp_path_factory, sdk_jars):
    """What the program got by its steps, and the server's log."""
    folder = tmp_path_factory.mktemp("java-sdk")
    (folder / "code.zip").write_bytes(zipped(app=MODULE))
    server = Server(folder / "data")
    home = os.environ["TANDEM_TEST_JAVA_HOMES"].split()[0]
    done = subprocess.run(
        [
            *(f"{home}/bin/java", "-cp", f"{sdk_jars}/sdk.jar:{sdk_jars}/lib/*", "sdk.Client"),
            *(server.url, str(folder / "code.zip"), str(folder / "go")),
        ],
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert server.end() == 0, server.log
    assert done.returncode == 0, done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {line.pop("step"): line for line in lines}, server.log


@pytest.fixture
def got(ran):
    """A step's values."""

    def values(step):
        assert "failure" not in ran[0][step], ran[0][step]["failure"]
        return ran[0][step]

    return values


def test_a_function_is_made(got):
    made = got("create")
    assert made.pop("sha256") and made.pop("size") == len(zipped(app=MODULE))
    assert made == {"arn": ARN, "state": "Active", "runtime": "python3.12", "variables": {"CITY": "Århus"}}


def test_waiters_end(got):
    assert got("wait") == {"state": "Active", "attempts": 1, "exists": "by-java"}


def test_an_invocation_takes_a_payload_and_a_client_context_and_brings_the_logs_tail(got, covers):
    answer = got("invoke")
    log = answer.pop("log")
    assert json.loads(answer.pop("payload")) == {"event": {"größe": 1}, "custom": {"id": "Ünal"}, "city": "Århus"}
    assert answer == {"status": 200, "error": None, "version": "$LATEST", "event": 202, "dry": 204}
    assert log.startswith("START RequestId: ") and "about to\n" in log and "\nREPORT RequestId: " in log
    covers("I-01", "I-05", "I-07")


def test_a_functions_error_is_no_exception(got, covers):
    answer = got("fail")
    error = json.loads(answer["payload"])
    assert (answer["status"], answer["error"]) == (200, "Unhandled")
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "nø")
    covers("E-01")


def test_refusals_are_exceptions_of_their_own(got, covers):
    missing = ARN.replace("by-java", "not-there")
    assert got("refuse")["missing"] == f"Function not found: {missing}:$LATEST"
    covers("I-08")
    assert got("refuse")["unknown"].startswith("501 ") and "ListEventSourceMappings" in got("refuse")["unknown"]


def test_a_change_is_waited_for(got):
    assert got("update") == {"description": "changed"}


def test_a_version_and_an_alias_are_published(got):
    assert got("publish") == {
        "version": "1",
        "alias": f"{ARN}:live",
        "executed": "1",
        "versions": ["$LATEST", "1"],
    }


def test_paginators_have_every_page(got):
    assert got("list") == {"pages": 3, "names": ["by-java", "by-java-late", "by-java-parts"]}


def test_a_streams_first_part_is_there_before_the_last_is_made(got, covers):
    assert got("stream") == {"status": 200, "parts": ["first", "last"], "error": None, "details": None}
    covers("I-28")


def test_a_stream_tells_of_a_failure_at_its_end(got):
    answer = got("stream-fails")
    assert (answer["parts"], answer["error"]) == (["one"], "ValueError")
    assert json.loads(answer["details"])["errorMessage"] == "late"


def test_functions_are_deleted(got):
    assert got("delete") == {"left": 0}


def test_the_servers_log_names_the_client(ran):
    sent = requests_by("aws-sdk-java/2.", ran[1].splitlines())
    assert {method for method, target in sent if "/functions" in target} == {"GET", "POST", "PUT", "DELETE"}
    assert ("POST", "/2015-03-31/functions/by-java/invocations") in sent
