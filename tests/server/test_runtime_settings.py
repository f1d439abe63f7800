"""Several JDKs and CPythons in one server, and what an operator says about runtimes."""

import concurrent.futures
import io
import json
import random
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from support import TANDEM, Server, create, invoke, java_package, javas, pythons, zipped

INVOCATIONS = 200
SEED = 20261126

PYTHON = """
import os, sys
def handler(event, context):
    return [event, "python%d.%d" % sys.version_info[:2], os.environ["AWS_EXECUTION_ENV"]]
"""

JAVA = """
import java.util.Arrays;
import java.util.List;

public class Tells {
  public List<Object> handle(Integer event) {
    String version = System.getProperty("java.specification.version").replace("1.", "");
    return Arrays.asList(event, "java" + version, System.getenv("AWS_EXECUTION_ENV"));
  }
}
"""


def test_every_runtime_serves_in_one_server(tmp_path):
    (tmp_path / "Tells.java").write_text(JAVA)
    jar = java_package(tmp_path, "Tells")
    server = Server(tmp_path / "data", "--quiet", "--strict-runtimes")
    client = server.client()
    names = [name for name, _ in (*javas(), *pythons())]
    for name in names:
        code, handler = (jar, "Tells::handle") if name.startswith("java") else (PYTHON, "app.handler")
        create(client, name.replace(".", "-"), code, handler=handler, runtime=name, Timeout=60, MemorySize=512)
    chance = random.Random(SEED)
    plan = names + chance.choices(names, k=INVOCATIONS)

    def run(number):
        answer = invoke(client, plan[number].replace(".", "-"), str(number).encode())
        return json.loads(answer["Payload"])

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(run, range(len(plan))))
    assert answers == [[number, name, f"AWS_Lambda_{name}"] for number, name in enumerate(plan)]
    assert server.end() == 0, server.log


def data_with(tmp_path, text):
    """A data folder whose `runtimes.json` has this text."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    (data / "runtimes.json").write_text(text)
    return data


@pytest.fixture
def serve_with(tmp_path):
    """Starts a server whose `runtimes.json` has these settings."""
    servers = []

    def start(settings, *arguments):
        servers.append(Server(data_with(tmp_path, json.dumps(settings)), *arguments))
        return servers[0]

    yield start
    for server in servers:
        assert server.end() == 0, server.log


@pytest.fixture
def with_libraries(serve_with):
    """Starts a server whose Python functions have folders of the operator's, the last with the module `library`."""

    def start(*folders):
        (folders[-1] / "library.py").write_text("OF = 'the operator'\n")
        return serve_with({"python": {"libraries": list(map(str, folders))}}).client()

    return start


def test_no_other_runtimes_serve_than_those_that_the_operator_names(serve_with, tmp_path):
    python, python_path = pythons()[0]
    java, java_home = javas()[0]
    (tmp_path / "Tells.java").write_text(JAVA)
    jar = java_package(tmp_path, "Tells")
    settings = {"python": {"interpreters": [python_path]}, "java": {"homes": [java_home]}}
    client = serve_with(settings, "--strict-runtimes").client()
    create(client, "python", PYTHON, runtime=python, Timeout=60)
    create(client, "java", jar, handler="Tells::handle", runtime=java, Timeout=60, MemorySize=512)
    assert json.loads(invoke(client, "python", b"1")["Payload"])[1] == python
    assert json.loads(invoke(client, "java", b"1")["Payload"])[1] == java
    others = [(name, python) for name, _ in pythons()[1:]] + [(name, java) for name, _ in javas()[1:]]
    for newer, named in others:
        with pytest.raises(client.exceptions.InvalidParameterValueException) as failed:
            create(client, "newer", PYTHON, runtime=newer)
        assert failed.value.response["Error"]["Message"] == (
            f"no runtime on this machine serves {newer}; usable are {named} (`tandem runtimes` lists all)"
        )


