"""The function's environment and context."""

import json
import os
import re

import pytest
from support import write_files

ENVIRONMENT = "import os\ndef handler(event, context):\n    return [dict(os.environ), os.getcwd()]\n"

CONTEXT = """
    def handler(event, context):
        return {
            "name": context.function_name,
            "version": context.function_version,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "id": context.aws_request_id,
            "group": context.log_group_name,
            "stream": context.log_stream_name,
            "remaining": context.get_remaining_time_in_millis(),
            "custom": context.client_context and context.client_context.custom,
        }
    """


def test_platform_variables(invoke_python, tmp_path):
    """R-33, R-34, R-40."""
    run = invoke_python(ENVIRONMENT, "--memory-size", "512", "--function-name", "greeter")
    variables, folder = run.json
    root = os.path.realpath(tmp_path / "package")
    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "greeter",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/greeter",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LAMBDA_TASK_ROOT": root,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PWD": root,
    }
    assert {name: variables.get(name) for name in expected} == expected
    assert re.fullmatch(r"AWS_Lambda_python3\.\d+", variables["AWS_EXECUTION_ENV"])
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", variables["AWS_LAMBDA_LOG_STREAM_NAME"])
    assert folder == root


@pytest.mark.inline("a worker does not get it")
def test_the_users_environment_stays(invoke_python):
    """R-37: a region and other variables of the caller's are the function's."""
    run = invoke_python(ENVIRONMENT, env={"AWS_REGION": "eu-west-1", "TZ": "Asia/Tokyo", "OWN": "kept"})
    variables = run.json[0]
    assert (variables["AWS_REGION"], variables["TZ"], variables["OWN"]) == ("eu-west-1", "Asia/Tokyo", "kept")


def test_env_options(invoke_python):
    """R-37, R-38: only the first = splits; unreserved defaults can be changed."""
    given = {"A": "1=2=3", "BLANKS": " a b ", "LINES": "x\ny", "EMPTY": "", "LANG": "C.UTF-8", "TZ": "UTC"}
    run = invoke_python(ENVIRONMENT, *[f"--env={name}={value}" for name, value in given.items()])
    variables = run.json[0]
    assert {name: variables.get(name) for name in given} == given


def test_env_reaches_the_vms_before_they_start(tandem, java_package, invoke_python):
    run = tandem.invoke("demo.Talk::describe", java_package, "--env", "GREETING=hello")
    assert (run.json["env"], run.json["cwd"]) == ("hello", os.path.realpath(java_package))
    source = "import sys\ndef handler(event, context):\n    return '/planted' in sys.path\n"
    assert invoke_python(source, "--env", "PYTHONPATH=/planted").stdout == b"true"


@pytest.mark.parametrize(
    "name",
    [
        "_HANDLER",
        "AWS_REGION",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_ACCESS_KEY_ID",
        "LAMBDA_TASK_ROOT",
        "AWS_EXECUTION_ENV",
    ],
)
def test_reserved_names(invoke_python, name):
    """R-37."""
    run = invoke_python(ENVIRONMENT, "--env", f"{name}=x")
    assert (run.code, run.stdout) == (2, b"")
    reason = "is reserved for the runtime: the shell's own value counts where Tandem sets none"
    assert run.stderr == f"tandem: invoke: --env: {name} {reason}\n"


@pytest.mark.parametrize("text", ["NOVALUE", "=x", "1A=x", "A B=x"])
def test_env_that_is_none(invoke_python, text):
    run = invoke_python(ENVIRONMENT, "--env", text)
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith("tandem: invoke: --env")


def assert_context(context, run, memory):
    """C-02, C-05, C-06, C-26, C-28 to C-30."""
    assert context["name"] == "greeter"
    assert context["version"] == "$LATEST"
    assert context["arn"] == "arn:aws:lambda:us-east-1:012345678912:function:greeter"
    assert context["memory"] == memory
    assert context["id"] == run.request_id
    assert context["group"] == "/aws/lambda/greeter"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", context["stream"])
    assert 0 < context["remaining"] <= 15000
    assert context["custom"] == {"k": "v"}
    assert "Memory Size: 512 MB" in run.stderr


OPTIONS = ["--function-name", "greeter", "--timeout", "15", "--memory-size", "512"]
CLIENT_CONTEXT = ["--client-context", '{"custom": {"k": "v"}}']


def test_python_context(invoke_python, covers):
    """H-PY-39, C-03."""
    run = invoke_python(CONTEXT, *OPTIONS, *CLIENT_CONTEXT)
    assert_context(run.json, run, "512")
    covers("H-PY-39", "C-02", "C-06", "C-26")


def test_java_context(tandem, java_package, covers):
    """C-18, C-20."""
    run = tandem.invoke("demo.Talk::describe", java_package, *OPTIONS, *CLIENT_CONTEXT)
    assert_context(run.json, run, 512)
    covers("C-18", "C-28", "C-29", "C-30")


def test_context_without_client_context(invoke_python, tandem, java_package, covers):
    """C-09, C-21."""
    assert invoke_python(CONTEXT).json["custom"] is None
    assert tandem.invoke("demo.Talk::describe", java_package).json.get("custom") is None
    covers("C-09", "C-21")


@pytest.mark.parametrize("text", ["", "[1]", "5", "{", "{'a': 1}", "[" * 5000, '{"a": 1} x'])
def test_client_context_that_is_no_object(invoke_python, text):
    run = invoke_python(CONTEXT, "--client-context", text)
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith("tandem: invoke: --client-context: ")


@pytest.mark.parametrize("byte", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"])
def test_client_context_that_is_no_utf8(invoke_python, byte):
    """C-13: no JSON, whatever a reader makes of it."""
    run = invoke_python(CONTEXT, "--client-context", os.fsdecode(b'{"custom": {"k": "' + byte + b'"}}'))
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr == "tandem: invoke: --client-context: it is not UTF-8, as JSON is\n"
    assert invoke_python(CONTEXT, "--client-context", '{"custom": {"k": "é€😀"}}').json["custom"] == {"k": "é€😀"}


@pytest.mark.parametrize(
    ("folder", "name"), [("hello", "hello"), ("my function.v2", "my-function-v2"), ("x" * 80, "x" * 64)]
)
def test_function_name_comes_from_the_package(tandem, tmp_path, folder, name):
    package = write_files(tmp_path / folder, {"app.py": CONTEXT})
    for arguments, cwd in ((["--code", package], None), ([], package)):
        run = tandem("invoke", "--handler", "app.handler", *arguments, cwd=cwd)
        assert run.json["name"] == name


def test_module_state_and_init_run_once(invoke_python, covers):
    """H-PY-34: the top level runs before the invocation, in its own phase."""
    source = "print('init')\ndef handler(event, context):\n    print('run')\n    return json_safe\njson_safe = [1]\n"
    run = invoke_python(source)
    head, _, tail = run.stderr.partition("START ")
    assert (head, tail.count("init"), tail.count("run\n")) == ("init\n", 0, 1)
    assert json.loads(run.stdout) == [1]
    covers("H-PY-34")
