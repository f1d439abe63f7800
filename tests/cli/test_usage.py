"""Verbs, help and bad use."""

import re
import subprocess
from pathlib import Path

import pytest
from support import command_path, hint_of, hints_of, isolation, write_files, write_zip

ROOT = Path(__file__).resolve().parents[2]
ECHO = "def handler(event, context):\n    return event\n"


def test_version(tandem):
    run = tandem("--version")
    assert (run.code, run.stderr) == (0, "")
    lines = run.stdout.decode().splitlines()
    commit = re.fullmatch(r"tandem \d+\.\d+\.\d+ \(commit ([0-9a-f]{7,}|unknown)\)", lines[0])[1]
    head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    assert head.stdout.startswith(commit) if head.returncode == 0 else commit == "unknown"
    loaders = [line.split()[1] for line in lines[1:]]
    assert "java" in loaders
    assert any(re.fullmatch(r"python3\.\d+", name) for name in loaders)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["help"],
        ["invoke", "--help"],
        ["help", "invoke"],
        ["runtimes", "-h"],
        ["help", "runtimes"],
        ["list", "-h"],
    ],
)
def test_help(tandem, arguments):
    run = tandem(*arguments)
    assert (run.code, run.stderr) == (0, "")
    text = run.stdout.decode()
    assert "Usage:" in text
    assert max(map(len, text.splitlines())) <= 100


