"""One lying target for each way to lie: the runner says what is not as expected, and goes on with the next case."""

import http.server
import socketserver
import threading

import pytest

#: A handler that answers in its own way.
HONEST_NEXT = {"event": "honest", "expect": {"json": "honest"}}
HANDLER = """
import os, signal, sys, time

def handler(event, context):
    if event == "honest":
        return event
    return lie(event, context)

"""

#: By the lie: what the handler does, what is expected, and what the runner has to say.
HANDLER_LIES = {
    "wrong payload": ("return 2", {"payload": "1"}, ["payload"]),
    "wrong value": ("return {'a': [1, 3]}", {"json": {"a": [1, 2]}}, ["json at $.a[1]"]),
    "error instead": ("raise KeyError('a')", {"json": 1}, ["outcome"]),
    "wrong error type": ("raise KeyError('a')", {"error": {"type": "ValueError"}}, ["error type"]),
    "wrong error message": ("raise KeyError('a')", {"error": {"message": "b"}}, ["error message"]),
    "no error": ("return 1", {"error": {"type": "KeyError"}}, ["outcome"]),
    "log left out": ("return 1", {"json": 1, "log": ["said"]}, ["log"]),
    "log that was not to be": ("print('said'); return 1", {"json": 1, "noLog": ["said"]}, ["log"]),
    "late": ("time.sleep(0.2); return 1", {"json": 1, "maxDuration": 0.1}, ["duration"]),
}


@pytest.mark.parametrize("target", ["inline", "process"])
@pytest.mark.parametrize("lie", HANDLER_LIES)
def test_a_handler_lies(conform, suite, lie, target):
    does, expected, said = HANDLER_LIES[lie]
    folder = suite(HANDLER + f"def lie(event, context):\n    {does}\n", {"expect": expected}, HONEST_NEXT)
    run = conform(folder, "--target", target)
    assert (run.status, run.differences()) == (1, said)
    assert [result["verdict"] for result in run.results] == ["differs", "passed"]


@pytest.mark.parametrize("target", ["inline", "process"])
def test_chunks_that_are_not_as_expected(conform, suite, target):
    source = HANDLER + "def lie(event, context):\n    yield 'a'\n    yield 'b'\n"
    streams = source.replace("def handler", "def other").replace("def lie", "def handler")
    folder = suite(streams, {"expect": {"chunks": ["a", "c"]}}, {"expect": {"chunks": ["a", "b"]}})
    run = conform(folder, "--target", target)
    assert (run.status, run.differences()) == (1, ["chunk 2"])


#: What ends, or never does. In workers that is the service's own error, which a case can expect.
ENDS = {
    "hang": ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64)); time.sleep(60)", "Sandbox.Timedout"),
    "crash": ("os.kill(os.getpid(), signal.SIGSEGV); time.sleep(60)", "Runtime.ExitError"),
    "no answer": ("os._exit(0)", "Runtime.ExitError"),
}


@pytest.mark.parametrize("lie", ENDS)
def test_an_inline_handler_takes_its_host_along_and_the_run_goes_on(conform, suite, lie):
    folder = suite(HANDLER + f"def lie(event, context):\n    {ENDS[lie][0]}\n", {"expect": {"json": 1}}, HONEST_NEXT)
    run = conform(folder, "--target", "inline")
    assert (run.status, run.differences()) == (1, ["answer"])
    places = [result["evidence"]["place"] for result in run.results]
    assert places[0] != places[1], "the next case has a host of its own"
    assert run.results[1]["verdict"] == "passed"


@pytest.mark.parametrize("lie", ENDS)
def test_a_worker_that_ends_is_one_error(conform, suite, lie):
    does, error = ENDS[lie]
    source = HANDLER + f"def lie(event, context):\n    {does}\n"
    folder = suite(source, {"expect": {"json": 1}}, HONEST_NEXT, {"expect": {"error": {"type": error}}})
    run = conform(folder, "--target", "process")
    assert (run.status, run.differences()) == (1, ["outcome"])
    assert [result["verdict"] for result in run.results] == ["differs", "passed", "passed"]


