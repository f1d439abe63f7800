"""Runs every row by the official client and by Tandem, compares, and prints the counts.

    run.py --host PROGRAM --side PROGRAM [--lanes N] [--only TEXT] [--python ID=CLIENT_PYTHON=PYTHON]...
           [--java ID=HOME]... [--jars FOLDER --package FOLDER --older-events FOLDER --early-events FOLDER
           --own-serializer FOLDER]

HOST is runtime_api_host, SIDE is tandem_side. CLIENT_PYTHON is of a virtual environment with the official client, PYTHON the
interpreter below it. Of Java, JARS has the official client, PACKAGE what java/pom.xml makes, OLDER-EVENTS and EARLY-EVENTS what
it makes with an older version of the event library and with its 2.x, OWN-SERIALIZER what it makes with a serializer. Fails on a difference that differences.json does not explain, and on fewer pairs, handlers or shares
than are promised.
"""

import argparse
import collections
import concurrent.futures
import platform
import sys
import tempfile
import zipfile
from pathlib import Path

import comparison
import differences
import events
import java_table
import python_table
import sides
from rows import Pair, with_too_many

PAIRS = 3000
HANDLERS = 150
FIXED = 20  # events of a handler at most that are not generated
SHARE = 30  # per cent, of pairs whose values took the fast paths, and of those that did not
SHOWN = 300  # bytes of an answer


class Count:
    """What one machine's pairs came to."""

    def __init__(self, pairs):
        self.pairs = len(pairs)
        self.handlers = {pair.row.handler for pair in pairs}
        self.paths = collections.Counter(pair.paths for pair in pairs)
        self.found = collections.Counter()

        self.with_too_many = with_too_many({id(pair.row): pair.row for pair in pairs}.values(), FIXED)
        generated = [pair.event for pair in pairs if isinstance(pair.event, events.Generated)]
        self.generated = len(generated)
        self.valid = sum(map(events.is_json, generated))

    def share(self, path):
        return 100 * self.paths[path] // max(self.pairs, 1)


def path_of(row, answer, left_over):
    """`slow` where a value went through the library, `fast` where none did, `none` where there were no values."""
    if any(left_over):
        return "slow"
    failed_init = answer.failed and answer.reported_type not in ("", "Runtime.UserException")
    return "none" if failed_init or not row.has_values else "fast"


def run_rows(rows, reference, tandem, lanes):
    pairs = []
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        expected = pool.map(reference.run, rows)
        for row, references in zip(rows, expected):
            answers, left_over = tandem.run(row)
            for number, (theirs, ours, left) in enumerate(zip(references, answers, left_over)):
                event = row.events[number]
                pairs.append(Pair(row, number, event, theirs, ours, path_of(row, ours, left)))
    return pairs


def shown(answer):
    if answer.fault:
        return f"fault {answer.fault}"
    if answer.ended is not None:
        return f"ended with {answer.ended}"
    text = repr(answer.body[:SHOWN])[1:]
    return ("error " if answer.failed else "ok    ") + text + (" ..." if len(answer.body) > SHOWN else "")


def report(language, identifier, pairs, known):
    """Prints what differs and the counts."""
    count = Count(pairs)
    for pair in pairs:
        found = comparison.difference(pair)
        if not found:
            continue
        explained = known.explain(language, identifier, pair)
        count.found["explained" if explained else "unexplained"] += 1
        if not explained:
            print(f"{identifier}: {pair.name}: {'; '.join(found)}")
            print(f"    reference {shown(pair.reference)}")
            print(f"    tandem    {shown(pair.tandem)}")
    print(
        f"{identifier}: {len(count.handlers)} handlers, {count.pairs} pairs; "
        + ", ".join(f"{count.paths[path]} {path} ({count.share(path)} %)" for path in ("fast", "slow", "none"))
        + f"; differences: {count.found['explained']} explained, {count.found['unexplained']} unexplained",
        flush=True,
    )
    return count


class Python:
    """A CPython, by its identifier."""

    language = "python"
    is_part = False
    package = python_table.PACKAGE
    probe = "probe.passes"

    def __init__(self, machine, _options, _folder):
        self.identifier, self._client, self.path = machine.split("=")

    def command(self, handler):
        return [self._client, "-B", "-m", "awslambdaric", handler]

    @staticmethod
    def rows():
        return python_table.rows()


