"""The two sides: an official client as a Runtime API environment, and Tandem."""

import json
import os
import subprocess
import time
from pathlib import Path

from rows import Answer

ARN = "arn:aws:lambda:us-east-1:012345678912:function:f"
TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"


def _fields(row, number, event):
    """What both sides are told of an invocation: the same ids, so that nothing of them need be masked."""
    return {
        "payload_hex": event.hex(),
        "request_id": "8476a536-e9f4-41e8-9739-%012d" % number,
        "deadline_ms": int(time.time() * 1000) + 600000,
        "invoked_function_arn": ARN,
        "trace_id": TRACE,
        "client_context": row.client_context,
        "content_type": row.content_type,
    }


def _log_settings(row):
    """What the function says about its log."""
    settings = {"AWS_LAMBDA_LOG_FORMAT": row.log_format, "AWS_LAMBDA_LOG_LEVEL": row.log_level}
    return {name: value for name, value in settings.items() if value}


class _Process:
    """A program that answers each line of JSON with one; what it logs is in a file."""

    def __init__(self, log, command, environment, folder):
        self._log = Path(log)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=folder,
                env=environment,
            )

    def read(self):
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            log = self._log.read_bytes()[-2000:].decode(errors="replace")
            raise RuntimeError(f"{self._process.args[0]} has ended with {self._process.returncode}:\n{log}")
        return json.loads(line)

    def ask(self, line):
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        self._process.stdin.flush()
        return self.read()

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def _environment(**variables):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "TZ": "UTC", **variables}


class Reference:
    """Runs rows by the official client, a process for each row, and a new one after each that has ended.

    Threads: any. `command` makes the client's command line from a handler name.
    """

    def __init__(self, log, host, command, package, **variables):
        self._log, self._host, self._command, self._package = log, host, command, Path(package)
        self._variables = variables

    def run(self, row):
        process, ready = None, None
        answers = []
        try:
            for number, event in enumerate(row.events):
                if process is None:
                    process = self._start(row)
                    ready = process.read()
                answer = ready if ready["kind"] == "init error" else process.ask(_fields(row, number, event))
                answers.append(_of_reference(answer))
                if answer["kind"] == "abandoned":
                    process.close()
                    process = None
        finally:
            if process is not None:
                process.close()
        return answers

    def _start(self, row):
        environment = _environment(
            _HANDLER=row.handler,
            LAMBDA_TASK_ROOT=str(self._package),
            AWS_REGION="us-east-1",
            AWS_LAMBDA_FUNCTION_NAME="f",
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE="512",
            **_log_settings(row),
            **self._variables,
        )
        return _Process(self._log, [self._host, *self._command(row.handler)], environment, self._package)


def _of_reference(answer):
    if answer["kind"] == "abandoned":
        return Answer(b"", True, ended=answer["ended"])
    body = bytes.fromhex(answer["body_hex"]) if "body_hex" in answer else answer["body"].encode()
    error = answer.get("error")
    reported = error["reported_type"] if error else ""
    return Answer(body, error is not None, answer["content_type"], reported, fault=answer.get("fault", ""))


class Tandem:
    """Runs rows by Tandem, all in one process. `probe` is the handler that tells what the fast paths have left over.

    Threads: one.
    """

    def __init__(self, log, program, language, path, package, runtime, probe):
        self._process = _Process(log, [program, language, path], _environment(), package)
        self._function = {"code": str(package), "runtime": runtime}
        self._probe = probe

    def run(self, row):
        """The answers, and for each whether the values read and written took the slow path."""
        answers, slow = [], []
        for number, event in enumerate(row.events):
            before = self._left_over()
            line = {
                **{"handler": row.handler, "isolation": row.isolation},
                **{"log_format": row.log_format, "log_level": row.log_level},
                **self._function,
                **_fields(row, number, event),
            }
            answers.append(_of_tandem(self._process.ask(line)))
            slow.append(tuple(now - then for now, then in zip(self._left_over(), before)))
        return answers, slow

    def _left_over(self):
        answer = self._process.ask({"handler": self._probe, **self._function, "payload_hex": b"1".hex()})
        if "error" in answer or "fault" in answer:
            raise RuntimeError(f"{self._probe}: {answer}")
        return json.loads(bytes.fromhex(answer["body_hex"]))

    def close(self):
        self._process.close()


def _of_tandem(answer):
    error = answer.get("error")
    body = bytes.fromhex(answer.get("body_hex", ""))
    reported = error["reported_type"] if error else ""
    return Answer(body, error is not None, answer.get("content_type", ""), reported, fault=answer.get("fault", ""))
