"""A server of the test's own, and the real clients that it answers."""

import atexit
import base64
import http.client
import io
import json
import os
import re
import signal
import subprocess
import threading
import time
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
KEY, SECRET = "AKIDEXAMPLE", "a secret/+="
#: For one thing that a test waits for: far more than any takes, and less than a test may, which could not say for what.
WAIT_LIMIT_S = 120


def wait_until(holds, told=lambda: ""):
    """What `holds()` gives once that is true; where it never is, a failure that says `told()`."""
    until = time.monotonic() + WAIT_LIMIT_S
    while not (value := holds()):
        assert time.monotonic() < until, f"not within {WAIT_LIMIT_S} s: {told()}"
        time.sleep(0.01)
    return value


class Server:
    """`tandem serve` on a free port, until `end`."""

    def __init__(self, data, *arguments, **variables):
        command = [TANDEM, "serve", "--listen", "127.0.0.1:0", "--data", str(data), "--region", REGION, *arguments]
        environment = {**os.environ, **variables}
        self.data = Path(data)
        self.process = self._begin(command, env=environment)
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

    def _begin(self, command, **options):
        process = subprocess.Popen(command, **{"stderr": subprocess.PIPE, "text": True, **options})
        atexit.register(process.kill)  # of a test that failed before it ended it
        return process

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def client(self, region=REGION, validates=True, key="any", secret="any"):
        """A boto3 client without retries, every answer of which is held against the API's model.

        One that does not validate sends what boto3 would refuse itself.
        """
        config = Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=validates)
        client = boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name=region,
            config=config,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
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

    def await_line(self, part, count=1):
        """Waits until its log has this part so often."""

        def has_it():
            ended = not self._reader.is_alive()  # looked at first: then no line comes any more
            has = self.log.count(part) >= count
            assert has or not ended, f"{part!r} is not {count} times in {self.log}"
            return has

        wait_until(has_it, lambda: f"{part!r} {count} times in {self.log}")

    @property
    def log(self):
        return "".join(self.lines)


def requests_by(agent, lines):
    """Pairs of method and target of the requests in a server's log whose User-Agent begins so."""
    line = re.compile(rf"tandem: (\S+) (\S+) \d{{3}} [0-9a-f-]{{36}} {re.escape(agent)}")
    return {found.groups() for found in map(line.match, lines) if found}


def credentials_file(folder):
    """One with KEY, in the way that `--credentials` wants it."""
    file = Path(folder) / "credentials"
    file.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    file.chmod(0o600)
    return file


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


def request(server, method, path, body=None, **headers):
    """Sends it as it is; status, headers and the body's value."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, response.headers, json.loads(content) if content else None


def _by_age(identified):
    """Pairs of identifier and path, one of each version, the oldest first."""
    return sorted(identified.items(), key=lambda one: [int(number) for number in re.findall(r"\d+", one[0])])


def pythons():
    """The CPythons under test: pairs of identifier and path, the oldest first."""
    code = "import sys; print('python%d.%d' % sys.version_info[:2], end='')"

    def identify(path):
        return subprocess.run([path, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout

    return _by_age({identify(path): path for path in os.environ["TANDEM_TEST_PYTHONS"].split()})


def javas():
    """The JDKs under test, likewise."""

    def identify(home):
        version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', (Path(home) / "release").read_text(), re.MULTILINE)
        return f"java{version[1]}"

    return _by_age({identify(home): home for home in os.environ["TANDEM_TEST_JAVA_HOMES"].split()})


def java_package(folder, name, level=("--release", "8")):
    """The bytes of a package with the classes of one file, compiled by the first JDK under test.

    They find the interfaces of aws-lambda-java-core where the build has them.
    """
    home = os.environ["TANDEM_TEST_JAVA_HOMES"].split()[0]
    classes = Path(TANDEM).resolve().parents[1] / "lib" / "tandem" / "java"
    options = [*level, "-Xlint:-options", "-cp", f"{classes}/*"]
    subprocess.run([f"{home}/bin/javac", *options, f"{name}.java"], cwd=folder, check=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(Path(folder).glob("*.class")):
            archive.write(file, file.name)
    return packed.getvalue()