class Java:
    """A JDK, by its identifier."""

    language = "java"
    is_part = False  # whether it is only a part of the language's rows, of which less is promised
    probe = "probe.Probe::passes"

    def __init__(self, machine, options, folder):
        self.identifier, self.path = machine.split("=")
        self.package = options.package
        jars = sorted(options.jars.glob("*.jar"))
        client = "com.amazonaws.services.lambda.runtime.api.client"
        self._command = [
            f"{self.path}/bin/java",
            *["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"],
            f"-D{client}.runtimeapi.NativeClient.JNI={self._native_part(jars, folder)}",
            *["-cp", ":".join(map(str, jars)), f"{client}.AWSLambda"],
        ]

    @staticmethod
    def _native_part(jars, folder):
        """Unpacked once: each client would write its own over the one file that others have mapped."""
        name = f"jni/libaws-lambda-jni.linux-{platform.machine()}.so"
        (client,) = (jar for jar in jars if "runtime-interface-client" in jar.name)
        return zipfile.ZipFile(client).extract(name, folder)

    def command(self, handler):
        return [*self._command, handler]

    @staticmethod
    def rows():
        return java_table.rows()


class _Part(Java):
    """The same with another package."""

    is_part = True

    def __init__(self, package, machine, options, folder):
        super().__init__(machine, options, folder)
        self.package = package


class OlderEvents(_Part):
    """An older version of the event library in the package."""

    def __init__(self, machine, options, folder):
        super().__init__(options.older_events, machine, options, folder)

    @staticmethod
    def rows():
        return java_table.event_rows()


class EarlyEvents(_Part):
    """Its 2.x, with the AWS SDK of which its events are made."""

    def __init__(self, machine, options, folder):
        super().__init__(options.early_events, machine, options, folder)

    @staticmethod
    def rows():
        return java_table.event_rows("early")


class OwnSerializer(_Part):
    """A package with a serializer of its own."""

    def __init__(self, machine, options, folder):
        super().__init__(options.own_serializer, machine, options, folder)

    @staticmethod
    def rows():
        return java_table.own_rows()


JAVA_KINDS = (Java, OlderEvents, EarlyEvents, OwnSerializer)


def machine_pairs(options, machine, folder):
    """Both sides of one machine."""
    rows = [row for row in machine.rows() if options.only in row.handler]
    reference = sides.Reference(
        folder / f"{machine.identifier}-reference.log",
        options.host,
        machine.command,
        machine.package,
        AWS_EXECUTION_ENV=f"AWS_Lambda_{machine.identifier}",
    )
    tandem = sides.Tandem(
        folder / f"{machine.identifier}-tandem.log",
        options.side,
        machine.language,
        machine.path,
        machine.package,
        machine.identifier,
        machine.probe,
    )
    try:
        return run_rows(rows, reference, tandem, options.lanes)
    finally:
        tandem.close()


def too_little(counts):
    """Which promises about the numbers are not kept; `counts` by language."""
    found = []
    total = sum(count.pairs for language in counts.values() for count in language)
    if total < PAIRS:
        found.append(f"{total} pairs, of at least {PAIRS}")
    for language, of_machines in counts.items():
        for count in of_machines:
            for handler, fixed in count.with_too_many:
                found.append(f"{language}: {handler} meets {fixed} events that are not generated, of at most {FIXED}")
            if count.valid * 2 != count.generated:
                found.append(f"{language}: {count.valid} of {count.generated} generated events are valid, not half")
            if len(count.handlers) < HANDLERS:
                found.append(f"{language}: {len(count.handlers)} handlers, of at least {HANDLERS}")
            found += [
                f"{language}: {count.share(path)} % {path}, of at least {SHARE} %"
                for path in ("fast", "slow")
                if count.share(path) < SHARE
            ]
    return found


def _path(text):
    """Absolute, as the programs run in the packages' folders."""
    return Path(text).resolve()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", type=_path, required=True)
    parser.add_argument("--side", type=_path, required=True)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--only", default="", help="rows whose handler has this in its name; nothing is promised then")
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--java", action="append", default=[])
    parser.add_argument("--jars", type=_path)
    parser.add_argument("--package", type=_path)
    parser.add_argument("--older-events", type=_path)
    parser.add_argument("--early-events", type=_path)
    parser.add_argument("--own-serializer", type=_path)
    return parser.parse_args()


def main():
    options = arguments()
    known = differences.Differences()
    counts, every = collections.defaultdict(list), []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        machines = [Python(text, options, folder) for text in options.python]
        machines += [kind(text, options, folder) for text in options.java for kind in JAVA_KINDS]
        for machine in machines:
            pairs = machine_pairs(options, machine, folder)
            count = report(machine.language, machine.identifier, pairs, known)
            every.append(count)
            if not machine.is_part:
                counts[machine.language].append(count)
    print(
        f"all: {sum(c.pairs for c in every)} pairs, {sum(c.paths['fast'] for c in every)} fast, "
        f"{sum(c.paths['slow'] for c in every)} slow, {sum(c.found['explained'] for c in every)} explained, "
        f"{sum(c.found['unexplained'] for c in every)} unexplained"
    )
    complaints = (
        [] if options.only else [*too_little(counts), *known.complaints([machine.identifier for machine in machines])]
    )
    for complaint in complaints:
        print(complaint)
    return 1 if complaints or any(count.found["unexplained"] for count in every) else 0


if __name__ == "__main__":
    sys.exit(main())
