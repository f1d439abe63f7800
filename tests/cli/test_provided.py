"""Functions that bring their runtime along: a program `bootstrap` over the Runtime API (K-18)."""

import json
import os
import signal
import sys
import uuid
import zipfile
from pathlib import Path

import pytest
from support import HANG_GUARD_S, archived, hint_of, write_files
from test_isolation import processes_with

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "bootstrap-shell"
RUNTIME = ("--runtime", "provided.al2023")
ADA = ("--payload", '{"name": "Ada"}')

# A runtime; what follows is its own.
CLIENT = f"""#!{sys.executable}
import http.client, os, sys, time


def call(method, path, body=None, headers={{}}):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, "/2018-06-01/runtime/" + path, body, headers)
    reply = connection.getresponse()
    return reply.status, reply.getheader("Lambda-Runtime-Aws-Request-Id"), reply.read()


def following():
    return call("GET", "invocation/next")[1:]


def respond(id, body):
    return call("POST", f"invocation/{{id}}/response", body)[0]


"""
SERVES = """
while True:
    id, event = following()
    respond(id, event)
"""


@pytest.fixture
def invoke(tandem, tmp_path):
    """Invokes a bootstrap in Python with the given source."""

    def invoke(source, *arguments, **options):
        package = package_of(tmp_path / "package", source)
        return tandem.invoke("a.handler", package, *RUNTIME, *arguments, **options)

    return invoke


def package_of(folder, source, mode=0o755):
    write_files(folder, {"bootstrap": CLIENT.encode() + source.encode()})
    (folder / "bootstrap").chmod(mode)
    return folder


@pytest.mark.parametrize("isolation", [(), ("--isolation", "process")])
def test_a_shell_function_answers(tandem, isolation):
    run = tandem.invoke("greet.hello", EXAMPLE, *RUNTIME, *ADA, *isolation)
    assert (run.code, run.stdout, run.handler_log()) == (0, b'{"message": "Hello Ada"}', "greets Ada\n")


@pytest.mark.parametrize("runtime", ["provided", "provided.al2", "provided.al2023"])
def test_it_is_started_for_each_of_the_identifiers_R33(tandem, tmp_path, runtime):
    source = (
        "id, event = following()\nimport json\n"
        'respond(id, json.dumps({"variables": dict(os.environ), "folder": os.getcwd()}))\n'
    )
    package = package_of(tmp_path / "package", source)
    host = {"OWN": "secret", "LET": "through"}
    run = tandem.invoke(
        *("a.handler", package, "--runtime", runtime, "--env", "MINE=a=b", "--env-from-host", "LET"), env=host
    )
    variables = run.json["variables"]
    expected = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "LAMBDA_TASK_ROOT": os.path.realpath(package),
        "_HANDLER": "a.handler",
        "MINE": "a=b",
        "LET": "through",
    }
    assert expected.items() <= variables.items()
    assert not {"OWN", "HOME", "TANDEM_CACHE_DIR"} & set(variables)
    assert variables["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert run.json["folder"] == os.path.realpath(package)


def test_without_a_runtime_it_is_named(tandem, tmp_path):
    run = tandem.invoke("a.handler", package_of(tmp_path / "package", SERVES))
    assert run.code == 2
    assert "; its bootstrap is run by --runtime provided; say which with --runtime" in run.stderr


def test_inline_is_not_for_it(invoke):
    run = invoke(SERVES, "--isolation", "inline")
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr == (
        "tandem: invoke: --isolation: a function that brings its runtime along (provided.al2023) has a process of its "
        "own, so inline is not for it\n"
    )


def test_it_comes_from_an_archive_with_its_mode_K17(tandem, tmp_path):
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        archive.writestr(archived("bootstrap", 0o100755), CLIENT + SERVES)
    run = tandem.invoke("a.handler", tmp_path / "package.zip", *RUNTIME, "--payload", "[1]")
    assert (run.code, run.stdout) == (0, b"[1]")


def test_a_template_names_it_and_a_layer_has_it(tandem, tmp_path):
    template = """
        Resources:
          Own:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: own, Handler: a.b, Runtime: provided.al2023}
          Layered:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: bare, Handler: a.b, Runtime: provided.al2, Layers: [!Ref Runtime]}
          Runtime:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
        """
    write_files(tmp_path, {"template.yaml": template, "bare/file": ""})
    package_of(tmp_path / "own", SERVES)
    package_of(tmp_path / "layer", SERVES)
    listed = tandem("list", cwd=tmp_path)
    assert (listed.code, listed.stderr) == (0, "")
    assert "cannot be invoked" not in listed.stdout.decode()
    for name in ("Own", "Layered"):
        run = tandem("invoke", name, "--payload", f'"{name}"', cwd=tmp_path)
        assert (run.code, run.json) == (0, name), run.stderr


def entrypoint_error(run):
    assert run.code == 1, run.stderr
    assert run.json["errorType"] == "Runtime.InvalidEntrypoint"
    start = f"RequestId: {run.request_id} Error: "
    assert run.json["errorMessage"].startswith(start)
    assert f"{run.json['errorMessage']}\nRuntime.InvalidEntrypoint\ntandem: hint: " in run.stderr
    return run.json["errorMessage"][len(start) :]


def test_a_package_without_a_bootstrap_E51(tandem, tmp_path, covers):
    write_files(tmp_path / "package", {"file": ""})
    run = tandem.invoke("a.handler", tmp_path / "package", *RUNTIME)
    assert entrypoint_error(run) == (
        f"Couldn't find valid bootstrap(s): [{os.path.realpath(tmp_path)}/package/bootstrap /opt/bootstrap]"
    )
    assert hint_of(run).startswith(
        "a function with such a runtime brings a program along: an executable file bootstrap"
    )
    covers("E-51")


def test_a_bootstrap_that_cannot_be_executed_E51(tandem, tmp_path):
    package = package_of(tmp_path / "package", SERVES, mode=0o644)
    run = tandem.invoke("a.handler", package, *RUNTIME)
    assert entrypoint_error(run).startswith("Couldn't find valid bootstrap(s): [")
    assert hint_of(run).startswith(f"make {os.path.realpath(package)}/bootstrap executable (chmod +x)")
    (package / "bootstrap").write_text("#!/no/such/shell\n")
    (package / "bootstrap").chmod(0o755)
    run = tandem.invoke("a.handler", package, *RUNTIME)
    assert entrypoint_error(run) == f"fork/exec {os.path.realpath(package)}/bootstrap: no such file or directory"
    assert hint_of(run).startswith("the bootstrap's first line names /no/such/shell, which is not on this machine")


def test_a_bootstrap_in_a_folder_of_the_package_K01(tandem, tmp_path):
    package_of(tmp_path / "package" / "inner", SERVES)
    run = tandem.invoke("a.handler", tmp_path / "package", *RUNTIME)
    assert hint_of(run) == "the bootstrap is in the folder inner of the package: package what inner holds"


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("sys.exit(5)", "exit status 5"),
        ("following(); sys.exit(6)", "exit status 6"),
        ("following(); os.abort()", "signal: aborted (core dumped)"),
    ],
)
def test_its_end_is_an_exit_E36_E40_E42(invoke, source, how):
    run = invoke(source)
    assert run.code == 1
    assert run.json == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {run.request_id} Error: Runtime exited with error: {how}",
    }
    assert f"{run.json['errorMessage']}\nRuntime.ExitError\n" in run.stderr


