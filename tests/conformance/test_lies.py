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
