"""Functions that run in the server's own process, as they ask for and where the operator allows it."""

import json
import signal
import subprocess
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import ROLE, TANDEM, Server, create, invoke, java_package, javas, pythons, wait_until, zipped

ASKS = {"TANDEM_ISOLATION": "inline"}
#: How many events run at once.
EVENT_THREADS = 16
#: One version of a language serves inline functions: the newest one under test.
PYTHON = pythons()[-1][0]
JAVA = javas()[-1][0]

PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"

TELLS_PYTHON = """
import os, time
VERSION = {0!r}
def handler(event, context):
    print("has", event)
    if event == "fail": raise ValueError("as asked")
    while event == "late": pass
    while event.startswith("/") and not os.path.exists(event): time.sleep(0.02)
    return [VERSION, os.getpid()]
"""

TELLS_JAVA = """
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;

public class Tells {{
  public List<Object> handle(String event) throws Exception {{
    System.out.println("has " + event);
    if (event.equals("fail")) throw new IllegalArgumentException("as asked");
    while (event.equals("late")) Thread.sleep(20);
    while (event.startsWith("/") && !Files.exists(Paths.get(event))) Thread.sleep(20);
    return Arrays.asList({0}, Integer.valueOf(new File("/proc/self").getCanonicalFile().getName()));
  }}
}}
"""

#: Goes on after it was asked to yield, until there is a file.
HANGS = """
import os, time
def handler(event, context):
    if event == "serve": return "served"
    open(event, "w").close()
    while not os.path.exists(event + ".end"):
        try: time.sleep(0.02)
        except BaseException: pass
"""


@pytest.fixture(scope="module")
def inline(tmp_path_factory):
    """A server that allows it."""
    server = Server(tmp_path_factory.mktemp("data"), "--allow-inline")
    yield server
    assert server.end() == 0, server.log


@pytest.fixture(params=["python", "java"])
def language(request, tmp_path):
    """What makes a function of one language that asks for it, and the package of its version."""
    if request.param == "python":
        return Language(PYTHON, "app.handler", lambda version: zipped(app=TELLS_PYTHON.format(version)))

    def package(version):
        folder = tmp_path / f"java-{version}"
        folder.mkdir(exist_ok=True)
        (folder / "Tells.java").write_text(TELLS_JAVA.format(version))
        return java_package(folder, "Tells")

    return Language(JAVA, "Tells::handle", package)


class Language:
    def __init__(self, runtime, handler, package):
        self.name = runtime.rstrip("0123456789.")
        self.package = package
        self._how = {"runtime": runtime, "handler": handler}

    def create(self, client, name, version=1, variables=ASKS, **settings):
        settings = {"Timeout": 60, "MemorySize": 512, **settings}
        environment = {"Variables": dict(variables)}
        return create(client, name, self.package(version), **self._how, Environment=environment, **settings)


def create_inline(client, name, code, variables=ASKS, **settings):
    """A function in Python that asks for it."""
    return create(client, name, code, runtime=PYTHON, Environment={"Variables": dict(variables)}, **settings)


def tell(client, name, event="now", **options):
    answer = invoke(client, name, json.dumps(event).encode(), **options)
    assert "FunctionError" not in answer, answer["Payload"]
    return json.loads(answer["Payload"])


def tell_when_it_may(client, name):
    """Another runs and one may at most, of whatever function: who comes then is refused."""
    while True:
        try:
            return tell(client, name)
        except client.exceptions.TooManyRequestsException:
            continue


def failure(client, name, event):
    answer = invoke(client, name, json.dumps(event).encode())
    assert answer["FunctionError"] == "Unhandled"
    return json.loads(answer["Payload"])


def test_a_function_that_asks_for_it_runs_in_the_servers_process(inline, language):
    client = inline.client()
    made = language.create(client, language.name + "-asks")
    assert made["Environment"] == {"Variables": ASKS}
    assert tell(client, language.name + "-asks") == [1, inline.process.pid]
    language.create(client, language.name + "-says-process", variables={"TANDEM_ISOLATION": "process"})
    version, pid = tell(client, language.name + "-says-process")
    assert version == 1 and pid != inline.process.pid


