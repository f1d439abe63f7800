"""Many invocations at once, of both languages, some of which fail, time out or crash: each gets its own answer, once."""

import base64
import collections
import http.client
import json
import random
import re
import threading

import support

INVOCATIONS = 10_000
CONNECTIONS = 32
SEED = 20261126

PYTHON = """
import os, time
def handler(event, context):
    print("log-" + event["id"])
    with open(event["file"], "a") as file:
        file.write(event["id"] + "\\n")
    if event["kind"] == "fail": raise ValueError(event["id"])
    if event["kind"] == "crash": os._exit(1)
    if event["kind"] == "hang": time.sleep(600)
    return event["id"] + " " + context.aws_request_id
"""

JAVA = """
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import com.amazonaws.services.lambda.runtime.Context;
import java.util.Map;

public class Load {
  public String handle(Map<String, String> event, Context context) throws Exception {
    String id = event.get("id");
    System.out.println("log-" + id);
    Files.write(Paths.get(event.get("file")), (id + "\\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    switch (event.get("kind")) {
      case "fail": throw new IllegalStateException(id);
      case "crash": Runtime.getRuntime().halt(1);
      case "hang": Thread.sleep(600_000);
      default: return id + " " + context.getAwsRequestId();
    }
  }
}
"""

#: In 1,000 invocations; the others succeed.
KINDS = {"fail": 100, "crash": 4, "hang": 1}


def expected(language, kind, request):
    failed = {"python": "ValueError", "java": "java.lang.IllegalStateException"}[language]
    return {
        "ok": (None, request),
        "fail": ("Unhandled", (failed, request)),
        "crash": ("Unhandled", "Runtime.ExitError"),
        "hang": ("Unhandled", "Sandbox.Timedout"),
    }[kind]


def got(kind, response, body):
    """What came back, without the id that the service has given the request, where that is its own."""
    answer = json.loads(body)
    error = response.getheader("X-Amz-Function-Error")
    if kind == "fail":
        return error, (answer["errorType"], answer["errorMessage"])
    if kind != "ok":
        return error, answer["errorType"]
    said, _, given = answer.partition(" ")
    return error, said if given == response.getheader("x-amzn-RequestId") else answer


def logged(response):
    """The ids in the log's tail: those that handlers wrote, and those of its START lines."""
    tail = base64.b64decode(response.getheader("X-Amz-Log-Result")).decode()
    return re.findall(r"log-(\d+)", tail), re.findall(r"START RequestId: (\S+) ", tail)


def plan():
    """Language, kind and id of each invocation, by a fixed seed."""
    chance = random.Random(SEED)
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)] + ["ok"] * (1000 - sum(KINDS.values()))
    for number in range(INVOCATIONS):
        yield chance.choice(["python", "java"]), chance.choice(kinds), f"{number:05}"


def test_every_invocation_is_answered_for_itself_and_run_once(tmp_path, covers):
    server = support.Server(tmp_path / "data", "--quiet", "--concurrency", str(CONNECTIONS))
    client = server.client()
    (tmp_path / "Load.java").write_text(JAVA)
    support.create(client, "python", PYTHON, Timeout=3)
    support.create(
        client,
        "java",
        support.java_package(tmp_path, "Load"),
        handler="Load::handle",
        runtime="java17",
        Timeout=20,
        MemorySize=256,
    )
    ran = tmp_path / "ran"
    ran.touch()
    waiting = list(plan())
    wrong = []
    lock = threading.Lock()

    def work():
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=120)
        while True:
            with lock:
                if not waiting or len(wrong) > 5:
                    return
                language, kind, request = waiting.pop()
            event = json.dumps({"id": request, "kind": kind, "file": str(ran)})
            path = f"/2015-03-31/functions/{language}/invocations"
            connection.request("POST", path, body=event, headers={"X-Amz-Log-Type": "Tail"})
            response = connection.getresponse()
            body = response.read()
            if (
                response.status != 200
                or got(kind, response, body) != expected(language, kind, request)
                or logged(response) != ([request], [response.getheader("x-amzn-RequestId")])
            ):
                with lock:
                    wrong.append((language, kind, request, response.status, body[:300], logged(response)))

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    counted = collections.Counter(ran.read_text().split())
    assert counted == collections.Counter(request for _, _, request in plan())
    covers("I-36")
    assert server.end() == 0