def test_of_one_version_the_first_that_is_named_serves(serve_with, tmp_path):
    name, path = pythons()[0]
    environment = tmp_path / "environment"
    subprocess.run([path, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=60)
    client = serve_with({"python": {"interpreters": [str(environment), path]}}).client()
    create(client, "prefix", "import sys\ndef handler(event, context):\n    return sys.prefix\n", runtime=name)
    assert json.loads(invoke(client, "prefix")["Payload"]) == str(environment)


def test_where_no_runtime_is_named_none_of_the_language_serves(serve_with):
    client = serve_with({"python": {"interpreters": []}}).client()
    create(client, "unserved", PYTHON, runtime=pythons()[0][0])
    with pytest.raises(client.exceptions.InvalidRuntimeException) as failed:
        client.invoke(FunctionName="unserved")
    assert failed.value.response["Message"].endswith(": none of its language was found; install one, or name its path")


def for_java(jar, version):
    """The package, its class marked as one that wants this version of Java."""
    with zipfile.ZipFile(io.BytesIO(jar)) as archive:
        read = archive.read("Tells.class")
    marked = io.BytesIO()
    with zipfile.ZipFile(marked, "w") as archive:
        archive.writestr("Tells.class", read[:6] + (version + 44).to_bytes(2, "big") + read[8:])
    return marked.getvalue()


def test_a_hint_names_no_jdk_that_does_not_serve(serve_with, tmp_path):
    java, home = javas()[0]
    (tmp_path / "Tells.java").write_text(JAVA)
    package = for_java(java_package(tmp_path, "Tells"), int(java.removeprefix("java")) + 1)
    server = serve_with({"java": {"homes": [home]}})
    client = server.client()
    create(client, "new", package, handler="Tells::handle", runtime=java, Timeout=60, MemorySize=512)
    assert b"UnsupportedClassVersionError" in invoke(client, "new", b"1")["Payload"]
    server.await_line("no usable JDK of this machine is that new")


TELLS_LIBRARY = "import library\ndef handler(event, context):\n    return library.OF\n"


def test_python_functions_find_the_operators_libraries(with_libraries, covers, tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    client = with_libraries(folder)
    create(client, "unbundled", TELLS_LIBRARY)
    assert invoke(client, "unbundled")["Payload"] == b'"the operator"'
    create(client, "own", zipped(app=TELLS_LIBRARY, library="OF = 'the function'\n"))
    assert invoke(client, "own")["Payload"] == b'"the function"'
    path = "import sys\ndef handler(event, context):\n    return sys.path\n"
    create(client, "path", path)
    at = json.loads(invoke(client, "path")["Payload"]).index(str(folder))
    assert at == 1
    create(client, "own-path", path, Environment={"Variables": {"PYTHONPATH": "/elsewhere"}})
    found = json.loads(invoke(client, "own-path")["Payload"])
    assert found[1] == "/elsewhere" and found[-1] == str(folder)
    covers("H-PY-14")


def test_libraries_may_lie_where_functions_have_a_folder_of_their_own(with_libraries, tmp_path):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        client = with_libraries(tmp_path, Path(folder))
        create(client, "unbundled", TELLS_LIBRARY)
        assert invoke(client, "unbundled")["Payload"] == b'"the operator"'


BAD = {
    "{": "it is no JSON",
    "[]": "it is no object",
    '{"pythons": {}}': "it has a member 'pythons', and may have 'java' and 'python' only",
    '{"python": []}': "python is no object",
    '{"java": []}': "java is no object",
    '{"python": {"path": "/x"}}': "python has a member 'path', and may have 'interpreters' and 'libraries' only",
    '{"java": {"libraries": []}}': "java has a member 'libraries', and may have 'homes' only",
    '{"python": {"libraries": "/x"}}': "python.libraries is no list of absolute paths without colons",
    '{"python": {"libraries": ["x"]}}': "python.libraries is no list of absolute paths without colons",
    '{"python": {"libraries": ["/a:/b"]}}': "python.libraries is no list of absolute paths without colons",
    '{"python": {"libraries": [1]}}': "python.libraries is no list of absolute paths without colons",
    '{"python": {"libraries": ["/not/there"]}}': "python.libraries: there is no folder /not/there",
    '{"python": {"interpreters": "/x"}}': "python.interpreters is no list of absolute paths without colons",
    '{"java": {"homes": ["jdk"]}}': "java.homes is no list of absolute paths without colons",
    '{"python": {"interpreters": ["/not/there"]}}': "python.interpreters: /not/there cannot be used: there is no such "
    "file",
    '{"java": {"homes": ["/not/there"]}}': "java.homes: /not/there cannot be used: there is no such folder; name a "
    "JDK's home, the folder that holds bin/java",
}


@pytest.mark.parametrize("text", BAD)
def test_a_file_of_runtimes_that_is_no_use_is_refused(tmp_path, text):
    data = data_with(tmp_path, text)
    refused = subprocess.run(
        [TANDEM, "serve", "--listen", "127.0.0.1:0", "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert refused.returncode == 2
    assert refused.stderr == f"tandem: serve: cannot use {data}/runtimes.json: {BAD[text]}\n"


def test_a_file_of_runtimes_may_say_nothing(tmp_path):
    for text in ("{}", '{"python": {}, "java": {}}', '{"python": {"libraries": []}}'):
        assert Server(data_with(tmp_path, text)).end() == 0
