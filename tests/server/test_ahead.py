"""Invocations of a function that takes microseconds, which are sent to busy workers ahead of their turn."""

import base64
import http.client
import json
import re
import threading

import support

CONNECTIONS = 8
PER_CONNECTION = 500

HANDLER = """
import os, time
def handler(event, context):
    kind = event.get("kind")
    if kind == "raw": os.write(1, ("log-" + event["id"] + "\\n").encode())
    if kind == "print": print("log-" + event["id"])
    if kind == "crash": os._exit(1)
    if kind == "long": time.sleep(0.02)
    if kind == "meet":
        open(event["own"], "w").close()
        while not os.path.exists(event["other"]): time.sleep(0.001)
    return event.get("id")
"""


def post(connection, event, **headers):
    path = "/2015-03-31/functions/short/invocations"
    connection.request("POST", path, body=json.dumps(event), headers=headers)
    response = connection.getresponse()
    return response, json.loads(response.read())


def in_threads(server, work):
    """Runs work(number, connection) on as many threads as there are connections; returns what they raised."""
    raised = []

    def run(number):
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=120)
        try:
            work(number, connection)
        except Exception as error:  # told by the test's own thread
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def short(folder):
    """A server whose function has been short for so long that invocations are sent ahead."""
    server = support.Server(folder / "data", "--quiet")
    support.create(server.client(), "short", HANDLER, Timeout=60)

    def warm(_, connection):
        for _ in range(200):
            assert post(connection, {"id": "warm"})[1] == "warm"

    assert in_threads(server, warm) == []
    return server


def test_each_has_its_own_answer_and_its_own_log(tmp_path, covers):
    server = short(tmp_path)

    def work(number, connection):
        for turn in range(PER_CONNECTION):
            request = f"{number}-{turn}"
            kind = ["none", "raw", "print", "none", "none"][(turn * 3 + number) % 5]
            if turn % 250 == 100:
                kind = "crash"
            if turn % 100 == 50:
                kind = "long"
            response, answer = post(connection, {"id": request, "kind": kind}, **{"X-Amz-Log-Type": "Tail"})
            tail = base64.b64decode(response.getheader("X-Amz-Log-Result")).decode()
            said = re.findall(r"log-(\S+)", tail)
            begun = re.findall(r"START RequestId: (\S+) ", tail)
            assert said == ([request] if kind in {"raw", "print"} else []), (kind, tail)
            assert begun == [response.getheader("x-amzn-RequestId")], tail
            if kind == "crash":
                assert answer["errorType"] == "Runtime.ExitError", answer
            else:
                assert answer == request

    assert in_threads(server, work) == []
    covers("I-36")
    assert server.end() == 0


def test_two_that_wait_for_each_other_meet(tmp_path):
    server = short(tmp_path)

    def work(number, connection):
        names = [str(tmp_path / str(each)) for each in (number, number ^ 1)]
        for turn in range(20):
            own, other = (f"{name}-{turn}" for name in names)
            event = {"id": str(turn), "kind": "meet", "own": own, "other": other}
            assert post(connection, event)[1] == str(turn)
            assert post(connection, {"id": "between"})[1] == "between"

    assert in_threads(server, work) == []
    assert server.end() == 0
