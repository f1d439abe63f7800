"""Runs the command under test and makes the packages that it is given."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import textwrap
import zipfile
from pathlib import Path

HANG_GUARD_S = 180  # only ends a test run that hangs; no test expects a duration
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
START = re.compile(rf"START RequestId: ({UUID}) Version: \$LATEST")
REPORT = (
    r"REPORT RequestId: {id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: {memory} MB\t"
    r"Max Memory Used: [1-9]\d* MB\t(Init Duration: \d+\.\d\d ms\t)?"
)


def required(name):
    """The environment variable that the caller of these tests has to give."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"{name} is not set; see tests/cli/README.md")
    return value


def interpreters():
    """The interpreters under test, as --python takes them."""
    names = required("TANDEM_TEST_PYTHONS").split()
    return [f"python{name}" if re.fullmatch(r"\d+\.\d+", name) else name for name in names]


def java_homes():
    """The JDKs under test."""
    return required("TANDEM_TEST_JAVA_HOMES").split()


def command_path():
    return Path(required("TANDEM_BIN")).resolve()


def example(name):
    return str(Path(required("TANDEM_EXAMPLES")).resolve() / name)


def native_loaders():
    """The folder of the loader that needs no VM."""
    folders = list(command_path().parent.parent.glob("lib*/**/tandem/test-loaders"))
    assert folders, f"the native loader is not below {command_path().parent.parent}"
    return str(folders[0])


@dataclasses.dataclass
class Run:
    """What a run of the command left behind."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def request_id(self):
        found = START.search(self.stderr)
        assert found, f"no START line:\n{self.stderr}"
        return found.group(1)

    def handler_log(self, memory=128):
        """What standard error has between START and END; fails on anything that neither handler nor Tandem says."""
        found = re.fullmatch(
            rf"START RequestId: {self.request_id} Version: \$LATEST\n(.*)END RequestId: {self.request_id}\n"
            + REPORT.format(id=self.request_id, memory=memory)
            + "\n",
            self.stderr,
            re.DOTALL,
        )
        assert found, f"unexpected standard error:\n{self.stderr}"
        return found.group(1)


def isolation():
    """Where the handlers of this run live: `inline` or `process`."""
    return os.environ.get("TANDEM_TEST_ISOLATION", "process")


def with_isolation(arguments):
    """A command line that says so, where it is an invocation and does not say otherwise."""
    if arguments[:1] != ("invoke",) or isolation() == "process" or "--isolation" in arguments:
        return arguments
    return ("invoke", "--isolation", isolation(), *arguments[1:])


class Tandem:
    """The command in an environment that the caller's own does not change."""

    def __init__(self, folder):
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not re.match(r"AWS_|_|PYTHON|JAVA_|JDK_|VIRTUAL_ENV|TANDEM_|LAMBDA_|TZ$|LANG$|LC_", name)
        }
        self.env["TANDEM_CACHE_DIR"] = str(folder / "cache")
        if "TANDEM_TEST_ZYGOTES" in os.environ:
            self.env["TANDEM_ZYGOTES"] = os.environ["TANDEM_TEST_ZYGOTES"]

    def environment(self, changes=None):
        env = {**self.env, **(changes or {})}
        return {name: value for name, value in env.items() if value is not None}

    def __call__(self, *arguments, stdin=b"", env=None, cwd=None, binary=None):
        done = subprocess.run(
            [str(binary or command_path()), *map(str, with_isolation(arguments))],
            input=stdin,
            capture_output=True,
            env=self.environment(env),
            cwd=cwd,
            timeout=HANG_GUARD_S,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "backslashreplace"))

    def invoke(self, handler, code, *arguments, **options):
        return self("invoke", "--handler", handler, "--code", code, *arguments, **options)

    def start(self, *arguments, env=None, **options):
        """The command running, with its streams as pipes unless the options say otherwise."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            [str(command_path()), *map(str, with_isolation(arguments))],
            env=self.environment(env),
            **{**pipes, **options},
        )


def hints_of(run):
    """What standard error has of advice."""
    return re.findall("^tandem: hint: (.*)$", run.stderr, re.MULTILINE)


def hint_of(run):
    """The one hint of a function that failed, below its error and before what the platform says at the end.

    PIP stands for the pip of the interpreter that ran.
    """
    assert run.code == 1, run.stderr
    (hint,) = hints_of(run)
    return re.sub(r"(/\S+) -m pip ", lambda pip: "PIP " if os.access(pip[1], os.X_OK) else pip[0], hint)


def write_files(folder, files):
    for name, text in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return str(folder)


def archived(name, mode=0o100644, method=zipfile.ZIP_DEFLATED):
    """An archive's entry with a mode of its own: zipfile's default lets nobody but the owner read it (K-17)."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    entry.compress_type = method
    return entry


def write_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(archived(name), text if isinstance(text, bytes) else textwrap.dedent(text))
    return str(path)


def as_user(folder):
    """The command as a user without root's right to read and write all files."""
    binary = folder / "as-user"
    rights = "setpriv --bounding-set -dac_override,-dac_read_search" if os.geteuid() == 0 else ""
    binary.write_text(f'#!/bin/sh\nexec {rights} "{command_path()}" "$@"\n')
    binary.chmod(0o755)
    return binary


def compile_java(folder, sources=None, class_path="", release=8):
    """Compiles Java sources, those of tests/cli/java by default, into a package folder."""
    tree = command_path().parent.parent
    core = [str(jar) for jar in tree.glob("lib*/**/tandem/java/*core*.jar")]
    assert core, f"the core jar is not below {tree}"
    homes = [os.environ["JAVA_HOME"]] if os.environ.get("JAVA_HOME") else []
    compilers = [str(Path(home) / "bin" / "javac") for home in homes + java_homes()] + [shutil.which("javac") or ""]
    compiler = next(path for path in compilers if path and os.access(path, os.X_OK))
    sources = sources or sorted(str(path) for path in (Path(__file__).parent / "java").rglob("*.java"))
    subprocess.run(
        [
            *(compiler, "-nowarn", "-Xlint:-options", "--release", str(release)),
            *("-cp", f"{core[0]}:{class_path}", "-d", str(folder), *sources),
        ],
        check=True,
        timeout=HANG_GUARD_S,
    )
    return str(folder)
