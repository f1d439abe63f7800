"""How the server begins, ends, and treats clients that are none."""

import http.client
import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from support import TANDEM, Server, create, invoke, requests_by, wait_until

PATH = "/2015-03-31/functions/"


def run(*arguments, **options):
    return subprocess.run(
        [TANDEM, "serve", *arguments], capture_output=True, text=True, timeout=60, check=False, **options
    )


def connect(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def exchange(server, request):
    """The answer to raw bytes, up to the end of the connection."""
    with connect(server) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def processes_with(mark):
    """The processes that have it in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found


def get(server, path="/", **headers):
    request = urllib.request.Request(
        server.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_its_log_names_boto3(server, client):
    client.list_functions(MaxItems=7)
    server.await_line("MaxItems=7 200 ")
    assert ("GET", "/2015-03-31/functions?MaxItems=7") in requests_by("Boto3/1.", server.lines)
    assert requests_by("aws-cli/", server.lines) == set()


def test_it_says_where_it_serves_and_what_to_paste(server):
    assert server.lines[0].startswith(f"tandem: serving {server.url} (functions in ")
    wait_until(lambda: len(server.lines) >= 2, lambda: server.log)
    assert server.lines[1] == (
        f"tandem: try  aws --endpoint-url {server.url} --region eu-central-1 lambda invoke "
        "--function-name NAME /dev/stdout\n"
    )
    assert get(server, "/health") == 200


def test_a_port_in_use_is_one_line(server, tmp_path):
    address = server.url.removeprefix("http://")
    second = run("--listen", address, "--data", str(tmp_path / "other"))
    assert (second.returncode, second.stderr) == (
        2,
        f"tandem: serve: cannot listen on {address}: another program listens there\n",
    )


def test_a_data_folder_has_one_server(tmp_path):
    first = Server(tmp_path / "deep" / "data")
    second = run("--listen", "127.0.0.1:0", "--data", str(tmp_path / "deep" / "data"))
    assert second.returncode == 2 and str(first.process.pid) in second.stderr and second.stderr.count("\n") == 1
    assert first.end() == 0


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--listen", "9001"], "an address and a port are wanted"),
        (["--listen", "127.0.0.1:70000"], "an address and a port are wanted"),
        (["--listen", "0.0.0.0:0"], "add --credentials"),
        (["--concurrency", "0"], "a number from 1 to 10000 is wanted"),
        (["--drain-seconds", "x"], "a number from 0 to 3600 is wanted"),
        (["--s3-folder", "/nowhere"], "--s3-folder /nowhere: there is no such folder"),
        (["--region", "Nowhere!"], "that is no region"),
        (["--account-id", "1"], "12 digits are wanted"),
        (["--nonsense"], "unknown option --nonsense"),
    ],
)
def test_bad_options_are_one_line(tmp_path, arguments, part):
    refused = run("--data", str(tmp_path / "data"), *arguments)
    assert refused.returncode == 2 and part in refused.stderr and refused.stderr.count("\n") == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_with_status_0_and_leaves_no_process(tmp_path, ending):
    server = Server(tmp_path / "data")
    client = server.client()
    mark = f"idle-{os.getpid()}-{ending}"
    create(
        client, "idle", "def handler(event, context):\n    return event\n", Environment={"Variables": {"MARK": mark}}
    )
    assert invoke(client, "idle", b"1")["Payload"] == b"1"
    pids = processes_with(mark)
    assert pids
    assert server.end(ending) == 0
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


def test_calls_in_flight_get_their_answers(tmp_path):
    server = Server(tmp_path / "data", "--drain-seconds", "60")
    client = server.client()
    go = tmp_path / "go"
    create(
        client,
        "slow",
        "import os, time\ndef handler(event, context):\n    open(event + '.began', 'w')\n"
        "    while not os.path.exists(event): time.sleep(0.02)\n    return 'whole'\n",
        Timeout=60,
    )
    body = json.dumps(str(go)).encode()
    with connect(server) as connection:
        connection.sendall(
            b"POST "
            + PATH.encode()
            + b"slow/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        wait_until((tmp_path / "go.began").exists, lambda: server.log)
        server.process.send_signal(signal.SIGTERM)
        server.await_line("tandem: ending\n")
        go.touch()
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'"whole"')
    assert server.end() == 0


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT])
def test_who_asks_again_does_not_wait(tmp_path, again):
    server = Server(tmp_path / "data", "--drain-seconds", "900")
    client = server.client()
    mark = f"again-{os.getpid()}-{again}"
    create(
        client,
        "long",
        "import time\ndef handler(event, context):\n    print('began')\n    time.sleep(600)\n",
        Timeout=900,
        Environment={"Variables": {"MARK": mark}},
    )
    client.invoke(FunctionName="long", InvocationType="Event")
    server.await_line("began")
    server.process.send_signal(signal.SIGTERM)
    server.await_line("tandem: ending\n")
    assert processes_with(mark)
    assert server.end(again) == 0
    assert not processes_with(mark)
    assert "tandem: calls that were still running have been given up\n" in server.log


def test_calls_beyond_its_patience_are_given_up(tmp_path):
    server = Server(tmp_path / "data", "--drain-seconds", "0")
    client = server.client()
    began = tmp_path / "began"
    create(
        client,
        "long",
        f"import time\ndef handler(event, context):\n    open({str(began)!r}, 'w')\n    time.sleep(600)\n",
        Timeout=900,
    )
    client.invoke(FunctionName="long", InvocationType="Event")
    with connect(server) as connection:
        connection.sendall(
            b"POST " + PATH.encode() + b"long/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        )
        wait_until(began.exists, lambda: server.log)
        assert server.end() == 0
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_closed(server, request_bytes):
    assert exchange(server, request_bytes).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "head, status",
    [
        (b"GET /health HTTP/1.1\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nExpect: banana\r\n", b"417"),
        (b"GET /2015-03-31/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", b"404"),
        (b"POST /2015-03-31/functions HTTP/1.1\r\nHost: a\r\nContent-Length: 69905068\r\n", b"413"),
    ],
)
def test_every_refusal_has_an_id(server, head, status):
    answer = exchange(server, head + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status) and b"\r\nx-amzn-RequestId: " in answer


def test_a_target_may_have_its_host(server):
    head = b"GET http://%s/health HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n"
    assert exchange(server, head % b"localhost:9001").startswith(b"HTTP/1.1 200 ")
    assert exchange(server, head % b"other.example").startswith(b"HTTP/1.1 403 ")


def test_heads_and_bodies_have_bounds(server):
    assert exchange(server, b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")
    assert exchange(
        server, b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 69905068\r\n\r\n"
    ).startswith(b"HTTP/1.1 413 ")
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    too_many = (
        b"POST "
        + PATH.encode()
        + b"x/invocations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + 7 * chunk
    )
    assert exchange(server, too_many).startswith(b"HTTP/1.1 413 ")


def test_connections_stay_and_bodies_come_in_chunks(server, client):
    create(client, "kept-alive", "def handler(event, context):\n    return event\n")
    head = b"POST " + PATH.encode() + b"kept-alive/invocations HTTP/1.1\r\nHost: localhost\r\n"
    requests = (
        head
        + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n"
        + head
        + b"Content-Length: 1\r\n\r\n3"
        + head
        + b"Content-Length: 1\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n4"
    )
    answer = exchange(server, requests)
    assert answer.count(b"HTTP/1.1 200 ") == 3 and answer.count(b"HTTP/1.1 100 ") == 1
    assert (
        b"\r\n\r\n[1, 2]HTTP/1.1 200" in answer and b"\r\n\r\n3HTTP/1.1 100" in answer and answer.endswith(b"\r\n\r\n4")
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "evil.example:9001"},
        {"Host": "127.evil.example:9001"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
def test_web_pages_cannot_drive_it(server, headers):
    assert get(server, PATH, **headers) == 403


def test_programs_of_this_machine_can(server):
    assert get(server, PATH) == 200
    assert get(server, PATH, Host="localhost:1") == 200
    assert get(server, PATH, Sec_Fetch_Site="none") == 200


def test_the_answer_to_head_has_no_body(server):
    """The next answer follows the head."""
    head = b"HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = exchange(server, head + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2 and answer.count(b'{"status":"ok"}') == 1
    assert answer.split(b"\r\n\r\n")[1].startswith(b"HTTP/1.1 200 ")


class UnreadServer(Server):
    """One whose standard error somebody holds, and does not read."""

    def _read(self):
        pass


def test_a_server_whose_log_nobody_reads_serves_on_and_ends(tmp_path):
    server = UnreadServer(tmp_path / "data")
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    for _ in range(1000):  # a line each, which together no pipe takes
        connection.request("GET", "/health", headers={"User-Agent": "x" * 200})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status":"ok"}')
    assert server.end() == 0


def test_an_older_client_sees_the_end(server):
    """HTTP/1.0 has no other way to say that an answer is whole to who does not know the length."""
    answer = exchange(server, b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ") and b"\r\nConnection: close\r\n" in answer


def test_unknown_paths_and_methods_are_named(server):
    assert get(server, "/2015-03-31/nothing") == 404
    assert exchange(
        server, b"PATCH /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ).startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize(
    "body", [b"[]", b"nope", b'{"FunctionName": 1}', b'{"FunctionName": "x", "Timeout": "3"}', b"\xff"]
)
def test_requests_of_other_shapes_are_errors_with_a_type(server, covers, body):
    answer = exchange(
        server,
        b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        % len(body)
        + body,
    )
    assert answer.startswith(b"HTTP/1.1 400 ") and b"\r\nx-amzn-ErrorType: " in answer
    covers("A-60")


def test_a_client_that_leaves_does_not_stop_the_handler(server, client, covers, tmp_path):
    done = tmp_path / "done"
    create(
        client,
        "left",
        "import os, time\ndef handler(event, context):\n    open(event + '.began', 'w')\n"
        "    while not os.path.exists(event + '.go'): time.sleep(0.02)\n    open(event, 'w')\n",
        Timeout=60,
    )
    body = json.dumps(str(done)).encode()
    with connect(server) as connection:
        connection.sendall(
            b"POST "
            + PATH.encode()
            + b"left/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        wait_until((tmp_path / "done.began").exists, lambda: server.log)
    (tmp_path / "done.go").touch()
    wait_until(done.exists, lambda: server.log)
    covers("I-35")
