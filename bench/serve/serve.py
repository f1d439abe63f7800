"""Measures `tandem serve`, beside the HTTP library's own echo, by the load generator wrk. Answers are checked.

serve.py BUILD_DIR ROUNDS SECONDS IDLE_FUNCTIONS

Prints, for the echo and a greeting in each language, the medians over the rounds, in which they take turns: requests a
second of eight clients that keep their connections, the latency that half of the requests and that all but one in a
hundred keep to, and the processor time of a request in the server, in its workers and in wrk; then what a function
costs that is deployed and idle.
"""

import base64
import io
import json
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
EVENT = (HERE.parent / "data" / "w1.json").read_bytes()
CLIENTS = 8
JVM_WARM_UP_SECONDS = 30  # there is a JVM for each client, and each compiles what it runs
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
MARK = secrets.token_hex(8)  # in the environment of the workers, which are no children of the server's

# By wrk: every body is compared where `answer` is set, which costs too much for a round that is timed.
SCRIPT = """
wrk.method = "POST"
wrk.body = [[{body}]]
local answer = {answer}
if answer then
  function response(status, headers, body)
    if status ~= 200 or body ~= answer then
      print("wrong answer: " .. status .. " " .. body)
      os.exit(1)
    end
  end
end
"""


class Target:
    """What is measured: a URL, its answer, and the process that serves it."""

    def __init__(self, name, url, answer, server, has_workers=True):
        self.name = name
        self.url = url
        self.answer = answer
        self.server = server
        self.has_workers = has_workers
        self.rounds = []


def call(url, method="POST", body=None):
    request = urllib.request.Request(url, data=body, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as response:
        return response.read()


@contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def create(url, name, code, handler, runtime):
    body = {
        "FunctionName": name,
        "Runtime": runtime,
        "Role": "arn:aws:iam::123456789012:role/any",
        "Handler": handler,
        "Code": {"ZipFile": base64.b64encode(code).decode()},
        "MemorySize": 512,
        "Environment": {"Variables": {"TANDEM_BENCH_MARK": MARK}},
    }
    call(f"{url}/2015-03-31/functions", body=json.dumps(body).encode())
    return f"{url}/2015-03-31/functions/{name}/invocations"


def zipped(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".class")):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def cpu_us(process):
    """The processor time that a process has used, in microseconds; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) * TICK_US


def workers():
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if MARK.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def resident_kib(process):
    return int(re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.M).group(1))


def wrk(target, folder, seconds, checks=False):
    """Runs it; what it prints."""
    script = folder / "script.lua"
    answer = f"[[{target.answer.decode()}]]" if checks else "nil"
    script.write_text(SCRIPT.format(body=EVENT.decode(), answer=answer))
    command = [
        "wrk",
        "-t1",
        f"-c{CLIENTS}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        str(script),
        target.url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"{target.name}: wrk: {done.stdout}{done.stderr}")
    return done.stdout


def microseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def measure(target, folder, seconds):
    processes = workers() if target.has_workers else []
    before = cpu_us(target.server), sum(map(cpu_us, processes)), os.times()
    printed = wrk(target, folder, seconds)
    after = cpu_us(target.server), sum(map(cpu_us, processes)), os.times()
    requests = int(re.search(r"(\d+) requests in", printed).group(1))
    client = after[2].children_user + after[2].children_system - before[2].children_user - before[2].children_system
    target.rounds.append(
        {
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", printed).group(1)),
            "p50": microseconds(re.search(r"^\s+50%\s+(\S+)", printed, re.M).group(1)),
            "p99": microseconds(re.search(r"^\s+99%\s+(\S+)", printed, re.M).group(1)),
            "server": (after[0] - before[0]) / requests,
            "workers": (after[1] - before[1]) / requests,
            "wrk": client * 1e6 / requests,
        }
    )


def report(targets):
    columns = ["rate", "p50", "p99", "server", "workers", "wrk"]
    print(
        f"{'':<10}{'requests/s':>12}{'p50 us':>10}{'p99 us':>10}{'CPU us: server':>16}{'workers':>10}{'wrk':>8}{'of echo':>10}"
    )
    echo = statistics.median(each["rate"] for each in targets[0].rounds)
    for target in targets:
        median = {column: statistics.median(each[column] for each in target.rounds) for column in columns}
        ratios = [mine["rate"] / other["rate"] for mine, other in zip(target.rounds, targets[0].rounds, strict=True)]
        print(
            f"{target.name:<10}{median['rate']:>12.0f}{median['p50']:>10.0f}{median['p99']:>10.0f}"
            f"{median['server']:>16.1f}{median['workers']:>10.1f}{median['wrk']:>8.1f}{median['rate'] / echo:>10.2f}"
            f"  ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def measure_idle(url, server, code, runtime, count):
    """What functions cost that are deployed and idle, in KiB each: once they are created, and once all have run."""
    before = resident_kib(server)
    invocations = [create(url, f"idle-{i}", code, "greeting.greet", runtime) for i in range(count)]
    created = resident_kib(server)
    for invocation in invocations:
        if json.loads(call(invocation, body=EVENT)) != {"message": "Hello Ada Lovelace"}:
            sys.exit("an idle function answers otherwise")
    invoked = resident_kib(server)
    print(
        f"\n{count} idle functions: {(created - before) / count:.1f} KiB each of the server's memory, "
        f"{(invoked - before) / count:.1f} KiB once each has run"
    )


def main(build, rounds, seconds, idle_functions):
    packages = build / "bench" / "serve-packages"
    with (
        tempfile.TemporaryDirectory() as folder,
        ended(subprocess.Popen([build / "bin" / "bench-echo", "0"], stdout=subprocess.PIPE, text=True)) as echo,
        ended(
            subprocess.Popen(
                [build / "bin" / "tandem", "serve", "--listen", "127.0.0.1:0", "--data", f"{folder}/data", "--quiet"],
                stderr=subprocess.PIPE,
                text=True,
            )
        ) as server,
    ):
        folder = Path(folder)
        url = re.search(r"http://\S+", server.stderr.readline()).group()
        targets = [
            Target("echo", f"http://127.0.0.1:{int(echo.stdout.readline())}/", EVENT, echo.pid, has_workers=False)
        ]
        python = zipped(packages / "python")
        invocation = create(url, "python", python, "greeting.greet", "python3.9")  # the nearest newer one there is
        targets.append(Target("python/w1", invocation, b'{"message": "Hello Ada Lovelace"}', server.pid))
        if (packages / "java").is_dir():
            invocation = create(url, "java", zipped(packages / "java"), "bench.Greeting::greet", "java11")
            targets.append(Target("java/w1", invocation, b'{"message":"Hello Ada Lovelace"}', server.pid))
        for target in targets:
            if (answer := call(target.url, body=EVENT)) != target.answer:
                sys.exit(f"{target.name}: {answer!r}")
            wrk(target, folder, seconds, checks=True)
            if target.name == "java/w1":
                wrk(target, folder, JVM_WARM_UP_SECONDS)
        for _ in range(rounds):
            for target in targets:
                measure(target, folder, seconds)
        report(targets)
        measure_idle(url, server.pid, python, "python3.9", idle_functions)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:5]))
