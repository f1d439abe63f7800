"""What functions log: files below the data folder, and `tandem logs`."""

import re
import signal
import subprocess

import pytest
from support import TANDEM, Server, create, invoke, wait_until

CODE = """
def handler(event, context):
    print("says", event)
    print("in", context.log_stream_name)
    if event == "flood":
        for i in range(20000):
            print("line", i, "x" * 1000)
"""
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ([0-9a-f]{8}|tandem) (.*)")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server that is told to be quiet, with one function, and its data folder."""
    data = tmp_path_factory.mktemp("data")
    server = Server(data, "--quiet")
    create(server.client(), "Speaks", CODE, Timeout=300)
    yield server, data
    assert server.end() == 0, server.log


def logs(data, *arguments):
    return subprocess.run(
        [TANDEM, "logs", "--data", str(data), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def await_logged(data, name, text):
    """What `tandem logs` prints of the function, once the text is in it."""
    printed = ""

    def has_it():
        nonlocal printed
        printed = logs(data, name).stdout
        return text in printed

    wait_until(has_it, lambda: f"{text!r} in {printed}")
    return printed


def lines_with(data, text):
    """What `tandem logs` prints, once that is in it."""
    printed = await_logged(data, "Speaks", text)
    lines = [LINE.fullmatch(line) for line in printed.splitlines()]
    assert all(lines), printed
    return [line.groups() for line in lines]


def test_each_log_stream_has_a_file(served):
    server, data = served
    invoke(server.client(), "Speaks", b'"one"')
    # That another Python serves than the function names is said of the function, and of no environment.
    lines = [line for line in lines_with(data, "REPORT") if line[0] != "tandem"]
    texts = [text for _, text in lines]
    assert [re.sub(r"[: ].*", "", text) for text in texts] == ["START", "says", "in", "END", "REPORT"]
    assert texts[1] == "says one"
    stream = texts[2].removeprefix("in ")
    assert {short for short, _ in lines} == {stream[-32:-24]}
    assert (data / "logs" / "Speaks" / (stream.replace("/", "-") + ".log")).is_file()


def test_a_quiet_server_leaves_them_to_the_files(served):
    server, _ = served
    invoke(server.client(), "Speaks", b'"quiet"')
    assert "says" not in server.log


def test_the_last_lines_and_those_since(served):
    server, data = served
    invoke(server.client(), "Speaks", b'"two"')
    lines_with(data, "says two")
    assert len(logs(data, "Speaks", "--lines", "2").stdout.splitlines()) == 2
    assert "says two" in logs(data, "Speaks", "--since", "1h").stdout
    assert "says two" in logs(data, "Speaks", "--since", "2001-02-03T04:05:06Z").stdout
    assert logs(data, "Speaks", "--since", "2999-01-01T00:00:00").stdout == ""
    last = logs(data, "Speaks", "--lines", "1").stdout
    assert logs(data, "Speaks", "--since", last.split()[0]).stdout.endswith(last)
    assert "says two" in logs(data, "Speaks", "--since", "2026-1-2T3:4:5").stdout


def test_following_goes_on_with_what_comes(served):
    server, data = served
    with subprocess.Popen(
        [TANDEM, "logs", "--data", str(data), "Speaks", "--follow", "-n", "0"], stdout=subprocess.PIPE, text=True
    ) as followed:
        client = server.client()
        seen = 0
        for number in range(3):
            invoke(client, "Speaks", f'"followed {number}"'.encode())
            for line in followed.stdout:
                seen += "says followed" in line
                if f"says followed {number}" in line:
                    break
        assert seen == 3
        followed.send_signal(signal.SIGINT)
        assert followed.wait(timeout=60) == -signal.SIGINT


def test_following_ends_with_its_reader(served):
    _, data = served
    with subprocess.Popen(
        [TANDEM, "logs", "--data", str(data), "Speaks", "--follow"], stdout=subprocess.PIPE
    ) as followed:
        followed.stdout.close()
        assert followed.wait(timeout=60) in (0, 4)


def test_what_an_environment_says_before_it_dies_is_kept(served):
    server, data = served
    client = server.client()
    code = "import os\nos.write(1, b'cannot start: the licence is missing')\nos._exit(3)\n"
    create(client, "Dies", code)
    assert "FunctionError" in invoke(client, "Dies")
    await_logged(data, "Dies", "cannot start: the licence is missing\n")


def test_a_flood_is_rotated(served):
    server, data = served
    invoke(server.client(), "Speaks", b'"flood"')
    lines_with(data, "line 19999 ")
    files = list((data / "logs" / "Speaks").iterdir())
    assert any(file.name.endswith(".log.1") for file in files)
    assert all(file.stat().st_size <= 8 << 20 for file in files)


def test_logs_stay_after_the_server_and_the_function(tmp_path):
    server = Server(tmp_path, "--quiet")
    client = server.client()
    create(client, "Speaks", CODE)
    invoke(client, "Speaks", b'"last words"')
    client.delete_function(FunctionName="Speaks")
    assert server.end() == 0
    assert "says last words" in logs(tmp_path, "Speaks").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "logs: the name of a function is missing"),
        (["Silent"], "logs: function 'Silent' has logged nothing: there is no folder "),
        (["../up"], "logs: ../up is no name of a function"),
        (["Speaks", "--since", "soon"], "logs: --since soon: an age as 10m is wanted, or a time as "),
        (["Speaks", "--lines", "-1"], "logs: --lines -1: a number is wanted"),
        (["Speaks", "--data", ""], "logs: --data: a folder is wanted"),
    ],
)
def test_bad_use_is_one_line(tmp_path, arguments, said):
    command = [TANDEM, "logs", *arguments]
    if "--data" not in arguments:
        command += ["--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("tandem: " + said)
    assert done.stderr.count("\n") == 1
