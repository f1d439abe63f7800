"""`tandem serve --template`: the functions of a template, deployed at the start and when they change."""

import fcntl
import json
import os
import struct
import subprocess
import termios
import textwrap
import zipfile

import pytest
from support import ACCOUNT, REGION, TANDEM, Server, invoke, wait_until

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting:
    Type: String
    Default: Hello
Globals:
  Function:
    Runtime: python3.12
    Timeout: 30
Resources:
  Greets:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: greets
      CodeUri: greets/
      Handler: app.handler
      MemorySize: 256
      Layers: [!Ref Words]
      Environment:
        Variables:
          GREETING: !Ref Greeting
  Words:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: layer/
  Packed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: packed.zip
      Handler: app.handler
"""
CODE = """
import os, words
def handler(event, context):
    return [os.environ["GREETING"], words.NAME, event, VERSION]
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "greets" / "__pycache__").mkdir(parents=True)
    (folder / "layer" / "python").mkdir(parents=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "greets" / "app.py").write_text(CODE + "VERSION = 1\n")
    (folder / "greets" / "__pycache__" / "left.pyc").write_text("")
    (folder / "layer" / "python" / "words.py").write_text("NAME = 'Ada'\n")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return context.function_name\n")
    return folder


@pytest.fixture
def start(project, tmp_path):
    """Starts a server with the project's template; further arguments are the server's."""
    started = []

    def begin(*arguments):
        started.append(Server(tmp_path / "data", "--template", str(project / "template.yaml"), "--quiet", *arguments))
        return started[-1]

    yield begin
    for server in started:
        assert server.end() == 0, server.log


