"""Hosts a runtime over the Runtime API, by the program runtime_api_host."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greet"


def required(name):
    """The environment variable that the caller of these tests has to give."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"{name} is not set; tests/run --only runtime-clients sets it")
    return value


class Host:
    """One runtime; what it writes is in the file `log`."""

    def __init__(self, log, command, handler, task_root, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "_HANDLER": handler,
            "LAMBDA_TASK_ROOT": str(task_root),
            "AWS_REGION": "eu-west-1",
            "AWS_LAMBDA_FUNCTION_NAME": "greet",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            **variables,
        }
        self._log = log
        self._count = 0
        with open(log, "wb") as output:
            self._process = subprocess.Popen(
                [required("TANDEM_TEST_RUNTIME_API_HOST"), *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=task_root,
                env=environment,
            )
        self.ready = self._read()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, f"the host has ended; the log:\n{self.log}"
        return json.loads(line)

    @property
    def log(self):
        return Path(self._log).read_text(encoding="utf-8", errors="replace")

    def invoke(self, payload, **fields):
        """What became of it; `payload` is text."""
        self._count += 1
        fields.setdefault("request_id", f"8476a536-e9f4-41e8-9739-{self._count:012}")
        fields.setdefault("deadline_ms", int(time.time() * 1000) + 60000)
        fields.setdefault("invoked_function_arn", ARN)
        line = json.dumps({"payload": payload, **fields}, ensure_ascii=False)
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self._read()

    def value(self, payload, **fields):
        """The value that a successful invocation returns."""
        answer = self.invoke(payload, **fields)
        assert answer["kind"] == "answered", (answer["kind"], self.log)
        assert "error" not in answer, answer
        return json.loads(answer["body"])

    def close(self):
        self._process.stdin.close()
        assert self._process.wait() == 0, self.log
        self._process.stdout.close()


@pytest.fixture
def host(tmp_path):
    """Starts hosts, and ends them with the test."""
    hosts = []

    def start(command, handler, task_root, **variables):
        hosts.append(Host(tmp_path / f"log-{len(hosts)}", command, handler, task_root, **variables))
        return hosts[-1]

    yield start
    for each in hosts:
        each.close()
