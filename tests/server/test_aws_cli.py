"""The AWS CLI, unmodified."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import CREDENTIALS, EXAMPLES, REGION, ROLE, TANDEM, requests_by, wait_until, zipped

AWS = Path(sys.executable).with_name("aws")


@pytest.fixture
def aws(server, tmp_path):
    environment = {
        **os.environ,
        **CREDENTIALS,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_PAGER": "",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def run(*arguments, region="us-west-2"):
        command = [AWS, "--endpoint-url", server.url, "--region", region, "--output", "json", "lambda", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def test_the_readmes_function_is_created_and_invoked(server, aws, covers, tmp_path):
    code = "def my_handler(event, context):\n    return {'message': 'Hello ' + event['first_name']}\n"
    (tmp_path / "deployment-package.zip").write_bytes(zipped(hello_python=code))
    made = aws(
        "create-function",
        "--function-name",
        "HelloPython",
        "--zip-file",
        "fileb://deployment-package.zip",
        "--role",
        ROLE,
        "--handler",
        "hello_python.my_handler",
        "--runtime",
        "python3.6",
        "--timeout",
        "15",
        "--memory-size",
        "512",
    )
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert (answer["Timeout"], answer["MemorySize"]) == (15, 512)
    covers("A-09")
    assert ":us-west-2:" in answer["FunctionArn"]  # the region that the client has signed for
    invoked = aws("invoke", "--function-name", "HelloPython", "--payload", '{"first_name": "Ada"}', "answer.json")
    assert invoked.returncode == 0, invoked.stderr
    assert json.loads((tmp_path / "answer.json").read_text()) == {"message": "Hello Ada"}
    assert json.loads(invoked.stdout) == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert aws("delete-function", "--function-name", "HelloPython").returncode == 0
    path = "/2015-03-31/functions"
    server.await_line(f"DELETE {path}/HelloPython 204 ")
    assert requests_by("aws-cli/", server.lines) >= {
        ("POST", path),
        ("POST", f"{path}/HelloPython/invocations"),
        ("DELETE", f"{path}/HelloPython"),
    }


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["list-code-signing-configs"], "ListCodeSigningConfigs"),
        (["list-event-source-mappings"], "ListEventSourceMappings"),
        (["get-function-url-config", "--function-name", "x"], "GetFunctionUrlConfig"),
    ],
)
def test_what_is_not_served_is_named(aws, arguments, name):
    refused = aws(*arguments)
    assert refused.returncode != 0
    assert f"(NotImplementedException) when calling the {name} operation: {name} is not supported by this server." in (
        refused.stderr
    )


def test_account_settings_and_tags(aws, covers, tmp_path):
    (tmp_path / "p.zip").write_bytes(zipped(app="def handler(e, c): return e\n"))
    made = json.loads(
        aws(
            "create-function",
            "--function-name",
            "tagged",
            "--zip-file",
            "fileb://p.zip",
            "--role",
            ROLE,
            "--handler",
            "app.handler",
            "--runtime",
            "python3.12",
        ).stdout
    )
    arn = made["FunctionArn"]
    assert aws("tag-resource", "--resource", arn, "--tags", "a=1,b=2").returncode == 0
    assert aws("untag-resource", "--resource", arn, "--tag-keys", "a").returncode == 0
    assert json.loads(aws("list-tags", "--resource", arn).stdout) == {"Tags": {"b": "2"}}
    refused = aws("list-tags", "--resource", arn + ":1")
    assert "Tags on function aliases and versions are not supported. Please specify a function ARN." in refused.stderr
    covers("A-54")
    settings = json.loads(aws("get-account-settings").stdout)
    assert settings["AccountUsage"]["FunctionCount"] >= 1
    covers("A-56")


def test_page_about_the_server_is_true(server, tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    serve, use, logs = re.findall(r"^```(?:console)?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    said = "".join(server.lines[:2])
    said = re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:9001", said).replace(REGION, "us-east-1")
    assert re.sub(r"functions in [^)]*", "functions in ~/.local/state/tandem", said) == serve.split("\n", 1)[1]
    (tmp_path / "deployment-package.zip").write_bytes((EXAMPLES / "deployment-package.zip").read_bytes())
    commands = use.replace("http://127.0.0.1:9001", server.url)
    environment = {**os.environ, "PATH": f"{AWS.parent}:{os.environ['PATH']}", "AWS_PAGER": ""}
    run = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0 and '{"message": "Hello Ada Lovelace"}' in run.stdout, run.stdout + run.stderr
    # The second line is the first without its end, which test_logs.py has.
    commands = logs.replace("tandem logs", f"{TANDEM} logs --data {server.data}").replace(" --follow", "")

    def printed():
        text = subprocess.run(["bash", "-e", "-c", commands], capture_output=True, text=True, check=True).stdout
        return text if "END RequestId" in text else None

    text = wait_until(printed, lambda: server.log)
    half = len(text) // 2
    assert text[:half] == text[half:]
