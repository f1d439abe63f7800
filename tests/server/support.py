"""A server of the test's own, and the real clients that it answers."""

import base64
import io
import json
import os
import re
import signal
import subprocess
import threading
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config

TANDEM = os.environ["TANDEM_BIN"]
EXAMPLES = Path(os.environ["TANDEM_EXAMPLES"])
ROLE = "arn:aws:iam::123456789012:role/any"
ACCOUNT = "012345678912"
REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}


class Server:
    """`tandem serve` on a free port, until `end`."""

    def __init__(self, data, *arguments, **variables):
        command = [TANDEM, "serve", "--listen", "127.0.0.1:0", "--data", str(data), "--region", REGION, *arguments]
        environment = {**os.environ, **variables}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.match(r"tandem: serving (http://127\.0\.0\.1:\d+) ", line):
                self.url = found.group(1)
                break
        else:
            raise AssertionError("the server has not begun: " + "".join(self.lines))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def client(self, region=REGION, validates=True):
        """A boto3 client without retries, every answer of which is held against the API's model.

        One that does not validate sends what boto3 would refuse itself.
        """
        config = Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=validates)
        client = boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name=region,
            config=config,
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        client.meta.events.register("after-call.lambda", check_shape)
        return client

    def end(self, signal_number=signal.SIGTERM):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        status = self.process.wait(timeout=60)
        self._reader.join()
        self.process.stderr.close()
        return status

    @property
    def log(self):
        return "".join(self.lines)


def check_shape(http_response, model, **_):
    """Every member of an answer is one of the model's, of its type."""
    shape = model.output_shape
    if (
        http_response.status_code >= 300
        or shape is None
        or "payload" in shape.serialization
        or not http_response.content
    ):
        return
    _check_value(json.loads(http_response.content), shape, model.name)


def _check_value(value, shape, place):
    kinds = {
        "structure": dict,
        "map": dict,
        "list": list,
        "string": str,
        "integer": int,
        "long": int,
        "boolean": bool,
        "double": (int, float),
        "timestamp": (str, int, float),
    }
    assert isinstance(value, kinds[shape.type_name]), f"{place} is a {shape.type_name}: {value!r}"
    if shape.type_name == "structure":
        for name, member in value.items():
            assert name in shape.members, f"{place} has no {name}"
            _check_value(member, shape.members[name], f"{place}.{name}")
    elif shape.type_name == "map":
        for name, member in value.items():
            _check_value(member, shape.value, f"{place}.{name}")
    elif shape.type_name == "list":
        for index, member in enumerate(value):
            _check_value(member, shape.member, f"{place}[{index}]")
    elif getattr(shape, "enum", None):
        assert value in shape.enum, f"{place}: {value!r}"


def zipped(**files):
    """The bytes of a package with Python modules, by their names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.py"), text)
    return packed.getvalue()


def create(client, name, code, handler="app.handler", runtime="python3.12", **settings):
    """Creates a function of one module `app`, or of a package's bytes."""
    package = code if isinstance(code, bytes) else zipped(app=code)
    return client.create_function(
        FunctionName=name, Runtime=runtime, Role=ROLE, Handler=handler, Code={"ZipFile": package}, **settings
    )


def invoke(client, name, payload=b"{}", **options):
    """The response, with its payload read."""
    response = client.invoke(FunctionName=name, Payload=payload, **options)
    response["Payload"] = response["Payload"].read()
    if "LogResult" in response:
        response["LogResult"] = base64.b64decode(response["LogResult"]).decode()
    return response


def java_package(folder, name):
    """The bytes of a package with one class, compiled by the first JDK under test."""
    home = os.environ["TANDEM_TEST_JAVA_HOMES"].split()[0]
    subprocess.run([f"{home}/bin/javac", "--release", "8", "-Xlint:-options", f"{name}.java"], cwd=folder, check=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(Path(folder).glob("*.class")):
            archive.write(file, file.name)
    return packed.getvalue()
