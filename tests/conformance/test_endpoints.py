"""Servers that answer in odd ways, byte by byte."""

import contextlib
import socket
import threading

import pytest

HANDLER = "def handler(event, context):\n    return event\n"


@contextlib.contextmanager
def server(serve):
    """Listens, and has each connection served by `serve(socket)` on a thread."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)

        def accept():
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    threading.Thread(target=_serve, args=(serve, connection), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def _serve(serve, connection):
    with connection, contextlib.suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        serve(connection)


def _answer(body, *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def _send(answer):
    return lambda connection: connection.sendall(answer)


#: What is sent, what is expected, and what differs: nothing, where all is well.
CASES = {
    "one answer": (_send(_answer(b"1")), {"json": 1}, []),
    "two answers in one": (_send(_answer(b"1") + _answer(b"1")), {"json": 1}, ["answer"]),
    "one after 100 Continue": (_send(b"HTTP/1.1 100 Continue\r\n\r\n" + _answer(b"1")), {"json": 1}, []),
    "202 for what was to be waited for": (_send(_answer(b"1", status="202 Accepted")), {"json": 1}, ["answer"]),
    "an error without a kind": (_send(_answer(b"1", "X-Amz-Function-Error:")), {"json": 1}, ["outcome"]),
    "no log where one is looked at": (_send(_answer(b"1")), {"json": 1, "noLog": ["said"]}, ["log"]),
    "a log that is none": (_send(_answer(b"1", "X-Amz-Log-Result: %")), {"json": 1, "noLog": ["said"]}, ["log"]),
    "an empty log": (_send(_answer(b"1", "X-Amz-Log-Result:")), {"json": 1, "noLog": ["said"]}, []),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_what_it_is(conform, suite, name):
    serve, expected, differing = CASES[name]
    with server(serve) as url:
        run = conform(suite(HANDLER, {"expect": expected}), "--endpoint", url)
    assert (run.status, run.differences()) == (1 if differing else 0, differing)


def test_a_server_that_does_not_accept_is_given_up(conform, suite):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        run = conform(suite(HANDLER, {"expect": {"json": 1}}), "--endpoint", f"http://127.0.0.1:{address[1]}")
        for each in waiting:
            each.close()
    assert (run.status, run.differences()) == (1, ["answer"])


def test_what_an_endpoint_cannot_be_told_is_skipped(conform, suite):
    cases = [
        {"context": {"requestId": "8476a536-e9f4-41e8-9739-000000000001"}, "expect": {"json": 1}},
        {"context": {"identity": {"a": 1}}, "expect": {"json": 1}},
        {"expect": {"json": 1}},
    ]
    with server(_send(_answer(b"1"))) as url:
        run = conform(suite(HANDLER, *cases), "--endpoint", url)
    assert (run.status, [result["verdict"] for result in run.results]) == (0, ["skipped", "skipped", "passed"])
