"""A server that is killed in the middle of changes: what is there afterwards is whole."""

import base64
import hashlib
import itertools
import os
import random
import signal
import threading
import time
import urllib.parse

import support

SEED = 20261126
KILLS = 200 if os.environ.get("TANDEM_TEST_EXTENT") == "all" else 25


def code(number):
    return f"def handler(event, context):\n    return {number}\n"


def change(client, chance, number):
    name = f"f{chance.randrange(6)}"
    chance.choice(
        [
            lambda: support.create(client, name, code(number)),
            lambda: client.update_function_code(FunctionName=name, ZipFile=support.zipped(app=code(number))),
            lambda: client.update_function_configuration(FunctionName=name, Timeout=number % 900 + 1),
            lambda: client.publish_version(FunctionName=name),
            lambda: client.delete_function(FunctionName=name),
        ]
    )()


def changes(client, chance):
    """One change after the other, until the server is gone."""
    for number in itertools.count(1):
        try:
            change(client, chance, number)
        except client.exceptions.ClientError:
            continue  # there is such a function already, or none
        except Exception:  # the connection is gone, at whatever point
            return


def check(server):
    """Every function that is listed has the code that it says it has, and answers."""
    client = server.client()
    listed = [
        function
        for page in client.get_paginator("list_functions").paginate(FunctionVersion="ALL")
        for function in page["Functions"]
    ]
    for function in listed:
        location = client.get_function(FunctionName=function["FunctionName"], Qualifier=function["Version"])["Code"][
            "Location"
        ]
        with open(urllib.parse.urlparse(location).path, "rb") as package:
            kept = package.read()
        assert base64.b64encode(hashlib.sha256(kept).digest()).decode() == function["CodeSha256"]
        assert len(kept) == function["CodeSize"]
    for function in listed[:3]:
        answer = support.invoke(client, function["FunctionName"], Qualifier=function["Version"])
        assert "FunctionError" not in answer and answer["Payload"].isdigit()
    return len(listed)


def test_what_is_listed_is_whole_after_each_kill(tmp_path):
    chance = random.Random(SEED)
    seen = 0
    server = support.Server(tmp_path / "data", "--quiet")
    for _ in range(KILLS):
        changing = [
            threading.Thread(target=changes, args=(server.client(), random.Random(chance.random()))) for _ in range(3)
        ]
        for thread in changing:
            thread.start()
        time.sleep(chance.uniform(0.01, 0.3))
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
        for thread in changing:
            thread.join()
        server = support.Server(tmp_path / "data", "--quiet")
        seen += check(server)
    assert seen > KILLS
    assert server.end() == 0
