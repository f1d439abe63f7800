"""What a function finds around it: variables, folders, the time zone; and that it is its own."""

import json
import os
import re

import pytest
from support import REGION, create, invoke, java_package, zipped

PYTHON = """
import datetime, os, signal, time
def handler(event, context):
    now = datetime.datetime.now()
    offset = (now - datetime.datetime.utcnow()).total_seconds()
    return {"env": dict(os.environ), "cwd": os.getcwd(), "offset": round(offset), "zone": time.tzname[0], "pid": os.getpid()}
"""

JAVA = """
import java.util.HashMap;
import java.util.Map;
import java.util.TimeZone;

public class Around {
  public Map<String, Object> handle(Object event) {
    Map<String, Object> found = new HashMap<>();
    found.put("env", System.getenv());
    found.put("cwd", System.getProperty("user.dir"));
    found.put("offset", TimeZone.getDefault().getOffset(System.currentTimeMillis()));
    found.put("zone", TimeZone.getDefault().getID());
    return found;
  }
}
"""
SETTINGS = {"Timeout": 30, "MemorySize": 256}
GIVEN = {
    "A_B": "1=2=3",
    "BLANKS": " a b ",
    "LINES": "x\ny\n",
    "EMPTY": "",
    "LANG": "C.UTF-8",
    "PATH": "/nowhere",
    "TEXT": "ü",
}


@pytest.fixture(scope="module")
def around(client, tmp_path_factory):
    """A function of each language with variables, and one without."""
    folder = tmp_path_factory.mktemp("java")
    (folder / "Around.java").write_text(JAVA)
    packages = {
        "python": (zipped(app=PYTHON), "app.handler", "python3.12"),
        "java": (java_package(folder, "Around"), "Around::handle", "java17"),
    }
    for language, (code, handler, runtime) in packages.items():
        for name, variables in ((f"{language}-plain", {}), (f"{language}-given", GIVEN)):
            create(
                client, name, code, handler=handler, runtime=runtime, Environment={"Variables": variables}, **SETTINGS
            )

    def ask(name, **options):
        answer = invoke(client, name, **options)
        assert "FunctionError" not in answer, answer["Payload"]
        return json.loads(answer["Payload"])

    return ask


@pytest.mark.parametrize("language", ["python", "java"])
def test_the_platform_says_what_it_is(around, covers, language):
    name = f"{language}-plain"
    found = around(name)
    handler, runtime = {"python": ("app.handler", "python3.12"), "java": ("Around::handle", "java17")}[language]
    variables = found["env"]
    stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
    expected = {
        "_HANDLER": handler,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": found["cwd"],
        "PWD": found["cwd"],
    }
    assert {key: variables.get(key) for key in expected} == expected
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    assert variables["AWS_EXECUTION_ENV"].startswith(f"AWS_Lambda_{runtime[:4]}")
    covers("R-33")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert variables[key]
    if language == "java":
        assert "_X_AMZN_TRACE_ID" not in variables
        covers("R-36/java")


@pytest.mark.parametrize("language", ["python", "java"])
def test_variables_are_as_they_were_given_and_the_functions_own(around, refused, covers, language):
    given = around(f"{language}-given")["env"]
    assert {name: given.get(name) for name in GIVEN} == GIVEN
    covers("R-38")
    plain = around(f"{language}-plain")["env"]
    assert not plain.keys() & {"A_B", "BLANKS", "LINES", "EMPTY", "TEXT"}
    assert plain["LANG"] == "en_US.UTF-8" and plain["PATH"] != "/nowhere"
    for name, value in os.environ.items():  # the server's own, which the test has, too
        assert name in ("PATH", "LANG", "TZ", "PWD", "HOME") or plain.get(name) != value or name.startswith("AWS_"), (
            name
        )
    covers("R-39")
    for reserved in ("AWS_REGION", "AWS_SECRET_ACCESS_KEY", "_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_FUNCTION_NAME"):
        status, kind, message = refused(
            "update_function_configuration",
            FunctionName=f"{language}-given",
            Environment={"Variables": {reserved: "mine"}},
        )
        assert (status, kind) == (400, "InvalidParameterValueException") and message.endswith(f": {reserved}")
    covers("R-37")


def test_the_time_is_utc_in_both_languages(around, covers):
    python, java = around("python-plain"), around("java-plain")
    assert (python["offset"], java["offset"]) == (0, 0)
    assert (python["zone"], java["zone"]) == ("UTC", "UTC")
    covers("R-41")


def test_a_signal_to_an_idle_function_is_handled_by_the_next_invocation_at_the_latest(client, tmp_path):
    """It comes from a child that the first has left, as process ids are the environment's own."""
    told, go = tmp_path / "told", tmp_path / "go"
    create(
        client,
        "signalled",
        "import os, signal, subprocess, time\n"
        f"signal.signal(signal.SIGTERM, lambda number, frame: open({str(told)!r}, 'w').close())\n"
        "def handler(event, context):\n"
        f"    while event and not os.path.exists({str(told)!r}): time.sleep(0.02)\n"
        f"    subprocess.Popen(['sh', '-c', 'until [ -e {go} ]; do sleep 0.02; done; kill -TERM $PPID'])\n"
        "    return os.getpid()\n",
        Timeout=60,
    )
    first = invoke(client, "signalled", b"0")["Payload"]
    go.touch()
    assert invoke(client, "signalled", b"1")["Payload"] == first