#: A line to the runner that answers 1, or what else a handler wants, as a host of before would have.
FORGE = """
import base64, json, stat, subprocess, threading

def sockets():
    return [fd for fd in map(int, os.listdir("/proc/self/fd")) if is_socket(fd)]

def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False

def forge():
    for fd in sockets():
        os.write(fd, json.dumps({"payload": base64.b64encode(b"1").decode()}).encode() + b"\\n")

def is_hosted():
    return os.readlink("/proc/self/exe").endswith("/tandem")
"""


def test_a_handler_cannot_answer_for_its_host(conform, suite):
    source = HANDLER + FORGE + "def lie(event, context):\n    forge()\n    time.sleep(0.2)\n    return 2\n"
    folder = suite(source, {"expect": {"json": 1}}, {"event": "honest", "expect": {"json": "honest"}})
    run = conform(folder, "--target", "inline")
    assert (run.status, run.differences()) == (1, ["answer"])
    assert run.results[0]["observation"]["problem"].startswith(("not a line", "more than one"))


#: What a host does once it has answered, while the same case takes its time in a worker, and how the next one ends.
LATER = {
    "speaks": ("forge()", "passed"),
    "stops reading": ("os.kill(os.getpid(), signal.SIGSTOP)", "differs"),
}


@pytest.mark.parametrize("what", LATER)
def test_a_host_that_goes_wrong_after_its_answer(conform, suite, what):
    does, verdict = LATER[what]
    lie = f"""
def lie(event, context):
    if event == "large" * 600_000:
        return 1
    if not is_hosted():
        time.sleep(1.5)
    else:
        threading.Timer(0.5, lambda: {does}).start()
    return 1
"""
    large = {"event": "large" * 600_000, "expect": {"json": 1}}
    folder = suite(HANDLER + FORGE + lie, {"expect": {"json": 1}}, large, HONEST_NEXT, timeout=5)
    run = conform(folder, "--target", "inline", "--target", "process")
    assert [each["verdict"] for each in run.results if each["target"] == "inline"] == ["passed", verdict, "passed"]
    assert [each["verdict"] for each in run.results if each["target"] == "process"] == ["passed"] * 3


def test_a_host_that_ends_is_seen_whatever_holds_its_channel(conform, suite):
    lie = "def lie(event, context):\n    os.fork() or time.sleep(1000)\n    os._exit(0)\n"
    run = conform(suite(HANDLER + lie, {"expect": {"json": 1}}, HONEST_NEXT), "--target", "inline")
    assert run.results[0]["observation"]["problem"] == "no answer: the host has exited with status 0"
    assert run.results[1]["verdict"] == "passed"


@pytest.mark.parametrize("target", ["inline", "process"])
def test_a_long_log_is_kept_in_part(conform, suite, target):
    lie = "def lie(event, context):\n    [os.write(1, b'x' * 99 + b'\\n') for _ in range(80_000)]\n    return 1\n"
    run = conform(suite(HANDLER + lie, {"expect": {"json": 1}}), "--target", target)
    log = run.results[0]["observation"]["log"]
    assert (run.status, " bytes left out …" in log, len(log) < 3 << 20) == (0, True, True)


