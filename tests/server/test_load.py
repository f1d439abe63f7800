"""Many invocations at once, of both languages, some of which fail, time out or crash: each gets its own answer, once."""

import collections
import http.client
import json
import random
import threading

import support

INVOCATIONS = 10_000
CONNECTIONS = 32
SEED = 20261126

PYTHON = """
import os, time
def handler(event, context):
    with open(event["file"], "a") as file:
        file.write(event["id"] + "\\n")
    if event["kind"] == "fail": raise ValueError(event["id"])
    if event["kind"] == "crash": os._exit(1)
    if event["kind"] == "hang": time.sleep(600)
    return event["id"]
"""

JAVA = """
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.Map;

public class Load {
  public String handle(Map<String, String> event) throws Exception {
    String id = event.get("id");
    Files.write(Paths.get(event.get("file")), (id + "\\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    switch (event.get("kind")) {
      case "fail": throw new IllegalStateException(id);
      case "crash": Runtime.getRuntime().halt(1);
      case "hang": Thread.sleep(600_000);
      default: return id;
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
    answer = json.loads(body)
    error = response.getheader("X-Amz-Function-Error")
    if kind == "fail":
        return error, (answer["errorType"], answer["errorMessage"])
    return error, answer if kind == "ok" else answer["errorType"]


def plan():
    """Language, kind and id of each invocation, by a fixed seed."""
    chance = random.Random(SEED)
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)] + ["ok"] * (1000 - sum(KINDS.values()))
    for number in range(INVOCATIONS):
        yield chance.choice(["python", "java"]), chance.choice(kinds), f"{number:05}"


def test_every_invocation_is_answered_for_itself_and_run_once(tmp_path):
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
            connection.request("POST", f"/2015-03-31/functions/{language}/invocations", body=event)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200 or got(kind, response, body) != expected(language, kind, request):
                with lock:
                    wrong.append((language, kind, request, response.status, body[:300]))

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    counted = collections.Counter(ran.read_text().split())
    assert counted == collections.Counter(request for _, _, request in plan())
    assert server.end() == 0