def test_functions_are_deployed_at_the_start(start):
    server = start("--parameter", "Greeting=Hi")
    assert "tandem: deployed greets\n" in server.log
    client = server.client()
    assert invoke(client, "greets", b'"x"')["Payload"] == b'["Hi", "Ada", "x", 1]'
    assert invoke(client, "Packed")["Payload"] == b'"Packed"'
    shown = client.get_function_configuration(FunctionName="greets")
    assert (shown["MemorySize"], shown["Timeout"], shown["Runtime"]) == (256, 30, "python3.12")
    assert shown["FunctionArn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:greets"
    assert shown["Layers"][0]["Arn"].startswith(f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:layer-")


LISTS = """
import os
def handler(event, context):
    root = os.environ["LAMBDA_TASK_ROOT"]
    return sorted([name, os.access(os.path.join(root, name), os.X_OK)] for name in os.listdir(root))
"""


def test_a_folder_becomes_a_package_of_what_is_in_it(start, project):
    """But for what tools leave there; programs stay programs."""
    greets = project / "greets"
    (greets / "app.py").write_text(LISTS)
    for name in (".git", ".aws-sam", ".hidden"):
        (greets / name).mkdir()
        (greets / name / "file").touch()
    for name, mode in (("program", 0o755), ("text", 0o644)):
        (greets / name).touch()
        (greets / name).chmod(mode)
    listed = json.loads(invoke(start().client(), "greets")["Payload"])
    assert listed == [[".hidden", True], ["app.py", False], ["program", True], ["text", False]]


def test_a_functions_settings_are_the_templates(start, project):
    template = project / "template.yaml"
    settings = """MemorySize: 256
      Description: Greets whoever comes
      Architectures: [arm64]
      LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: DEBUG, LogGroup: /of/mine}
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}"""
    template.write_text(template.read_text().replace("MemorySize: 256", settings))
    server = start()
    shown = server.client().get_function_configuration(FunctionName="greets")
    assert (shown["Description"], shown["Architectures"]) == ("Greets whoever comes", ["arm64"])
    assert shown["LoggingConfig"] == {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "LogGroup": "/of/mine"}
    assert server.log.count("event sources are not served here (ignored)\n") == 1
    assert server.log.count("tandem: warning: ") >= 1


def test_layers_of_one_name_are_two_layers(start, project):
    other = project / "other" / "layer" / "python"
    other.mkdir(parents=True)
    (other / "more.py").write_text("VERSION = 'of more'\n")
    (project / "greets" / "app.py").write_text(CODE + "from more import VERSION\n")
    template = project / "template.yaml"
    second = "  More: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: other/layer/}}\n  Words:"
    text = template.read_text().replace("  Words:", second).replace("[!Ref Words]", "[!Ref Words, !Ref More]")
    template.write_text(text)
    assert invoke(start().client(), "greets", b"0")["Payload"] == b'["Hello", "Ada", 0, "of more"]'


def test_what_changes_is_deployed_again_and_nothing_else(start, project):
    server = start()
    client = server.client()
    before = client.get_function_configuration(FunctionName="Packed")
    (project / "greets" / "app.py").write_text(CODE + "VERSION = 2\n")
    server.await_line("deployed greets", 2)
    assert invoke(client, "greets", b"0")["Payload"] == b'["Hello", "Ada", 0, 2]'
    (project / "layer" / "python" / "words.py").write_text("NAME = 'Grace'\n")
    server.await_line("deployed greets", 3)
    assert invoke(client, "greets", b"0")["Payload"] == b'["Hello", "Grace", 0, 2]'
    template = project / "template.yaml"
    template.write_text(template.read_text().replace("Default: Hello", "Default: Good day"))
    server.await_line("deployed greets", 4)
    assert invoke(client, "greets", b"0")["Payload"] == b'["Good day", "Grace", 0, 2]'
    assert client.get_function_configuration(FunctionName="Packed")["RevisionId"] == before["RevisionId"]


def test_what_a_linked_folder_has_is_deployed_and_watched(start, project, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "number.py").write_text("NUMBER = 1\n")
    (project / "greets" / "shared").symlink_to(shared)
    (project / "greets" / "loop").symlink_to(project / "greets" / "loop")
    (project / "greets" / "back").symlink_to(project / "greets")
    (project / "greets" / "app.py").write_text(CODE + "from shared.number import NUMBER as VERSION\n")
    server = start()
    client = server.client()
    assert invoke(client, "greets", b"0")["Payload"] == b'["Hello", "Ada", 0, 1]'
    package = client.get_function(FunctionName="greets")["Code"]["Location"].removeprefix("file://")
    with zipfile.ZipFile(package) as archive:
        assert [name for name in archive.namelist() if name.startswith("back/")] == ["back/"]
    (shared / "number.py").write_text("NUMBER = 22\n")
    server.await_line("deployed greets", 2)
    assert invoke(client, "greets", b"0")["Payload"] == b'["Hello", "Ada", 0, 22]'


class HeldServer(Server):
    """One whose log has room for one line at first: the next waits a second for `meanwhile()`, and whoever writes it."""

    PAGE = 4096  # has to be free for somebody to be let write

    def __init__(self, meanwhile, *arguments):
        self.meanwhile = meanwhile
        super().__init__(*arguments)

    def _begin(self, command, **options):
        reading, writing = os.pipe()
        taken = fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ) - self.PAGE
        os.write(writing, b" " * taken)
        process = super()._begin(command, stderr=writing, **options)
        os.close(writing)
        wait_until(lambda: struct.unpack("i", fcntl.ioctl(reading, termios.FIONREAD, bytes(4)))[0] > taken)
        self.meanwhile()
        process.stderr = os.fdopen(reading, encoding="utf-8")
        assert process.stderr.read(taken).isspace()
        return process


def test_a_change_while_it_is_deployed_is_not_missed(project, tmp_path):
    """The next line is that of another function, before which nobody looks for changes."""
    template = project / "template.yaml"

    def change():
        template.write_text(TEMPLATE.replace("Timeout: 30", "Timeout: 31"))

    server = HeldServer(change, tmp_path / "data", "--template", str(template), "--quiet")
    try:
        server.await_line("deployed greets", 2)
        assert server.client().get_function_configuration(FunctionName="greets")["Timeout"] == 31
    finally:
        assert server.end() == 0, server.log


def test_a_broken_change_is_said_and_leaves_what_there_is(start, project):
    server = start()
    client = server.client()
    template = project / "template.yaml"
    text = template.read_text()
    template.write_text(text + "  - [")
    server.await_line("tandem: not deployed: ")
    assert invoke(client, "greets", b"0")["Payload"] == b'["Hello", "Ada", 0, 1]'
    template.write_text(text.replace("Timeout: 30", "Timeout: 31"))
    server.await_line("deployed greets", 2)
    assert client.get_function_configuration(FunctionName="greets")["Timeout"] == 31


def test_a_restart_deploys_only_what_is_new(start, project):
    server = start()
    revision = server.client().get_function_configuration(FunctionName="greets")["RevisionId"]
    assert server.end() == 0
    (project / "greets" / "app.py").touch()
    server = start()
    assert "as deployed before: greets\n" in server.log
    assert server.client().get_function_configuration(FunctionName="greets")["RevisionId"] == revision


def test_what_cannot_be_deployed_is_said_and_the_others_are(start, project):
    template = project / "template.yaml"
    extra = """
      Missing:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: nowhere/, Handler: app.handler}
      Foreign:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: packed.zip, Handler: app.handler, Runtime: cobol85}
    """
    template.write_text(template.read_text() + textwrap.indent(textwrap.dedent(extra), "  "))
    server = start()
    assert server.log.count("tandem: not deployed: ") == 2, server.log
    names = [function["FunctionName"] for function in server.client().list_functions()["Functions"]]
    assert names == ["Packed", "greets"]


def test_no_template_is_bad_use(tmp_path):
    done = subprocess.run(
        [TANDEM, "serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"), "--template", "nowhere.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "tandem: serve: --template: there is no template nowhere.yaml\n"
