"""`tandem invoke NAME --endpoint URL`: a function that a server has."""

import os
import subprocess
from pathlib import Path

import pytest
from support import TANDEM, Server, create

CODE = """
def handler(event, context):
    if event == "fail":
        raise ValueError("as asked")
    print("got", event)
    return {"event": event, "client": context.client_context.custom if context.client_context else None}
"""


def run(*arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [TANDEM, "invoke", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**environment, **variables},
    )


@pytest.fixture(scope="module")
def echoes(server, client):
    create(client, "Echoes", CODE)
    client.publish_version(FunctionName="Echoes")
    create(client, "Throttled", CODE)
    client.put_function_concurrency(FunctionName="Throttled", ReservedConcurrentExecutions=0)
    create(client, "Lost", CODE + "LOST = True\n")
    Path(client.get_function(FunctionName="Lost")["Code"]["Location"].removeprefix("file://")).unlink()
    return server.url


def test_it_prints_the_response_and_the_log(echoes):
    done = run("Echoes", "--endpoint", echoes, "--payload", '"this"')
    assert (done.returncode, done.stdout) == (0, '{"event": "this", "client": null}')
    assert "got this\n" in done.stderr
    assert "REPORT RequestId: " in done.stderr


def test_a_functions_error_is_the_output(echoes):
    done = run("Echoes", "--endpoint", echoes + "/", "--payload", '"fail"', "--quiet")
    assert done.returncode == 1
    assert done.stdout.startswith('{"errorMessage": "as asked", "errorType": "ValueError"')
    assert done.stderr == ""


def test_versions_types_and_contexts(echoes):
    assert "Version: 1\n" in run("Echoes", "--endpoint", echoes, "--qualifier", "1").stderr
    assert "Version: 1\n" in run("Echoes:1", "--endpoint", echoes).stderr
    for kind in ("Event", "DryRun"):
        done = run("Echoes", "--endpoint", echoes, "--invocation-type", kind)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = run(
        "Echoes", "--endpoint", echoes, "--client-context", '{"custom": {"a": 1}}', "--log-type", "Tail", "-e", "-"
    )
    assert (done.returncode, done.stdout) == (0, '{"event": {}, "client": {"a": 1}}')
    assert "\nX-Amz-Log-Result: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["Nobody"], 2, "ResourceNotFoundException: Function not found: arn:aws:lambda:"),
        (["Echoes", "--payload", "{"], 2, "InvalidRequestContentException: Could not parse request body into json"),
        (["Echoes", "--qualifier", "7"], 2, "ResourceNotFoundException: "),
        (
            ["Echoes", "--qualifier", "a&b"],
            2,
            "ValidationException: 1 validation error detected: Value 'a&b' at 'qualifier' ",
        ),
        (["Throttled"], 3, "TooManyRequestsException: Rate Exceeded.\n"),
        (["Lost"], 3, "ServiceException: "),
    ],
)
def test_what_the_api_refuses_is_one_line(echoes, arguments, status, said):
    done = run(*arguments, "--endpoint", echoes)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"tandem: invoke: --endpoint {echoes}: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["F", "--endpoint", "http://127.0.0.1:1"], 3, "--endpoint http://127.0.0.1:1: no answer from 127.0.0.1:1: "),
        (["F", "--endpoint", "https://x"], 2, "--endpoint: 'https://x': TLS is not spoken here, only http://"),
        (["F", "--endpoint", "http://:1"], 2, "--endpoint: 'http://:1' is no URL such as http://127.0.0.1:9001"),
        (["F", "--endpoint", "http://[::1"], 2, "--endpoint: 'http://[::1' is no URL such as "),
        (["F", "--endpoint", ""], 2, "--endpoint is empty: give a URL such as http://127.0.0.1:9001"),
        (["--endpoint", "http://x"], 2, "--endpoint: the name of a function is missing"),
        (["F", "--endpoint", "http://x", "--code", "."], 2, "--endpoint and --code exclude each other"),
        (["F", "--qualifier", "1"], 2, "--qualifier goes with --endpoint"),
    ],
)
def test_bad_use_is_one_line(arguments, status, said):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("tandem: invoke: " + said)
    assert done.stderr.count("\n") == 1


def test_requests_are_signed_with_the_keys_of_the_shell(tmp_path):
    keys = tmp_path / "credentials"
    keys.write_text("[default]\naws_access_key_id = mine\naws_secret_access_key = secret\n")
    keys.chmod(0o600)
    server = Server(tmp_path / "data", "--credentials", str(keys))
    mine = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "secret"}
    arguments = ("Nobody:live", "--endpoint", server.url, "--payload", '"ä"', "--client-context", "{}")
    assert "ResourceNotFoundException" in run(*arguments, **mine).stderr
    assert "MissingAuthenticationTokenException" in run(*arguments).stderr
    assert "InvalidSignatureException" in run(*arguments, **{**mine, "AWS_SECRET_ACCESS_KEY": "other"}).stderr
    session = {"AWS_SESSION_TOKEN": "token", "AWS_REGION": "eu-west-3"}
    assert "arn:aws:lambda:eu-west-3:" in run(*arguments, **mine, **session).stderr
    assert server.end() == 0
