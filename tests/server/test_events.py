"""Invocations of the type Event: what becomes of those that fail, find no place, or get too old, and who says so."""

import json
import threading

import pytest
from support import ACCOUNT, REGION, Server, create, invoke, wait_until

#: How many events run at once.
THREADS = 16

#: Writes a line for each call: its request id and what it was asked.
CODE = """
import json, os, time
def handler(event, context):
    line = json.dumps([context.aws_request_id, event.get("name"), context.function_version])
    with open(event["file"], "a") as file:
        file.write(line + "\\n")
    if event.get("fails"): raise ValueError("on purpose")
    if event.get("hangs"): time.sleep(600)
    if event.get("exits"): os._exit(3)
    while "until" in event and not os.path.exists(event["until"]): time.sleep(0.02)
    with open(event["file"], "a") as file:
        file.write(json.dumps([context.aws_request_id, event.get("name"), "done"]) + "\\n")
"""


def arn(name, qualifier):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{qualifier}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One that runs what has failed again at once."""
    started = Server(tmp_path_factory.mktemp("data"), "--event-retry-seconds", "0")
    yield started
    assert started.end() == 0, started.log


@pytest.fixture
def calls(tmp_path):
    """The calls that a function has had, and the file that it writes them to."""
    file = tmp_path / "calls"
    file.touch()

    class Calls:
        path = str(file)

        @staticmethod
        def lines():
            return [json.loads(line) for line in file.read_text().splitlines()]

        @classmethod
        def await_count(cls, count):
            wait_until(lambda: len(cls.lines()) >= count, lambda: f"{count} of {cls.lines()}")
            return cls.lines()

    return Calls


def send(client, function, calls, **event):
    """Its request id, which the answer has."""
    payload = json.dumps({"file": calls.path, **event}).encode()
    answer = client.invoke(FunctionName=function, InvocationType="Event", Payload=payload)
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]


def await_given_up(server, name, request, why):
    server.await_line(f"tandem: warning: function '{name}': the event {request} is given up: {why}\n")


@pytest.mark.parametrize("how", ["fails", "hangs", "exits"])
def test_what_fails_is_run_twice_more_with_its_id(server, client, calls, covers, how):
    name = f"event-{how}"
    create(client, name, CODE, Timeout=1)
    request = send(client, name, calls, **{how: True})
    await_given_up(server, name, request, "it has failed 3 times")
    assert calls.lines() == [[request, None, "$LATEST"]] * 3
    covers("I-17", "C-27")


def test_what_succeeds_at_last_is_not_run_again(server, client, calls, covers):
    create(
        client,
        "event-second",
        "import json\ndef handler(event, context):\n"
        "    with open(event['file'], 'a') as file:\n        file.write(json.dumps(event['file']) + '\\n')\n"
        "    with open(event['file']) as file:\n        if len(file.readlines()) == 1: raise ValueError('the first')\n",
    )
    send(client, "event-second", calls)
    calls.await_count(2)
    create(client, "event-after", CODE)
    send(client, "event-after", calls)
    lines = calls.await_count(4)  # no third before, nor between
    assert lines[:2] == [calls.path] * 2 and lines[3][2] == "done"
    assert "'event-second': the event" not in server.log
    covers("I-17")


def test_each_attempt_is_by_what_the_function_is_then(server, client, calls):
    create(client, "event-changes", CODE)
    until = calls.path + ".until"
    client.publish_version(FunctionName="event-changes")
    client.create_alias(FunctionName="event-changes", Name="live", FunctionVersion="1")
    held = threading.Thread(
        target=invoke, args=(client, "event-changes:1", json.dumps({"file": calls.path, "until": until}).encode())
    )
    held.start()
    calls.await_count(1)
    client.put_function_concurrency(FunctionName="event-changes", ReservedConcurrentExecutions=1)
    request = send(client, "event-changes:live", calls)
    server.await_line(f"the event {request} waits and is tried again: Rate Exceeded.\n")
    client.update_function_configuration(FunctionName="event-changes", Description="another")
    client.publish_version(FunctionName="event-changes")
    client.update_alias(FunctionName="event-changes", Name="live", FunctionVersion="2")
    open(until, "w").close()
    held.join()
    lines = calls.await_count(4)
    assert [line[2] for line in lines] == ["1", "done", "2", "done"]


def test_a_function_that_is_gone_is_not_run_again(server, client, calls):
    create(client, "event-gone", CODE)
    until = calls.path + ".until"
    held = threading.Thread(
        target=invoke, args=(client, "event-gone", json.dumps({"file": calls.path, "until": until}).encode())
    )
    held.start()
    calls.await_count(1)
    client.put_function_concurrency(FunctionName="event-gone", ReservedConcurrentExecutions=1)
    request = send(client, "event-gone", calls)
    server.await_line(f"the event {request} waits and is tried again: Rate Exceeded.\n")
    client.delete_function(FunctionName="event-gone")
    open(until, "w").close()
    held.join()
    await_given_up(server, "event-gone", request, "the function is not there any more")
    assert len(calls.lines()) == 2


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_as_often_as_its_configuration_says(server, client, calls, covers, retries):
    name = f"event-retries-{retries}"
    create(client, name, CODE, Publish=True)
    client.put_function_event_invoke_config(FunctionName=name, Qualifier="1", MaximumRetryAttempts=retries)
    request = send(client, name + ":1", calls, fails=True)
    await_given_up(server, name, request, f"it has failed {retries + 1} times")
    assert len(calls.lines()) == retries + 1
    request = send(client, name, calls, fails=True)  # another qualifier has another configuration
    await_given_up(server, name, request, "it has failed 3 times")
    covers("I-18")


def test_until_it_is_too_old(tmp_path, calls, covers):
    """After an hour it would be run again, and is to be no older than a minute, or than six hours by default."""
    server = Server(tmp_path / "data", "--event-retry-seconds", "3600")
    client = server.client()
    create(client, "event-old", CODE)
    client.put_function_event_invoke_config(FunctionName="event-old", MaximumEventAgeInSeconds=60)
    request = send(client, "event-old", calls, fails=True)
    await_given_up(server, "event-old", request, "it would be older than 60 s, and it has failed")
    client.update_function_event_invoke_config(FunctionName="event-old", MaximumEventAgeInSeconds=3599)
    request = send(client, "event-old", calls, fails=True)
    await_given_up(server, "event-old", request, "it would be older than 3599 s, and it has failed")
    client.delete_function_event_invoke_config(FunctionName="event-old")
    request = send(client, "event-old", calls, fails=True)
    send(client, "event-old", calls, name="last")
    assert [line[2] for line in calls.await_count(5)][-1] == "done"
    assert f"{request} is given up" not in server.log  # it waits
    covers("I-18")
    assert server.end() == 0, server.log
    assert len(calls.lines()) == 5


def test_what_finds_no_place_waits_for_one(server, client, calls, covers):
    create(client, "event-waits", CODE)
    client.put_function_concurrency(FunctionName="event-waits", ReservedConcurrentExecutions=1)
    until = calls.path + ".until"
    event = json.dumps({"file": calls.path, "name": "held", "until": until}).encode()
    held = threading.Thread(target=invoke, args=(client, "event-waits", event))
    held.start()
    calls.await_count(1)
    request = send(client, "event-waits", calls, name="waited")
    server.await_line(f"function 'event-waits': the event {request} waits and is tried again: Rate Exceeded.\n")
    assert len(calls.lines()) == 1
    open(until, "w").close()
    held.join()
    lines = calls.await_count(4)
    assert [line[1:] for line in lines] == [
        ["held", "$LATEST"],
        ["held", "done"],
        ["waited", "$LATEST"],
        ["waited", "done"],
    ]
    assert lines[3][0] == request
    covers("I-19", "C-27")


def test_what_may_not_run_at_all_is_given_up(server, client, calls):
    create(client, "event-never", CODE)
    client.put_function_concurrency(FunctionName="event-never", ReservedConcurrentExecutions=0)
    request = send(client, "event-never", calls)
    await_given_up(server, "event-never", request, "the function's reserved concurrency is 0")
    assert calls.lines() == []


def test_what_waits_at_the_end_is_said_once_of_each_function(tmp_path, calls):
    server = Server(tmp_path / "data", "--drain-seconds", "0")
    client = server.client()
    for name in ("event-held", "event-lost", "event-lost-too"):
        create(client, name, CODE, Timeout=600)
    for _ in range(THREADS):
        send(client, "event-held", calls, until=calls.path + ".never")
    calls.await_count(THREADS)
    for name in ("event-lost", "event-lost-too", "event-lost", "event-lost"):
        send(client, name, calls)
    assert server.end() == 0
    said = [line for line in server.lines if " lost" in line and "warning" in line]
    assert sorted(said) == [
        "tandem: warning: function 'event-lost': 3 events that waited are lost: the server ends\n",
        "tandem: warning: function 'event-lost-too': 1 event that waited is lost: the server ends\n",
    ]
    assert "tandem: calls that were still running have been given up\n" in server.lines
    assert len(calls.lines()) == THREADS


SETTINGS = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 120}
NO_DESTINATIONS = {"OnSuccess": {}, "OnFailure": {}}
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"


def shown(answer):
    return {name: answer[name] for name in answer if name not in ("ResponseMetadata", "LastModified")}


def test_configurations_are_put_merged_and_read(server, client, covers):
    create(client, "configured", CODE, Publish=True)
    client.create_alias(FunctionName="configured", Name="live", FunctionVersion="1")
    first = client.put_function_event_invoke_config(FunctionName="configured", **SETTINGS)
    assert shown(first) == {
        "FunctionArn": arn("configured", "$LATEST"),
        **SETTINGS,
        "DestinationConfig": NO_DESTINATIONS,
    }
    destinations = {"OnFailure": {"Destination": QUEUE}}
    merged = client.update_function_event_invoke_config(FunctionName="configured", DestinationConfig=destinations)
    assert shown(merged) == {**shown(first), "DestinationConfig": {**NO_DESTINATIONS, **destinations}}
    assert merged["LastModified"] >= first["LastModified"]
    server.await_line("function 'configured': the destinations of its events are kept, and nothing is sent to them\n")
    assert shown(client.get_function_event_invoke_config(FunctionName="configured", Qualifier="$LATEST")) == shown(
        merged
    )
    replaced = client.put_function_event_invoke_config(FunctionName="configured", MaximumRetryAttempts=0)
    assert shown(replaced) == {
        "FunctionArn": arn("configured", "$LATEST"),
        "MaximumRetryAttempts": 0,
        "DestinationConfig": NO_DESTINATIONS,
    }
    for qualifier in ("1", "live"):
        client.put_function_event_invoke_config(FunctionName="configured", Qualifier=qualifier, **SETTINGS)
    pages = client.get_paginator("list_function_event_invoke_configs").paginate(
        FunctionName="configured", PaginationConfig={"PageSize": 2}
    )
    listed = [config["FunctionArn"] for page in pages for config in page["FunctionEventInvokeConfigs"]]
    assert listed == [arn("configured", qualifier) for qualifier in ("$LATEST", "1", "live")]
    deleted = client.delete_function_event_invoke_config(FunctionName="configured", Qualifier="live")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    covers("A-48")


def test_what_is_no_configuration_is_refused(client, refused, covers):
    create(client, "unconfigured", CODE, Publish=True)
    put = "put_function_event_invoke_config"
    none = (
        404,
        "ResourceNotFoundException",
        f"The function {arn('unconfigured', '$LATEST')} doesn't have an EventInvokeConfig",
    )
    for operation, arguments in (("get", {}), ("delete", {}), ("update", SETTINGS)):
        assert refused(f"{operation}_function_event_invoke_config", FunctionName="unconfigured", **arguments) == none
    assert refused(put, FunctionName="unconfigured") == (
        400,
        "InvalidParameterValueException",
        "You must specify at least one of error handling or destination setting.",
    )
    for itself in (arn("unconfigured", "1"), arn("unconfigured", "")[:-1]):
        destinations = {"OnSuccess": {"Destination": itself}}
        assert refused(put, FunctionName="unconfigured", DestinationConfig=destinations) == (
            400,
            "InvalidParameterValueException",
            "You can't specify the function as a destination for itself.",
        )
    covers("A-49")
    assert refused(put, FunctionName="unconfigured", Qualifier="7", **SETTINGS)[0] == 404
    bounds = {"MaximumRetryAttempts": (0, 2), "MaximumEventAgeInSeconds": (60, 21600)}
    for member, (least, most) in bounds.items():
        for number in (least, most):
            answer = client.put_function_event_invoke_config(FunctionName="unconfigured", **{member: number})
            assert answer[member] == number
        for number in (least - 1, most + 1):
            status, kind, message = refused(put, FunctionName="unconfigured", **{member: number})
            assert (status, kind) == (400, "ValidationException") and f"Value '{number}' at '" in message
    covers("I-18")
    wrong = {"OnFailure": {"Destination": "nowhere"}}
    assert refused(put, FunctionName="unconfigured", DestinationConfig=wrong)[:2] == (400, "ValidationException")


def test_configurations_stay_and_go_with_what_they_are_of(tmp_path):
    first = Server(tmp_path / "data")
    client = first.client()
    create(client, "kept", CODE, Publish=True)
    client.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    client.update_function_configuration(FunctionName="kept", Description="another")
    client.publish_version(FunctionName="kept")
    destinations = {"OnSuccess": {"Destination": QUEUE}, "OnFailure": {}}
    for qualifier in ("$LATEST", "1", "2", "live"):
        settings = {**SETTINGS, "DestinationConfig": destinations}
        client.put_function_event_invoke_config(FunctionName="kept", Qualifier=qualifier, **settings)

    def everything(of):
        return of.list_function_event_invoke_configs(FunctionName="kept")["FunctionEventInvokeConfigs"]

    before = everything(client)
    assert len(before) == 4
    assert first.end() == 0
    second = Server(tmp_path / "data")
    client = second.client()
    assert everything(client) == before
    client.delete_function(FunctionName="kept", Qualifier="2")
    client.delete_alias(FunctionName="kept", Name="live")
    assert [config["FunctionArn"] for config in everything(client)] == [arn("kept", "$LATEST"), arn("kept", "1")]
    client.delete_function(FunctionName="kept")
    create(client, "kept", CODE)
    assert everything(client) == []
    assert second.end() == 0