def test_help_names_every_option(tandem):
    text = tandem("invoke", "--help").stdout.decode()
    options = "template parameter handler code payload event runtime strict-runtimes python java-home venv timeout"
    options += (
        " memory-size env env-from-host client-context function-name invocation-type log-type isolation quiet verbose"
    )
    for option in options.split():
        assert f"--{option} " in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a verb is missing"),
        (["invok"], "did you mean invoke?"),
        (["runtime"], "did you mean runtimes?"),
        (["--versoin"], "did you mean --version?"),
        (["frobnicate"], "unknown verb frobnicate"),
        (["help", "invokes"], "did you mean invoke?"),
        (["--version", "x"], "unexpected argument 'x'"),
        (["help", "invoke", "x"], "unexpected argument 'x'"),
        (["runtimes", "x"], "unexpected argument 'x'"),
        (["runtimes", "--jsno"], "did you mean --json?"),
        (["invoke"], "--handler"),
        (
            ["invoke", "--handler", "a.b", "c"],
            "invoke: unexpected argument 'c': beside --handler only a function of a template is taken, and there is no "
            "template.yaml, template.yml or template.json in this folder; leave it out, or put a value with a blank into ",
        ),
        (["invoke", "--handler"], "--handler needs a value: "),
        (["invoke", "--handler", "--code", "x"], "--handler needs a value: "),
        (["invoke", "--payload", "--quiet", "--handler", "a.b"], "--payload needs a value: "),
        (["invoke", "--handler", "a.b", "--timeout", "--code=x"], "--timeout needs a value: "),
        (["invoke", "--handler", "a.b", "-e", "--quiet"], "--event needs a value: "),
        (["invoke", "--handler", "a.b", "--handler", "a.b"], "--handler is given more than once"),
        (["invoke", "--handlr", "a.b"], "did you mean --handler?"),
        (["invoke", "--hand", "a.b"], "unknown option --hand"),
        (["invoke", "--handler", "a.b", "-x"], "unknown option -x"),
        (["invoke", "a.b"], "that could have a.b; name one with --template, or run a handler by --handler"),
        (["invoke", "a", "b"], "unexpected argument 'b'"),
        (["lsit"], "did you mean list?"),
        (["list", "x"], "unexpected argument 'x'"),
        (["invoke", "--handler", "a.b", "--quiet=yes"], "--quiet takes no value"),
        (["invoke", "--handler", "a.b", "-v", "--quiet"], "--quiet and --verbose"),
        (["invoke", "--handler", "a.b", "--payload", "1", "-e", "x"], "--payload and --event"),
        (["invoke", "--handler", "a.b", "--payload", "@gone.json"], "--payload: cannot read gone.json"),
        (["invoke", "--handler", "a.b", "--payload", "@/"], "--payload: cannot read /"),
        (["invoke", "--handler", "a.b", "-e", "gone.json"], "--event: cannot read gone.json"),
        (["invoke", "--handler", "a.b", "--timeout", "soon"], "--timeout: 'soon'"),
        (["invoke", "--handler", "a.b", "--timeout", "-1"], "--timeout: '-1'"),
        (["invoke", "--handler", "a.b", "--timeout", "nan"], "--timeout: 'nan'"),
        (["invoke", "--handler", "a.b", "--timeout", "1e3"], "--timeout: '1e3'"),
        (["invoke", "--handler", "a.b", "--timeout", ""], "--timeout: ''"),
        (["invoke", "--handler", "a.b", "--timeout", "3s"], "--timeout: '3s'"),
        (["invoke", "--handler", "a.b", "--timeout", "1e300"], "--timeout: '1e300'"),
        (["invoke", "--handler", "a.b", "--memory-size", "0"], "--memory-size: '0'"),
        (["invoke", "--handler", "a.b", "--memory-size", "1.5"], "--memory-size: '1.5'"),
        (["invoke", "--handler", "a.b", "--memory-size", "99999999999"], "--memory-size: '99999999999'"),
        (["invoke", "--handler", "a.b", "--function-name", "a b"], "--function-name: 'a b'"),
        (["invoke", "--handler", "a.b", "--function-name", "x" * 65], "--function-name: 'xxx"),
        (["invoke", "--handler", "a.b", "--invocation-type", "Evnt"], "did you mean Event?"),
        (["invoke", "--handler", "a.b", "--invocation-type", "event"], "RequestResponse, Event or DryRun"),
        (["invoke", "--handler", "a.b", "--log-type", "Head"], "--log-type: 'Head' is not None or Tail"),
        (["invoke", "--handler", "a.b", "--isolation", "vm"], "--isolation: 'vm'"),
        (["invoke", "--handler", "a.b", "--code", ""], "--code is empty"),
        (["invoke", "--handler", "a.b", "--python", ""], "--python is empty"),
        (["invoke", "--handler", "a.b", "--java-home", ""], "--java-home is empty"),
        (["invoke", "--handler", "a.b", "--venv", ""], "--venv is empty"),
        (["invoke", "--handler", "a.b", "-e", ""], "--event is empty"),
        (["invoke", "--handler", "a.b", "--payload", "@"], "--payload: the file's name after @ is empty"),
        (["two\nlines"], "unknown verb two\\nlines"),
        (["invoke", "--handler", "a.b", "--timeout", "1\n2"], "--timeout: '1\\n2'"),
        (["invoke", "--handler", "a.b", "--code", "gone\n\x1b[31m.zip"], "gone\\n\\x1b[31m.zip"),
    ],
)
def test_bad_use(tandem, tmp_path, arguments, said):
    """Exit 2, one line that names the option, nothing on standard output."""
    run = tandem(*arguments, cwd=tmp_path)
    assert (run.code, run.stdout) == (2, b"")
    assert said in run.stderr
    assert run.stderr.startswith("tandem: ")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--code", "gone.zip"], 2, "--code: there is no package gone.zip"),
        (["--code", "empty.zip"], 2, "--code: the package empty.zip cannot be used"),
        (["--code", "nothing"], 2, "--code: handler 'app.handler' in "),
        (["--code", "nothing.zip"], 2, "--code: handler 'app.handler' in nothing.zip: no language claims it"),
        (["--runtime", "ruby3.2"], 2, "--runtime: unknown runtime 'ruby3.2'"),
        (["--runtime", "python99.9"], 3, "--runtime: no runtime on this machine serves python99.9"),
        (["--python", "/bin/cat"], 3, "--python: "),
        (["--venv", "nothing"], 2, "--venv: "),
        (["--runtime", "java", "--java-home", "nothing"], 3, "--java-home: "),
        (["--runtime", "java", "--env", "JAVA_TOOL_OPTIONS=-Xnonsense"], 3, "--runtime: the JVM could not start"),
        (
            ["--runtime", "java", "--env", "JAVA_TOOL_OPTIONS=-Xmx1"],
            3,
            "--runtime: the JVM could not start: Too small maximum heap",
        ),
        (["VIRTUAL_ENV=nothing"], 2, "VIRTUAL_ENV: "),
    ],
)
def test_failures_name_what_they_are_about(tandem, tmp_path, arguments, code, said):
    """One line for exit 2 and 3, too, where core refuses what the options ask for."""
    write_files(tmp_path, {"app.py": ECHO, "empty.zip": "", "nothing/notes.txt": ""})
    write_zip(tmp_path / "nothing.zip", {"notes.txt": ""})
    env = dict(word.split("=", 1) for word in arguments if word.startswith("VIRTUAL_ENV="))
    options = [word for word in arguments if not word.startswith("VIRTUAL_ENV=")]
    run = tandem("invoke", "--handler", "app.handler", *options, cwd=tmp_path, env=env)
    assert (run.code, run.stdout) == (code, b"")
    assert run.stderr.startswith(f"tandem: invoke: {said}")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PYTHONHOME", "/nosuch", "; PYTHONHOME is /nosuch"),
        ("PYTHONHASHSEED", "bogus", "Python cannot be started: PYTHONHASHSEED must be "),
        ("JAVA_TOOL_OPTIONS", "-Xbogus", "; JAVA_TOOL_OPTIONS is -Xbogus"),
        ("_JAVA_OPTIONS", "-Xbogus", "; _JAVA_OPTIONS is -Xbogus"),
    ],
)
def test_variable_that_stops_a_runtime_is_named(tandem, java_package, tmp_path, name, value, said):
    """And no option that was not given."""
    package = write_files(tmp_path, {"app.py": ECHO})
    target = ("demo.Talk::version", java_package) if "JAVA" in name else ("app.handler", package)
    inherited = () if isolation() == "inline" else ("--env-from-host", name)
    for options, env in (inherited, {name: value}), (("--env", f"{name}={value}"), {}):
        run = tandem.invoke(*target, *options, env=env)
        assert (run.code, run.stdout) == (3, b"")
        assert re.match("tandem: invoke: [^-]", run.stderr)
        assert said in run.stderr
        assert run.stderr.count(name) == 1
        assert run.stderr.count("\n") == 1