def test_its_failures_and_its_deadline_are_those_of_other_functions(inline, language):
    client = inline.client()
    name = language.name + "-fails"
    language.create(client, name, Timeout=1)
    tell(client, name)
    assert failure(client, name, "fail")["errorMessage"] == "as asked"
    assert failure(client, name, "late")["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert tell(client, name) == [1, inline.process.pid]


def test_an_exit_in_python_ends_its_invocation(inline):
    client = inline.client()
    create_inline(client, "exits", "import sys\ndef handler(event, context):\n    sys.exit(3)\n")
    assert failure(client, "exits", None)["errorType"] == "Runtime.ExitError"
    create_inline(client, "after-exit", PID)
    assert tell(client, "after-exit") == inline.process.pid


def test_its_log_is_one_stream_with_a_report(tmp_path, language):
    server = Server(tmp_path / "data", "--allow-inline")
    client = server.client()
    name = language.name + "-logs"
    language.create(client, name)
    answer = invoke(client, name, b'"it"', LogType="Tail")
    lines = answer["LogResult"].splitlines()
    assert lines[0].startswith("START RequestId: ") and lines[1] == "has it" and lines[2].startswith("END RequestId: ")
    assert lines[3].startswith("REPORT RequestId: ") and "Init Duration: " in lines[3]
    tell(client, name)
    assert server.end() == 0, server.log
    assert len(list((tmp_path / "data" / "logs" / name).glob("*.log"))) == 1
    command = [TANDEM, "logs", name, "--data", str(tmp_path / "data")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [text.count(part) for part in ("START ", " has it\n", " has now\n", "REPORT ")] == [2, 1, 1, 2]


def test_changed_code_and_versions_swap_without_a_mix(inline, language, covers, tmp_path):
    client = inline.client()
    name, pid = language.name + "-swaps", inline.process.pid
    language.create(client, name, Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    go = tmp_path / "go"
    with ThreadPoolExecutor(1) as threads:
        before = threads.submit(tell, inline.client(), name, str(go))
        inline.await_line(f"{name}: has {go}")
        client.update_function_code(FunctionName=name, ZipFile=language.package(2))
        assert tell(client, name) == [2, pid]
        assert [tell(client, name, Qualifier=of) for of in ("1", "live")] == [[1, pid], [1, pid]]
        go.touch()
        assert before.result() == [1, pid]
    client.update_function_code(FunctionName=name, ZipFile=language.package(3), Publish=True)
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert [tell(client, name, Qualifier=of) for of in ("$LATEST", "1", "2", "live")] == [
        [version, pid] for version in (3, 1, 3, 3)
    ]
    covers("A-36")
    client.delete_function(FunctionName=name)
    language.create(client, name, version=4)
    assert tell(client, name) == [4, pid]


def test_invocations_of_one_function_take_turns(inline):
    client = inline.client()
    code = "import time\nruns = 0\ncount = 0\ndef handler(event, context):\n    global runs, count\n    runs += 1\n"
    code += "    time.sleep(0.05)\n    alone = runs == 1\n    runs -= 1\n    count += 1\n    return [alone, count]\n"
    create_inline(client, "turns", code, Timeout=60)
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: tell(inline.client(), "turns"), range(16)))
    assert sorted(told) == [[True, count] for count in range(1, 17)]


def test_who_waits_for_a_turn_keeps_nobody_from_running(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline", "--concurrency", "2")
    client = server.client()
    go = tmp_path / "go"
    create_inline(client, "turns", TELLS_PYTHON.format(1), Timeout=600)
    create(client, "other", TELLS_PYTHON.format(2), runtime=PYTHON, Timeout=60)
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(tell, server.client(), "turns", str(go))
        server.await_line(f"turns: has {go}")
        for _ in range(EVENT_THREADS + 4):
            client.invoke(FunctionName="turns", InvocationType="Event", Payload=b'"an event"')
        client.invoke(FunctionName="other", InvocationType="Event", Payload=b'"an event"')
        server.await_line("other: has an event")
        assert tell_when_it_may(client, "other")[0] == 2  # once the event has ended
        waiting = [threads.submit(tell_when_it_may, server.client(), "turns") for _ in range(3)]
        for _ in range(50):
            assert tell(client, "other")[0] == 2
        go.touch()
        assert held.result() == [1, server.process.pid]
        assert [one.result() for one in waiting] == [[1, server.process.pid]] * 3
    server.await_line("turns: has an event", EVENT_THREADS + 4)
    assert server.end() == 0, server.log
    assert "warning: function 'turns'" not in server.log


def test_a_response_streams(inline, streaming_jar, tmp_path):
    client = inline.client()
    how = {"runtime": JAVA, "handler": "Parts::handle", "Timeout": 60, "Environment": {"Variables": ASKS}}
    create(client, "parts", streaming_jar, **how)
    file = tmp_path / "go"
    stream = client.invoke_with_response_stream(FunctionName="parts", Payload=json.dumps(str(file)))["EventStream"]
    parts = []
    for event in stream:
        if "PayloadChunk" in event:
            parts.append(event["PayloadChunk"]["Payload"])
            file.touch()
    assert parts[0] == b"first" and b"".join(parts) == b"firstlast"


def test_it_has_the_servers_variables_which_lead_back_to_the_server(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline", AWS_ACCESS_KEY_ID="the operator's", HOSTS="own")
    client = server.client()
    code = """
        import json, os, urllib.request
        def handler(event, context):
            url = os.environ["AWS_ENDPOINT_URL_LAMBDA"] + "/2015-03-31/functions/callee/invocations"
            answer = json.load(urllib.request.urlopen(urllib.request.Request(url, b"{}", method="POST")))
            names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "HOSTS", "MINE"]
            return [answer] + [os.environ.get(name) for name in names]
    """
    create_inline(client, "callee", PID)
    create_inline(client, "caller", textwrap.dedent(code), variables={**ASKS, "MINE": "1"}, Timeout=60)
    warning = "it runs inline, in the server's process, where none of its environment variables is set"
    server.await_line(f"tandem: warning: function 'caller': {warning}")
    pid, region, key, host, mine = tell(client, "caller")
    assert (pid, region, host, mine) == (server.process.pid, "eu-central-1", "own", None)
    assert key.startswith("TANDEM")
    server.await_line(f"caller: tandem: warning: {warning}")
    assert server.end() == 0, server.log
    assert "warning: function 'callee'" not in server.log


NOT_ALLOWED = (
    "The function's variable TANDEM_ISOLATION is inline, which this server does not allow: start it with "
    "--allow-inline, or leave the variable out."
)


def test_where_it_is_not_allowed_it_is_refused(client, refused):
    asks = {"Environment": {"Variables": ASKS}}
    new = {"FunctionName": "unmade", "Runtime": PYTHON, "Role": ROLE, "Handler": "app.handler"}
    wanted = (400, "InvalidParameterValueException", NOT_ALLOWED)
    assert refused("create_function", **new, Code={"ZipFile": zipped(app=PID)}, **asks) == wanted
    assert refused("get_function", FunctionName="unmade")[0] == 404
    create(client, "allowed-nothing", PID)
    assert refused("update_function_configuration", FunctionName="allowed-nothing", **asks) == wanted
    assert "Environment" not in client.get_function_configuration(FunctionName="allowed-nothing")


@pytest.mark.parametrize(
    "asked, runtime, message",
    [
        ("thread", PYTHON, "The function's variable TANDEM_ISOLATION is 'thread', and may be process or inline."),
        (
            "inline",
            "provided.al2023",
            "The function's variable TANDEM_ISOLATION is inline, and a function that brings its runtime along "
            "(provided.al2023) has a process of its own.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(inline, asked, runtime, message):
    client = inline.client()
    with pytest.raises(client.exceptions.InvalidParameterValueException) as failed:
        create(client, "senseless", PID, runtime=runtime, Environment={"Variables": {"TANDEM_ISOLATION": asked}})
    assert failed.value.response["Error"]["Message"] == message


def test_a_server_that_allows_it_no_more_does_not_run_functions_of_before(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline")
    create_inline(server.client(), "before", PID)
    assert server.end() == 0
    server = Server(tmp_path / "data")
    client = server.client()
    with pytest.raises(client.exceptions.InvalidRuntimeException) as failed:
        client.invoke(FunctionName="before")
    assert failed.value.response["Message"] == NOT_ALLOWED
    with pytest.raises(client.exceptions.InvalidParameterValueException) as failed:
        client.update_function_code(FunctionName="before", ZipFile=zipped(app=PID))
    assert failed.value.response["Error"]["Message"] == NOT_ALLOWED
    client.update_function_configuration(FunctionName="before", Environment={"Variables": {}})
    assert tell(client, "before") != server.process.pid
    assert server.end() == 0, server.log


def test_one_version_of_a_language_serves_inline_and_others_in_processes(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline")
    client = server.client()
    create_inline(client, "newest", PID)
    assert tell(client, "newest") == server.process.pid
    for older, _ in pythons()[:-1]:
        create(client, "older", PID, runtime=older, Environment={"Variables": ASKS})
        with pytest.raises(client.exceptions.InvalidRuntimeException) as failed:
            client.invoke(FunctionName="older")
        message = failed.value.response["Message"]
        assert message.startswith(f"this process already runs {PYTHON} (") and "needs process isolation" in message
        client.update_function_configuration(FunctionName="older", Environment={"Variables": {}})
        assert tell(client, "older") != server.process.pid
        client.delete_function(FunctionName="older")
    # One that the machine lacks is served by what is there.
    create(client, "lacking", PID, runtime="python3.6", Environment={"Variables": ASKS})
    assert tell(client, "lacking") == server.process.pid
    assert server.end() == 0, server.log


def test_one_that_does_not_yield_holds_up_nobody_else(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline")
    client = server.client()
    create_inline(client, "hangs", HANGS, Timeout=1)
    create_inline(client, "inline-other", PID)
    create(client, "process-other", PID)
    assert tell(client, "hangs", "serve") == "served"
    began = tmp_path / "began"
    with ThreadPoolExecutor(1) as threads:
        hung = threads.submit(failure, server.client(), "hangs", str(began))
        wait_until(began.exists, lambda: server.log)
        for _ in range(2):  # one that waits for it, and one that comes later
            with pytest.raises(client.exceptions.TooManyRequestsException) as failed:
                client.invoke(FunctionName="hangs")
            assert failed.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
            assert failed.value.response["Error"]["Message"] == (
                "Function hangs: it runs inline, and an invocation of it has run past its timeout and does not yield: "
                "restart the server to end that, or let the function run in process isolation"
            )
        client.invoke(FunctionName="hangs", InvocationType="Event")
        server.await_line("tandem: warning: function 'hangs': an event is lost: it runs inline, and an invocation of")
        assert tell(client, "inline-other") == server.process.pid
        assert tell(client, "process-other") != server.process.pid
        client.update_function_code(FunctionName="hangs", ZipFile=zipped(app=HANGS + "\n"))
        assert tell(client, "hangs", "serve") == "served"
        (tmp_path / "began.end").touch()
        assert hung.result()["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert server.end() == 0, server.log
    assert "given up" not in server.log


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
def test_one_that_does_not_yield_does_not_keep_the_server_from_ending(tmp_path, kind):
    server = Server(tmp_path / "data", "--allow-inline", "--drain-seconds", "0")
    client = server.client()
    create_inline(client, "hangs", HANGS, Timeout=1)
    began = tmp_path / "began"
    event = json.dumps(str(began)).encode()

    def call():
        try:
            client.invoke(FunctionName="hangs", InvocationType=kind, Payload=event)
        except Exception:  # the server is gone
            pass

    caller = threading.Thread(target=call)
    caller.start()
    wait_until(began.exists, lambda: server.log)
    assert server.end(signal.SIGTERM) == 0
    caller.join()
    assert "tandem: calls that were still running have been given up\n" in server.log


def test_what_ends_the_process_ends_the_server(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline")
    client = server.client()
    create_inline(client, "ends", "import os\ndef handler(event, context):\n    os._exit(3)\n")
    with pytest.raises(Exception, match="Connection was closed"):
        client.invoke(FunctionName="ends")
    assert server.end() == 3


def test_a_fork_that_comes_back_answers_nothing(tmp_path):
    server = Server(tmp_path / "data", "--allow-inline")
    client = server.client()
    code = "import os\ndef handler(event, context):\n    child = os.fork()\n    if child == 0: return 'child'\n"
    create_inline(client, "forks", code + "    os.waitpid(child, 0)\n    return 'parent'\n", Timeout=60)
    assert [tell(client, "forks") for _ in range(4)] == ["parent"] * 4
    assert server.end() == 0, server.log


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  FromTemplate:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: from-template
      CodeUri: code/
      Handler: app.handler
      Runtime: {runtime}
      Environment:
        Variables:
          TANDEM_ISOLATION: inline
"""


def test_a_function_of_a_template_asks_for_it_likewise(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(PID)
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE.format(runtime=PYTHON))
    server = Server(tmp_path / "data", "--template", str(template))
    place = "tandem: not deployed: " + str(template)
    assert any(line.startswith(place) and line.endswith(": " + NOT_ALLOWED + "\n") for line in server.lines)
    assert server.end() == 0
    server = Server(tmp_path / "data", "--template", str(template), "--allow-inline")
    assert tell(server.client(), "from-template") == server.process.pid
    assert server.end() == 0, server.log
