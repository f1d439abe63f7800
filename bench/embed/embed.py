"""Measures one call from programs in C, Go, Python and Java, beside JPype and jep where these do the same. Answers are checked.

embed.py BUILD_DIR ROUNDS SECONDS [PYTHON [JDK]]

BUILD_DIR is a build for both languages, with a loader for PYTHON; without PYTHON and JDK, those that serve by default are
taken. Each line printed is a host and a handler: microseconds a call through Tandem, and through the other, as medians over
the rounds of SECONDS, in which the two take turns; then the ratio, which is formed within each round, with the least and the
greatest. Each side is a process of its own, which has called for ten times SECONDS before.
"""

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Optional

from products import ROOT, Products, run

DATA = ROOT / "bench" / "data"
WORKLOADS = {"w1": 100, "w2": 1}  # calls, between which answers are compared
WARM_UP_ROUNDS = 10


class Side(NamedTuple):
    """A program that prints its first answer, and for each line of seconds calls for so long and prints calls and nanoseconds."""

    command: list
    environment: dict


class Line(NamedTuple):
    """What is printed as one."""

    host: str
    language: str  # of the handler
    workload: str
    tandem: Side
    other_name: str = ""
    other: Optional[Side] = None


class Caller:
    """A side that runs."""

    def __init__(self, side, wanted):
        self.process = subprocess.Popen(
            [str(word) for word in side.command],
            env=side.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        answer = self.read()
        if json.loads(answer) != wanted:
            sys.exit(f"{side.command}: wrong answer: {answer[:200]}")

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def read(self):
        return self.process.stdout.readline() or sys.exit(f"{self.process.args} has ended")

    def call(self, seconds):
        """Microseconds of a call."""
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        calls, nanoseconds = map(int, self.read().split())
        return nanoseconds / calls / 1e3


def wanted_answer(language, workload):
    if workload == "w1":
        return {"message": "Hello Ada Lovelace"}
    event = json.loads((DATA / "w2.json").read_bytes())
    return without_nulls(event) if language == "java" else event


def without_nulls(value):
    """Java leaves members out that are null (J-68)."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def lines(products, jpype, jep):
    of_jep = {**products.environment, "PYTHONPATH": products.jep_python_path}
    java = [products.jdk / "bin" / "java", "-Xss8m", "-cp", products.java_path, "Host"]
    python = [products.python, ROOT / "bench" / "embed" / "hosts" / "host.py"]
    for workload, batch in WORKLOADS.items():
        rest = [DATA / f"{workload}.json", batch]
        in_java = ["java", f"bench.Handlers::{workload}", products.java_package, products.jdk, *rest]
        in_python = ["python", f"handlers.{workload}", products.python_package, products.python, *rest]

        def side(*command, environment=products.environment):
            return Side(command, environment)

        yield Line("C", "java", workload, side(products.c_host, *in_java))
        yield Line("C", "python", workload, side(products.c_host, *in_python))
        yield Line("Go, workers", "java", workload, side(products.go_host, *in_java))
        yield Line("Go", "python", workload, side(products.go_host, *in_python))
        yield Line(
            "Python",
            "java",
            workload,
            side(*python, "tandem", workload, products.java_package, products.jdk, *rest),
            jpype,
            side(*python, "jpype", workload, products.jpype_path, products.jdk, *rest),
        )
        yield Line(
            "Java",
            "python",
            workload,
            side(*java, "tandem", workload, products.python_package, products.python, *rest),
            jep,
            side(*java, "jep", workload, products.python_package, products.jep_library, *rest, environment=of_jep),
        )


def measure(line, rounds, seconds):
    wanted = wanted_answer(line.language, line.workload)
    with ExitStack() as stack:
        callers = [stack.enter_context(Caller(side, wanted)) for side in (line.tandem, line.other) if side]
        for caller in callers:
            caller.call(seconds * WARM_UP_ROUNDS)
        taken = []
        for number in range(rounds):
            order = callers if number % 2 == 0 else callers[::-1]
            times = {caller: caller.call(seconds) for caller in order}
            taken.append([times[caller] for caller in callers])
    medians = [statistics.median(each) for each in zip(*taken)]
    text = f"{line.host:<12}{line.language + '/' + line.workload:<10}{medians[0]:>12.1f}"
    if line.other:
        ratios = [mine / others for mine, others in taken]
        text += f"{line.other_name:>14}{medians[1]:>12.1f}{statistics.median(ratios):>8.2f}"
        text += f"   {min(ratios):.2f} to {max(ratios):.2f}"
    print(text, flush=True)


def default_runtime(build, language):
    for runtime in json.loads(run(build / "bin" / "tandem", "runtimes", "--json"))["runtimes"]:
        if runtime["language"] == language and runtime["usable"]:
            return runtime["path"]
    return sys.exit(f"there is no usable {language}")


def version_of(python, package):
    return run(python, "-c", f"import importlib.metadata as m; print('{package}', m.version('{package}'))").strip()


def main(build, rounds, seconds, python=None, jdk=None):
    build = Path(build).resolve()
    python = python or default_runtime(build, "python")
    jdk = Path(jdk or default_runtime(build, "java"))
    products = Products(build, python, jdk)
    jpype, jep = (version_of(products.python, package) for package in ("JPype1", "jep"))
    print(f"{'host':<12}{'handler':<10}{'Tandem, us':>12}{'beside':>14}{'us':>12}{'ratio':>8}   of each round")
    for line in lines(products, jpype, jep):
        measure(line, int(rounds), float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