def test_python_home_stops_each_python_in_one_line(invoke_python, python):
    run = invoke_python(ECHO, "--python", python, "--env", "PYTHONHOME=/nosuch")
    assert (run.code, run.stdout) == (3, b"")
    assert run.stderr.startswith(
        "tandem: invoke: --python: Python cannot be started: its standard library is not where"
    )
    assert "; PYTHONHOME is /nosuch" in run.stderr and run.stderr.count("\n") == 1
    tell = [python, "-c", "import sys; print(sys.base_prefix)"]
    home = subprocess.run(tell, capture_output=True, text=True, check=True).stdout.strip()
    assert invoke_python(ECHO, "--python", python, env={"PYTHONHOME": home}).code == 0


def test_values_may_be_joined(tandem, tmp_path):
    package = write_files(tmp_path, {"app.py": ECHO})
    run = tandem(
        *(
            "invoke",
            "--handler=app.handler",
            f"--code={package}",
            "--payload=[1]",
            "--isolation=inline",
            "--timeout=0.5",
        )
    )
    assert (run.code, run.stdout) == (0, b"[1]")


HUGE = 1 << 42  # bytes, of a file without blocks


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--payload", "-"], "--payload: there is no memory for standard input, which goes on after [0-9]+ bytes"),
        (["-e", "-"], "--event: there is no memory for standard input, which goes on after [0-9]+ bytes"),
        (["--payload", "@/dev/zero"], "--payload: there is no memory for /dev/zero, which goes on after [0-9]+ bytes"),
        (["--payload", "@sparse"], f"--payload: there is no memory for sparse, which has {HUGE} bytes"),
        (["--event", "sparse"], f"--event: there is no memory for sparse, which has {HUGE} bytes"),
    ],
)
def test_an_event_that_memory_does_not_suffice_for(tandem, tmp_path, arguments, said):
    """With a limit, which an endless one reaches in no time; the sparse file's size is beyond any machine's memory."""
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(HUGE)
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -v 600000\nexec "{command_path()}" "$@" </dev/zero\n')
    limited.chmod(0o755)
    run = tandem("invoke", "--handler", "app.handler", *arguments, cwd=tmp_path, binary=limited)
    assert (run.code, run.stdout) == (2, b"")
    assert re.fullmatch(f"tandem: invoke: {said}\n", run.stderr), run.stderr
    if "sparse" in arguments[-1]:
        unlimited = tandem("invoke", "--handler", "app.handler", *arguments, cwd=tmp_path)
        assert (unlimited.code, unlimited.stderr) == (run.code, run.stderr)


