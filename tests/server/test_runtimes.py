"""Which runtimes and architectures functions may have, and what is said where another one serves."""

import json
import os
import subprocess

import pytest
from support import ROLE, TANDEM, Server, create, invoke, zipped

ECHO = "def handler(event, context):\n    return event\n"


def new(name, runtime):
    code = {"ZipFile": zipped(app=ECHO)}
    return {"FunctionName": name, "Runtime": runtime, "Role": ROLE, "Handler": "app.handler", "Code": code}


def usable():
    """The newest CPython of this machine, by its identifier."""
    listed = subprocess.run([TANDEM, "runtimes", "--json"], capture_output=True, text=True, check=True).stdout
    return next(
        of["identifier"] for of in json.loads(listed)["runtimes"] if of["language"] == "python" and of["usable"]
    )


@pytest.mark.parametrize("runtime", ["python3.99", "python2", "python", "java999", "nodejs20.x", "provided.al3", "x"])
def test_a_runtime_that_does_not_exist_is_refused(client, refused, runtime):
    create(client, f"was-{runtime.replace('.', '-')}", ECHO)
    for operation, arguments in (
        ("create_function", new("unmade", runtime)),
        ("update_function_configuration", {"FunctionName": f"was-{runtime.replace('.', '-')}", "Runtime": runtime}),
    ):
        status, kind, message = refused(operation, **arguments)
        assert (status, kind) == (400, "InvalidParameterValueException")
        assert message.startswith(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [java8, "
        )


def test_the_nearest_newer_runtime_serves_and_both_logs_say_so(client, server, covers):
    for runtime in ("python3.6", "python2.7"):
        name = "older-" + runtime[-1]
        made = create(client, name, ECHO, runtime=runtime)
        assert made["Runtime"] == runtime
        warning = f"runtime {runtime} is not usable on this machine; running on the newer "
        server.await_line(f"tandem: warning: function '{name}': {warning}")
        assert f"{name}: tandem: warning: " not in server.log  # its own log begins with its init
        assert invoke(client, name, b"1")["Payload"] == b"1"
        server.await_line(f"{name}: tandem: warning: {warning}")
    covers("A-21")


def test_a_functions_own_log_begins_with_its_warnings(tmp_path):
    server = Server(tmp_path / "data", "--quiet")
    client = server.client()
    create(client, "both", "print('imported')\n" + ECHO, runtime="python3.6", Architectures=["arm64"])
    server.await_line("tandem: warning: function 'both': runtime python3.6 is not usable on this machine")
    invoke(client, "both")
    invoke(client, "both")
    assert server.end() == 0
    command = [TANDEM, "logs", "both", "--data", str(tmp_path / "data")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert text.count("tandem: warning: runtime python3.6 is not usable") == 1
    assert text.index("tandem: warning: runtime python3.6") < text.index("imported")
    if os.uname().machine == "x86_64":
        assert text.index("tandem: warning: its architecture is arm64") < text.index("imported")


def test_a_strict_server_refuses_what_the_machine_lacks_and_says_what_it_has(tmp_path, covers):
    lenient = Server(tmp_path / "data")
    create(lenient.client(), "before", ECHO, runtime="python3.6")
    assert lenient.end() == 0
    strict = Server(tmp_path / "data", "--strict-runtimes")
    client = strict.client()
    create(client, "there", ECHO, runtime=usable())
    package = zipped(app=ECHO + "\n")
    for change in (
        lambda: client.create_function(**new("unmade", "python3.6")),
        lambda: client.update_function_configuration(FunctionName="there", Runtime="python3.6"),
        lambda: client.update_function_configuration(FunctionName="before", Timeout=9),
        lambda: client.update_function_code(FunctionName="before", ZipFile=package),
    ):
        with pytest.raises(client.exceptions.InvalidParameterValueException) as failed:
            change()
        message = failed.value.response["Error"]["Message"]
        assert message.startswith("no runtime on this machine serves python3.6; usable are ")
        assert usable() in message
    with pytest.raises(client.exceptions.InvalidRuntimeException) as failed:
        client.invoke(FunctionName="before")
    assert failed.value.response["Message"].startswith("no runtime on this machine serves python3.6; usable are ")
    assert invoke(client, "there", b"1")["Payload"] == b"1"
    client.update_function_configuration(FunctionName="before", Runtime=usable())
    assert invoke(client, "before", b"2")["Payload"] == b"2"
    covers("A-20")
    assert strict.end() == 0


def test_a_function_for_another_architecture_is_taken_and_both_logs_say_so(client, server):
    made = create(client, "arm", ECHO, Architectures=["arm64"])
    assert made["Architectures"] == ["arm64"]
    warning = "its architecture is arm64, and no other architecture is emulated here"
    if os.uname().machine == "x86_64":
        server.await_line(f"tandem: warning: function 'arm': {warning}")
    assert invoke(client, "arm", b"1")["Payload"] == b"1"
    if os.uname().machine == "x86_64":
        server.await_line(f"arm: tandem: warning: {warning}")
    listed = {made["FunctionName"]: made["Architectures"] for made in client.list_functions()["Functions"]}
    assert listed["arm"] == ["arm64"]
    changed = client.update_function_code(FunctionName="arm", ZipFile=zipped(app=ECHO), Architectures=["x86_64"])
    assert changed["Architectures"] == ["x86_64"]
    create(client, "usual", ECHO)
    assert invoke(client, "usual", b"1")["Payload"] == b"1"
    assert "usual: tandem: warning: its architecture" not in server.log


@pytest.mark.parametrize("architectures", [["mips"], [], ["x86_64", "arm64"]])
def test_an_architecture_that_does_not_exist_is_refused(client, refused, architectures):
    name = f"arches-{len(architectures)}"
    create(client, name, ECHO)
    for operation, arguments in (
        ("create_function", new("unmade", "python3.12")),
        ("update_function_code", {"FunctionName": name, "ZipFile": zipped(app=ECHO)}),
    ):
        status, kind, message = refused(operation, **arguments, Architectures=architectures)
        assert (status, kind) == (400, "ValidationException") and "at 'architectures' failed to satisfy" in message