def test_a_failed_init_is_its_error_R07(invoke):
    run = invoke("""call("POST", "init/error", '{"errorMessage": "no", "errorType": "Demo.No"}'); sys.exit(1)""")
    assert (run.code, run.json) == (1, {"errorMessage": "no", "errorType": "Demo.No"})


def test_an_error_is_passed_on_byte_for_byte_R06_E04(invoke, covers):
    body = '{"errorType" : "Demo.No","errorMessage":"no" }'
    run = invoke(f"id, event = following()\ncall('POST', f'invocation/{{id}}/error', {body!r})\n")
    assert (run.code, run.stdout.decode()) == (1, body)
    covers("E-04")


def test_other_answers_do_not_count_R09_R10(invoke):
    source = """
id, event = following()
print(respond("11111111-2222-4333-8444-555555555555", "1"), flush=True)
respond(id, "2")
print(respond(id, "3"), flush=True)
following()
"""
    run = invoke(source)
    assert (run.code, run.stdout, run.handler_log()) == (0, b"2", "400\n403\n")


def test_a_flood_is_all_logged(invoke):
    run = invoke(
        'id, event = following()\nsys.stdout.write("x" * 3000000 + "\\n")\nsys.stdout.flush()\nrespond(id, "1")\n'
    )
    assert (run.code, run.handler_log()) == (0, "x" * 3000000 + "\n")


LEAVES_A_DAEMON = """
id, event = following()
there, here = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.environ.clear()
    os.dup2(here, 1)
    os.execv("/bin/sh", ["sh", "-c", "trap '' TERM INT HUP; echo up; while :; do sleep 1; done", event.decode()])
os.read(there, 3)
print("ready", flush=True)
"""


@pytest.fixture
def word():
    return f"tandem-test-{uuid.uuid4()}"


@pytest.mark.parametrize("after", ['respond(id, "1"); following()', "sys.exit(1)", "time.sleep(100000)"])
def test_nothing_that_it_started_is_left_E38(invoke, word, after):
    limit = ("--timeout", "5" if "sleep" in after else "100")
    run = invoke(LEAVES_A_DAEMON + after, "--payload", f'"{word}"', *limit)
    assert "ready\n" in run.stderr
    assert run.code == (0 if "respond" in after else 1)
    if "sleep" in after:
        assert "Task timed out after 5.00 seconds" in run.json["errorMessage"]
    assert processes_with(word) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_command_is_ended(tandem, tmp_path, word, number):
    package = package_of(tmp_path / "package", LEAVES_A_DAEMON + "time.sleep(100000)")
    process = tandem.start(
        *("invoke", "--handler", "a.handler", "--code", package, *RUNTIME),
        *("--payload", f'"{word}"', "--timeout", "0", "--quiet"),
    )
    with process:
        assert process.stderr.readline() == b"ready\n"
        os.kill(process.pid, number)
        assert process.wait(HANG_GUARD_S) == -number
    while processes_with(word):  # the supervisor ends them; one that it does not end keeps this test from ending
        pass


def test_it_is_among_the_runtimes(tandem):
    (entry,) = [each for each in tandem("runtimes", "--json").json["runtimes"] if each["identifier"] == "provided"]
    assert (entry["language"], entry["path"], entry["usable"]) == ("any", "bootstrap", True)
    assert "any" in [line.split()[0] for line in tandem("runtimes").stdout.decode().splitlines()]


def test_options_for_a_language_have_a_warning(invoke):
    run = invoke(SERVES, "--python", sys.executable, "--payload", json.dumps("x"))
    assert run.code == 0
    assert (
        "tandem: warning: --python is not used: it is for python, and the function runs on provided.al2023\n"
        in run.stderr
    )