def test_an_event_of_a_size_that_its_file_does_not_say(tandem, tmp_path):
    """A pipe and a file of /proc, over many blocks."""
    package = write_files(tmp_path, {"app.py": "def handler(event, context):\n    return len(event)\n"})
    for size in (0, 65535, 65536, 1_000_001):
        event = b'"' + b"x" * size + b'"'
        assert tandem.invoke("app.handler", package, "--payload", "-", stdin=event).stdout == str(size).encode()
    run = tandem.invoke("app.handler", package, "-e", "/proc/sys/kernel/pid_max")
    assert b"has no len()" in run.stdout  # a number


def test_empty_payload_is_passed_as_it_is(invoke_python):
    """J-39."""
    for arguments in (["--payload", ""], ["--payload="]):
        run = invoke_python(ECHO, *arguments)
        assert (run.code, run.json["errorType"]) == (1, "Runtime.UnmarshalError")


@pytest.mark.parametrize("handler", ["app.handler", "demo.Talk::version"])
def test_a_payload_that_is_a_files_name(tandem, tmp_path, java_package, handler):
    """The error is the function's as ever; the hint is for who forgot the @."""
    code = (
        java_package
        if "::" in handler
        else write_files(tmp_path, {"app.py": "def handler(event, context):\n    return 1"})
    )
    write_files(tmp_path, {"event.json": "{}", "1": "", "odd\x1b.json": ""})

    def invoke(payload, *arguments, code=code, handler=handler):
        return tandem.invoke(handler, code, "--payload", payload, "--timeout", "0", *arguments, cwd=tmp_path)

    run = invoke("event.json")
    assert run.json == {**invoke("gone.json").json, **({"requestId": run.request_id} if "::" not in handler else {})}
    assert hint_of(run) == (
        "the payload is the text event.json; the content of the file of that name is given by --payload @event.json"
    )
    assert hint_of(invoke("odd\x1b.json")).endswith(" --payload @odd\\x1b.json")
    assert hints_of(invoke("gone.json")) == hints_of(invoke("event.json", "--quiet")) == hints_of(invoke("1")) == []
    assert (invoke("1").code, invoke("@event.json").code) == (0, 0)


def test_a_payload_that_is_a_files_name_is_no_second_hint(tandem, tmp_path):
    write_files(tmp_path, {"app.py": "def handler(event, context):\n    return 1", "event.json": "{}"})
    assert hint_of(tandem.invoke("app.handlr", tmp_path, "--payload", "event.json", cwd=tmp_path)) == (
        "did you mean app.handler?"
    )


def test_command_works_through_a_link_from_anywhere(tandem, tmp_path):
    link = tmp_path / "linked"
    link.symlink_to(command_path())
    run = tandem("--version", binary=link, cwd=tmp_path)
    assert run.code == 0
    assert b"loader java" in run.stdout
