"""Where functions run, what tells of it, and what is left when a run ends."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import required

PID = "import os\n\ndef handler(event, context):\n    return os.getpid()\n"
ANY = {"expect": {"json": {"$type": "number"}}}


def test_an_inline_handler_is_in_the_process_that_is_named(conform, suite):
    run = conform(suite(PID, ANY, ANY), "--target", "inline")
    assert run.status == 0
    first, second = run.results
    assert first["evidence"]["place"] == second["evidence"]["place"] == f"pid {first['observation']['payload']}"
    assert re.fullmatch(r"python 3\.\d+\.\d+\S*", first["evidence"]["runtime"])


def test_a_worker_is_a_process_of_its_own_and_is_kept(conform, suite):
    run = conform(suite(PID, ANY, ANY), "--target", "process", "--target", "inline")
    places = {(result["target"], result["evidence"]["place"]) for result in run.results}
    assert (run.status, len(places)) == (0, 2), "one for each target"
    assert all(re.fullmatch(r"pid [1-9]\d+", place) for _, place in places)


def test_the_official_client_is_named_with_its_version(conform, suite):
    source = "import sys\n\ndef handler(event, context):\n    return 'awslambdaric' in sys.modules\n"
    folder = suite(source, {"expect": {"json": True}})
    run = conform(folder, "--target", "ric", "--ric-python", required("TANDEM_TEST_RIC_PYTHON"))
    assert run.status == 0
    assert re.fullmatch(r"awslambdaric \S+ on CPython 3\.\d+\.\d+", run.results[0]["evidence"]["runtime"])
    assert conform(folder, "--target", "process").status == 1, "where there is no such module"


def test_a_client_that_is_not_there_is_bad_use(conform, suite, tmp_path):
    folder = suite(PID, ANY)
    run = conform(folder, "--target", "ric", "--ric-python", tmp_path / "absent")
    assert (run.status, run.results) == (2, [])
    assert run.err.startswith("tandem: conform: --ric-python: cannot start ")
    run = conform(folder, "--target", "ric", "--ric-java", tmp_path)
    assert run.err == (
        f"tandem: conform: --ric-java: there is no aws-lambda-java-runtime-interface-client-*.jar in {tmp_path}\n"
    )
    run = conform(folder, "--target", "ric")
    assert run.status == 2
    assert "ric has run no case: --ric-python names no interpreter that has awslambdaric" in run.err


@contextlib.contextmanager
def _server(folder, *arguments):
    command = [required("TANDEM_BIN"), "serve", "--listen", "127.0.0.1:0", "--data", folder / "data", *arguments]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        yield found.group()
    finally:
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
        process.wait()


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: f-python, Handler: app.handler, CodeUri: python, Runtime: python3.11}
"""


def _deployed(url, name):
    """Once the server has deployed its template."""
    import urllib.request

    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/2015-03-31/functions") as answer:
            if name.encode() in answer.read():
                return
        time.sleep(0.05)
    pytest.fail(f"{name} is not deployed")


def test_a_server_is_a_target(conform, suite):
    source = "def handler(event, context):\n    print('said', event)\n    return event['n'] + 1\n"
    cases = [
        {"event": {"n": 1}, "expect": {"json": 2, "log": ["said {'n': 1}"]}},
        {"event": {}, "expect": {"error": {"type": "KeyError", "message": "'n'"}}},
        {"event": {"n": 1}, "invocationType": "DryRun", "expect": {"payload": ""}},
    ]
    folder = suite(source, *cases)
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    with _server(folder, "--template", folder / "template.yaml") as url:
        _deployed(url, "f-python")
        run = conform(folder, "--endpoint", url)
    assert (run.status, [result["verdict"] for result in run.results]) == (0, ["passed"] * 3)
    assert {result["evidence"]["place"] for result in run.results} == {url}


