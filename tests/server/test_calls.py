"""Functions that invoke functions of another language, each by its ordinary SDK and with what it finds around it."""

import io
import json
import zipfile
from pathlib import Path

import boto3
import pytest
from support import KEY, SECRET, Server, create, credentials_file, invoke, zipped

PYTHON = """
import boto3
client = boto3.client("lambda")
def call(event, context):
    answer = client.invoke(FunctionName=event["callee"], Payload=event["say"])
    return f"{answer.get('FunctionError')} {answer['Payload'].read().decode()}"

def answer(event, context):
    if event == "fail": raise ValueError("on purpose")
    return event + ", says Python"
"""


@pytest.fixture(scope="module", params=["unsigned", "signed"])
def calls(request, tmp_path_factory, sdk_jars):
    """A client of a server with functions of both languages; Python finds boto3 in the operator's folder."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "data").mkdir(mode=0o700)
    site = str(Path(boto3.__file__).parents[1])
    (folder / "data" / "runtimes.json").write_text(json.dumps({"python": {"libraries": [site]}}))
    arguments = ["--credentials", str(credentials_file(folder))] if request.param == "signed" else []
    server = Server(folder / "data", *arguments)
    client = server.client(key=KEY, secret=SECRET)
    create(client, "call-python", zipped(app=PYTHON), handler="app.call", Timeout=60, MemorySize=512)
    create(client, "answer-python", zipped(app=PYTHON), handler="app.answer", Timeout=60, MemorySize=512)
    java = {"runtime": "java17", "Timeout": 60, "MemorySize": 512}
    create(client, "call-java", with_sdk(sdk_jars), handler="sdk.Caller::handle", **java)
    create(client, "answer-java", with_sdk(sdk_jars), handler="sdk.Answerer::handle", **java)
    yield client
    assert server.end() == 0, server.log


def with_sdk(jars):
    """A package with the classes, and the SDK in its lib folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, zipfile.ZipFile(jars / "sdk.jar") as classes:
        for name in classes.namelist():
            archive.writestr(name, classes.read(name))
        for jar in sorted((jars / "lib").glob("*.jar")):
            archive.write(jar, f"lib/{jar.name}")
    return packed.getvalue()


def call(client, caller, callee, say):
    event = {"callee": f"answer-{callee}", "say": json.dumps(say) if caller == "python" else say}
    answer = invoke(client, f"call-{caller}", json.dumps(event).encode())
    assert "FunctionError" not in answer, answer["Payload"]
    return json.loads(answer["Payload"]).split(" ", 1)


SAYS = {"python": "hej, says Python", "java": "hej, says Java"}
LANGUAGES = [("java", "python"), ("python", "java"), ("java", "java"), ("python", "python")]


@pytest.mark.parametrize("caller, callee", LANGUAGES)
def test_one_function_has_the_answer_of_another(calls, caller, callee):
    for _ in range(2):  # the second by what the first has left behind
        assert call(calls, caller, callee, "hej") == ["null" if caller == "java" else "None", json.dumps(SAYS[callee])]


@pytest.mark.parametrize("caller, callee", LANGUAGES)
def test_one_function_has_the_failure_of_another(calls, caller, callee):
    error, payload = call(calls, caller, callee, "fail")
    assert error == "Unhandled" and json.loads(payload)["errorMessage"] == "on purpose"