@pytest.mark.parametrize(("target", "differs"), [("inline", "answer"), ("process", "outcome")])
def test_a_log_without_end(conform, suite, target, differs):
    lie = "def lie(event, context):\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n    os.system('yes')\n"
    run = conform(suite(HANDLER + lie, HONEST_NEXT, {"expect": {"json": 1}}, HONEST_NEXT), "--target", target)
    assert (run.status, run.differences()) == (1, [differs])
    assert [result["verdict"] for result in run.results] == ["passed", "differs", "passed"]
    assert len(run.results[1]["observation"]["log"]) < 3 << 20


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def endpoint():
    """A server that answers each request with the bytes that a function makes of the request's body."""
    servers = []

    def start(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.wfile.write(answer(body, self))
                self.close_connection = True

            def log_message(self, *_):
                pass

        server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _answer(body, *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


HONEST = _answer(b'"honest"')
#: By the lie: the answer's bytes, what is expected, and what the runner has to say.
ENDPOINT_LIES = {
    "wrong payload": (_answer(b"2"), {"payload": "1"}, ["payload"]),
    "wrong error type": (
        _answer(b'{"errorType": "KeyError"}', "X-Amz-Function-Error: Unhandled"),
        {"error": {"type": "ValueError"}},
        ["error type"],
    ),
    "wrong log": (_answer(b"1", "X-Amz-Log-Result: c2FpZA=="), {"json": 1, "log": ["done"]}, ["log"]),
    "not JSON": (_answer(b"{"), {"json": 1}, ["json"]),
    "no answer": (b"", {"json": 1}, ["answer"]),
    "half an answer": (_answer(b"123")[:-1], {"json": 123}, ["answer"]),
    "two answers": (_answer(b"1") + _answer(b"1"), {"json": 1}, ["answer"]),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", {"json": 1}, ["answer"]),
    "refused": (_answer(b'{"message": "no"}', status="404 Not Found"), {"json": 1}, ["answer"]),
}


@pytest.mark.parametrize("lie", ENDPOINT_LIES)
def test_an_endpoint_lies(conform, suite, endpoint, lie):
    bytes_, expected, said = ENDPOINT_LIES[lie]
    url = endpoint(lambda body, _: HONEST if body == b'"honest"' else bytes_)
    run = conform(suite(HANDLER, {"expect": expected}, HONEST_NEXT), "--endpoint", url)
    assert (run.status, run.differences()) == (1, said)
    assert [result["verdict"] for result in run.results] == ["differs", "passed"]
    assert run.results[0]["evidence"]["place"] == url


def test_an_endpoint_is_late(conform, suite, endpoint):
    pause = threading.Event()
    url = endpoint(lambda body, _: (pause.wait(0.3), _answer(b"1"))[1])
    run = conform(suite(HANDLER, {"expect": {"json": 1, "maxDuration": 0.1}}), "--endpoint", url)
    assert (run.status, run.differences()) == (1, ["duration"])


def test_an_endpoint_hangs(conform, suite, endpoint):
    ended = threading.Event()
    url = endpoint(lambda body, _: HONEST if body == b'"honest"' else (ended.wait(60), b"")[1])
    run = conform(suite(HANDLER, {"expect": {"json": 1}}, HONEST_NEXT), "--endpoint", url)
    ended.set()
    assert (run.status, run.differences()) == (1, ["answer"])
    assert run.results[1]["verdict"] == "passed"


#: A runtime client of Python that says what it is, and then lies to the Runtime API.
CLIENT = """#!{python}
import http.client, os, sys

if sys.argv[1] == "-c":
    print("awslambdaric 0.0.0 on CPython 0.0.0")
    sys.exit()

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def ask(method, path, body=None):
    api.request(method, "/2018-06-01/runtime/" + path, body)
    answer = api.getresponse()
    return answer.headers.get("Lambda-Runtime-Aws-Request-Id"), answer.read()

while True:
    request, event = ask("GET", "invocation/next")
    answer = f"invocation/{{request}}/response"
    if event == b'"honest"':
        ask("POST", answer, event)
    else:
        {lie}
"""
RIC_LIES = {
    "wrong payload": ('ask("POST", answer, "2")', {"payload": "1"}, ["payload"]),
    "not JSON": ('ask("POST", answer, "{")', {"json": 1}, ["json"]),
    "two answers": ('ask("POST", answer, "2"); ask("POST", answer, "1")', {"json": 1}, ["json at $"]),
    "no answer": ("continue", {"json": 1}, ["outcome"]),
    "end": ("sys.exit(3)", {"json": 1}, ["outcome"]),
    "hang": ("__import__('time').sleep(60)", {"json": 1}, ["outcome"]),
}


@pytest.mark.parametrize("lie", RIC_LIES)
def test_a_client_lies(conform, suite, tmp_path, lie):
    import sys

    does, expected, said = RIC_LIES[lie]
    client = tmp_path / "python-client"
    client.write_text(CLIENT.format(python=sys.executable, lie=does), encoding="utf-8")
    client.chmod(0o755)
    run = conform(suite(HANDLER, {"expect": expected}, HONEST_NEXT), "--target", "ric", "--ric-python", client)
    assert (run.status, run.differences()) == (1, said)
    assert run.results[1]["verdict"] == "passed"
    assert run.results[1]["evidence"]["runtime"] == "awslambdaric 0.0.0 on CPython 0.0.0"