def test_a_server_that_wants_signatures_gets_them(conform, suite, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.write_text(
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n", encoding="utf-8"
    )
    credentials.chmod(0o600)
    folder = suite(PID, ANY)
    unsigned = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    signed = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    with _server(folder, "--credentials", credentials) as url:
        problems = [
            conform(folder, "--endpoint", url, env=env).results[0]["observation"]["problem"]
            for env in (unsigned, signed)
        ]
    assert problems[0].startswith("MissingAuthenticationTokenException")
    assert problems[1].startswith("ResourceNotFoundException"), "it is let in, and there is no such function"


def _descendants_of(mark):
    """The processes that have `mark` in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found


@pytest.mark.parametrize("target", ["inline", "process", "ric"])
def test_an_interrupted_run_leaves_nothing(suite, tmp_path, target):
    source = "import time\n\ndef handler(event, context):\n    print('began', flush=True)\n    time.sleep(1)\n"
    cases = [{"event": n, "expect": {"json": None}} for n in range(60)]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    mark = f"TANDEM_TEST_MARK={tmp_path}"
    command = [required("TANDEM_BIN"), "conform", suite(source, *cases, timeout=5), "--target", target]
    command += ["--ric-python", required("TANDEM_TEST_RIC_PYTHON")] if target == "ric" else []
    environment = {**os.environ, "TMPDIR": str(temporary), **dict([mark.split("=", 1)])}
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        for _ in range(1000):
            if len(_descendants_of(mark)) > 1 or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT
    for _ in range(200):
        if not _descendants_of(mark):
            break
        time.sleep(0.05)
    assert (_descendants_of(mark), list(temporary.iterdir())) == ([], [])


def test_what_an_inline_handler_starts_ends_with_its_host(conform, suite, tmp_path):
    source = f"""
import subprocess

def handler(event, context):
    subprocess.Popen(["sleep", "1000"], start_new_session=True, env={{**os.environ, "TANDEM_TEST_MARK": {str(tmp_path)!r}}})
"""
    assert conform(suite("import os\n" + source, {"expect": {"json": None}}), "--target", "inline").status == 0
    assert _descendants_of(f"TANDEM_TEST_MARK={tmp_path}") == []


#: A handler that answers how many processes that have it are alive, by what each has locked.
COUNT = """
import fcntl, pathlib, uuid

served = pathlib.Path(__file__).parent / "served"
served.mkdir(exist_ok=True)
mine = (served / str(uuid.uuid4())).open("w")
fcntl.flock(mine, fcntl.LOCK_EX)

def is_locked(path):
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False

def handler(event, context):
    return sum(map(is_locked, served.iterdir()))

def other(event, context):
    return "other"
"""


def _functions(folder, **handlers):
    """Makes a suite's function several, with the same code and name."""
    suite = json.loads((folder / "suite.json").read_text(encoding="utf-8"))
    for name, handler in handlers.items():
        implementation = {"handler": handler, "code": "python", "name": "same"}
        suite["functions"][name] = {"implementations": {"python": implementation}}
    (folder / "suite.json").write_text(json.dumps(suite), encoding="utf-8")
    return folder


@pytest.mark.parametrize("target", ["inline", "process"])
def test_a_function_ends_after_its_last_case(conform, suite, target):
    cases = [{"function": name, "expect": {"json": 1}} for name in "abcab"]
    folder = _functions(suite(COUNT, *cases), a="app.handler", b="app.handler", c="app.handler")
    run = conform(folder, "--target", target)
    counts = [result["observation"]["payload"] for result in run.results]
    assert counts == ["1", "2", "3", "2", "1"]


@pytest.mark.parametrize("target", ["inline", "process"])
def test_functions_may_share_a_name_and_code(conform, suite, target):
    cases = [
        {"function": "a", "expect": {"json": {"$type": "number"}}},
        {"function": "b", "expect": {"json": "other"}},
        {"function": "a", "expect": {"json": {"$type": "number"}}},
    ]
    run = conform(_functions(suite(COUNT, *cases), a="app.handler", b="app.other"), "--target", target)
    assert (run.status, run.differences()) == (0, [])
