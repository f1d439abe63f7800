"""Which runtime serves: languages, identifiers, interpreters, virtual environments; `tandem runtimes`."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import HANG_GUARD_S, command_path, interpreters, java_homes, write_files

VERSION = "import sys\ndef handler(event, context):\n    return '%d.%d' % sys.version_info[:2]\n"
ECHO = "def handler(event, context):\n    return event\n"


def usable_runtimes(tandem):
    run = tandem("runtimes", "--json")
    assert run.code == 0
    return [entry for entry in run.json["runtimes"] if entry["usable"] and entry["language"] != "any"]


def version_of(python):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-I", "-c", code], text=True, timeout=HANG_GUARD_S).strip()


def test_runtimes_lists_what_is_under_test(tandem):
    entries = usable_runtimes(tandem)
    paths = {str(Path(entry["path"]).resolve()) for entry in entries}
    for path in interpreters() + java_homes():
        assert str(Path(shutil.which(path) or path).resolve()) in paths
    for entry in entries:
        assert entry["language"] in ("java", "python")
        assert re.fullmatch(entry["language"] + r"\d+(\.\d+)?", entry["identifier"])
        assert Path(entry["loader"]).is_file()
        assert entry["reason"] == ""


def test_runtimes_as_a_table(tandem):
    run = tandem("runtimes")
    assert (run.code, run.stderr) == (0, "")
    lines = run.stdout.decode().splitlines()
    assert lines[0].split() == ["LANGUAGE", "RUNTIME", "VERSION", "LOADER", "FOUND", "PATH"]
    for entry in tandem("runtimes", "--json").json["runtimes"]:
        loader = (entry["usable"] and Path(entry["loader"]).name) or "-"
        row = next(line for line in lines if line.endswith(" " + entry["path"]))
        version = entry["version"] if entry["language"] != "any" else "-"
        assert row.split()[:5] == [entry["language"], entry["identifier"], version, loader, entry["origin"]]
        if not entry["usable"]:
            assert f"    cannot be used: {entry['reason']}" in lines


def copy_tree(folder, *loaders):
    """The command beside a library that has these loaders only."""
    tree = command_path().parent.parent
    library = next(path for path in tree.glob("lib*/libtandem.so") if path.is_file())
    target = folder / library.parent.name
    (folder / "bin").mkdir(parents=True)
    (target / "tandem" / "loaders").mkdir(parents=True)
    shutil.copy(command_path(), folder / "bin" / "tandem")
    for file in library.parent.glob("libtandem.so*"):
        shutil.copy(file, target / file.name)
    for loader in loaders:
        shutil.copy(library.parent / "tandem" / "loaders" / loader, target / "tandem" / "loaders")
    return folder / "bin" / "tandem"


def test_runtimes_without_any_usable_one(tandem, tmp_path):
    run = tandem("runtimes", binary=copy_tree(tmp_path, "python-finder.so"))
    assert (run.code, run.stderr) == (3, "tandem: no usable runtime was found\n")
    assert b"cannot be used: " in run.stdout


def test_a_loader_that_is_rejected_says_why(tandem, tmp_path):
    write_files(tmp_path, {"junk.so": "junk"})
    env = {"TANDEM_LOADER_PATH": str(tmp_path)}
    version = tandem("--version", env=env)
    assert (version.code, version.stderr) == (0, "")
    lines = version.stdout.decode().splitlines()
    why = f"{tmp_path}/junk.so is not usable: file too short"
    assert f"rejected: {why}" in lines
    assert not [line for line in lines if line.startswith("loader junk")]
    assert [line for line in lines if line.startswith("loader python3.")]  # which lack their VM's symbols, and serve
    assert f"    cannot be used: {why}" in tandem("runtimes", env=env).stdout.decode().splitlines()


def test_a_loaders_folder_that_is_not_there_is_a_warning(tandem, invoke_python, tmp_path):
    env = {"TANDEM_LOADER_PATH": str(tmp_path / "gone")}
    why = f"cannot read the loaders' folder {tmp_path}/gone: No such file or directory"
    assert f"    cannot be used: {why}" in tandem("runtimes", env=env).stdout.decode().splitlines()
    run = invoke_python(ECHO, "-v", env=env)
    assert run.code == 0
    assert f"tandem: warning: {why}\n" in run.stderr
    assert "warning" not in invoke_python(ECHO, env=env).stderr


def test_runtimes_says_the_whole_list_that_one_more_takes(tandem, tmp_path):
    """TANDEM_PYTHONS with the missing version alone would drop what is built now."""
    binary = copy_tree(tmp_path / "tree", "python-finder.so")
    files = dict.fromkeys(("bin/python3.12", "lib/libpython3.12.so.1.0"), "\x7fELF")
    write_files(tmp_path / "place", files)
    (tmp_path / "place/bin/python3.12").chmod(0o755)
    write_files(next((tmp_path / "tree").glob("lib*/tandem/loaders")), {"python3.9.so": "", "python3.13.so": ""})
    run = tandem("runtimes", binary=binary, env={**NOWHERE, "PATH": tmp_path / "place/bin"})
    assert b"no loader is built for 3.12 (only for 3.13, 3.9): " in run.stdout
    assert b"configure the build with TANDEM_PYTHONS=3.13,3.9,3.12\n" in run.stdout


NOWHERE = {"PATH": None, "HOME": None, "PYENV_ROOT": None}


def test_what_the_loaders_are_built_with_needs_no_path(tandem):
    loaders = {entry["loader"] for entry in usable_runtimes(tandem)}
    run = tandem("runtimes", "--json", env=NOWHERE)
    assert {entry["loader"] for entry in run.json["runtimes"] if entry["usable"] and entry["loader"]} == loaders


@pytest.mark.parametrize(
    ("loader", "finder", "files", "found"),
    [
        ("python3.9", "python-finder.so", ["bin/python3.9", "lib/libpython3.9.so.1.0"], "bin/python3.9"),
        ("java", "java-finder.so", ["bin/java"], ""),
    ],
)
def test_recorded_runtime_is_the_last_place_to_look(tandem, tmp_path, loader, finder, files, found):
    """Listed with its origin, once when PATH has it, too, and no more when it is gone."""
    binary = copy_tree(tmp_path / "tree", finder)
    place = tmp_path / "place"
    write_files(place, dict.fromkeys(files, "\x7fELF"))
    for name in files:
        (place / name).chmod(0o755)
    folder = next((tmp_path / "tree").glob("lib*/tandem/loaders"))
    write_files(folder, {f"{loader}.so": "", f"{loader}.built-with": f"{place / found}\n"})

    def origins(**env):
        entries = tandem("runtimes", "--json", binary=binary, env={**NOWHERE, **env}).json["runtimes"]
        return [entry["origin"] for entry in entries if entry["path"].rstrip("/") == str(place / found)]

    assert origins() == ["build"]
    table = tandem("runtimes", binary=binary, env=NOWHERE).stdout.decode().splitlines()
    assert " build " in next(line for line in table if line.endswith(str(place / found)))
    assert origins(PATH=str(place / "bin")) == ["PATH"]
    shutil.rmtree(place)
    assert origins() == []


def test_without_loaders(tandem, tmp_path):
    binary = copy_tree(tmp_path / "tree")
    package = write_files(tmp_path / "package", {"app.py": ECHO})
    for arguments in (["runtimes"], ["invoke", "--handler", "app.handler", "--code", package]):
        run = tandem(*arguments, binary=binary)
        assert (run.code, run.stdout) == (3, b"")
        assert "tandem/loaders" in run.stderr
    write_files(
        tmp_path, {"template.yaml": "Resources: {A: {Type: AWS::Lambda::Function, Properties: {Code: package}}}"}
    )
    run = tandem("list", binary=binary, cwd=tmp_path)
    assert (run.code, run.stdout[:8]) == (0, b"FUNCTION")
    assert re.search("^tandem: warning: .*tandem/loaders", run.stderr, re.MULTILINE), run.stderr
    run = tandem("--version", binary=binary)
    assert (run.code, run.stdout.count(b"\n")) == (0, 1)


def test_folder_of_loaders_by_the_environment(tandem, tmp_path):
    """It is enough, and one that is gone is listed and in nobody's way; when it was the only one, it is named."""
    binary = copy_tree(tmp_path / "tree")
    own = next((tmp_path / "tree").glob("lib*/tandem/loaders"))
    loaders = next(command_path().parent.parent.glob("lib*/tandem/loaders"))
    own.rmdir()
    run = tandem("runtimes", binary=binary, env={"TANDEM_LOADER_PATH": str(loaders)})
    assert run.code == 0
    assert b"cannot read the loaders' folder" not in run.stdout
    run = tandem("runtimes", env={"TANDEM_LOADER_PATH": str(tmp_path / "gone")})
    assert run.code == 0
    assert f"cannot be used: cannot read the loaders' folder {tmp_path / 'gone'}: " in run.stdout.decode()
    package = write_files(tmp_path / "package", {"app.py": ECHO})
    for env in ({"TANDEM_LOADER_PATH": str(tmp_path / "gone")}, {"TANDEM_LOADER_PATH": str(own)}):
        run = tandem.invoke("app.handler", package, binary=binary, env=env)
        assert (run.code, run.stdout) == (3, b"")
        assert run.stderr.startswith("tandem: invoke: TANDEM_LOADER_PATH: ")
        assert env["TANDEM_LOADER_PATH"] in run.stderr


def test_interpreter_by_path(invoke_python, python):
    run = invoke_python(VERSION, "--python", python)
    assert run.json == version_of(python)


def test_jdk_by_path(tandem, java_package, java_home):
    run = tandem.invoke("demo.Talk::version", java_package, "--java-home", java_home)
    entry = next(e for e in usable_runtimes(tandem) if Path(e["path"]).resolve() == Path(java_home).resolve())
    assert run.json == entry["version"]


@pytest.mark.parametrize("kilobytes", [150_000, 200_000, 250_000, 300_000, 350_000, 400_000, 450_000])
def test_jdk_without_room(tandem, java_package, java_home, tmp_path, kilobytes):
    """Where `ulimit -v` leaves too little it says so, and no signal ends it."""
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -v {kilobytes}\nexec {command_path()} "$@"\n')
    limited.chmod(0o755)
    options = ("--handler", "demo.Talk::version", "--code", java_package, "--java-home", java_home)
    run = tandem("invoke", *options, binary=limited)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (3, b"", 1), run.stderr
    assert run.stderr.startswith("tandem: invoke: --java-home: the JVM could not start: ")


def test_newest_serves_by_default(tandem, invoke_python):
    """J-03: and its identifier is the function's."""
    source = """
        import os
        import sys

        def handler(event, context):
            return [os.environ["AWS_EXECUTION_ENV"], "python%d.%d" % sys.version_info[:2]]
        """
    newest = next(entry for entry in usable_runtimes(tandem) if entry["language"] == "python")
    assert invoke_python(source).json == ["AWS_Lambda_" + newest["identifier"], newest["identifier"]]


def test_identifier_chooses_the_version(tandem, invoke_python):
    for entry in usable_runtimes(tandem):
        if entry["language"] == "python":
            run = invoke_python(VERSION, "--runtime", entry["identifier"])
            assert (run.code, "python" + run.json) == (0, entry["identifier"])
            assert "warning" not in run.stderr


def test_old_label_runs_on_a_newer_version(invoke_python):
    """H-PY-39, J-03: with a warning; the label decides how text is escaped."""
    run = invoke_python(ECHO, "--runtime", "python3.6", "--payload", '"é"')
    assert (run.code, run.stdout) == (0, b'"\\u00e9"')
    assert re.match(r"tandem: warning: runtime python3\.6 .*\n", run.stderr)


def test_strict_runtimes_refuses(invoke_python):
    run = invoke_python(ECHO, "--runtime", "python3.6", "--strict-runtimes")
    assert (run.code, run.stdout) == (3, b"")
    assert "python3.6" in run.stderr


@pytest.mark.parametrize("runtime", ["python9.9", "java99"])
def test_no_older_version_serves(tandem, java_package, runtime):
    run = tandem.invoke("demo.Talk::version", java_package, "--runtime", runtime)
    assert (run.code, run.stdout) == (3, b"")
    assert runtime in run.stderr


@pytest.mark.parametrize("runtime", ["ruby3.2", "nodejs18.x", "pythonx", "", "3.11"])
def test_unknown_runtime(invoke_python, runtime):
    run = invoke_python(ECHO, "--runtime", runtime)
    assert (run.code, run.stdout) == (2, b"")
    assert "runtime" in run.stderr
    assert run.stderr.count("\n") == 1


def test_runtime_of_another_form(invoke_python, tandem, java_package):
    """The near ones are named; a version that may be, but is not here, stays unavailable."""
    run = invoke_python(ECHO, "--runtime", "python3")
    assert run.code == 2
    assert re.fullmatch(
        r"tandem: invoke: --runtime: unknown runtime 'python3'; near it are python3\.\d+(, python3\.\d+)*; python alone "
        r"is the newest usable one\n",
        run.stderr,
    ), run.stderr
    run = tandem.invoke("demo.Talk::version", java_package, "--runtime", "java1.8")
    assert (run.code, "unknown runtime 'java1.8'; near it are java" in run.stderr) == (2, True)
    assert invoke_python(ECHO, "--runtime", "python3.99").code == 3


def test_package_decides_the_language(tandem, java_package, tmp_path):
    """A name with :: is Java's; a class is Java's; a module, or else any source, is Python's."""
    assert tandem.invoke("demo.Talk::version", java_package).code == 0
    assert tandem.invoke("demo.Talk$Echo", java_package, "--payload", "[1]").stdout == b"[1]"
    mixed = write_files(tmp_path / "mixed", {"app.py": ECHO})
    shutil.copytree(Path(java_package) / "demo", tmp_path / "mixed" / "demo")
    assert tandem.invoke("app.handler", mixed, "--payload", "[2]").stdout == b"[2]"
    assert tandem.invoke("demo.Talk$Echo", mixed, "--payload", "[3]").stdout == b"[3]"
    assert tandem.invoke("nowhere.handler", mixed).json["errorType"] == "Runtime.ImportModuleError"


def test_language_clash(tandem, java_package, tmp_path):
    """Exit 2, naming --runtime, which settles it."""
    package = write_files(tmp_path / "clash", {"demo.py": "def Ending(event, context):\n    return 'python'\n"})
    shutil.copytree(Path(java_package) / "demo", tmp_path / "clash" / "demo")
    run = tandem.invoke("demo.Ending", package)
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith("tandem: invoke: --runtime: ")
    assert "java" in run.stderr
    assert "python" in run.stderr


def test_package_without_code(tandem, tmp_path):
    run = tandem.invoke("app.handler", write_files(tmp_path, {"notes.txt": "x"}))
    assert (run.code, run.stdout) == (2, b"")
    assert "--runtime" in run.stderr


@pytest.mark.parametrize(("option", "code"), [("--python", 2), ("--java-home", 2), ("--venv", 2)])
def test_path_that_does_not_exist(invoke_python, tmp_path, option, code):
    run = invoke_python(ECHO, option, tmp_path / "nowhere")
    assert (run.code, run.stdout) == (code, b"")
    assert run.stderr.startswith(f"tandem: invoke: {option}: ")


def test_path_that_is_no_runtime(invoke_python, tandem, java_package, tmp_path):
    """Exit 3: what was named cannot serve."""
    run = invoke_python(ECHO, "--python", "/bin/cat")
    assert (run.code, run.stdout) == (3, b"")
    assert "/bin/cat" in run.stderr
    run = tandem.invoke("demo.Talk::version", java_package, "--java-home", tmp_path)
    assert (run.code, run.stdout) == (3, b"")
    assert str(tmp_path) in run.stderr


@pytest.mark.parametrize("name", ["root", "root/etc/passwd", "root/etc/there"])
def test_java_home_that_is_no_jdks(tandem, java_package, tmp_path, name):
    """A folder with bin/java, as /usr has, and a file two levels below one: the name as given, and what is looked for."""
    (tmp_path / "root" / "bin").mkdir(parents=True)
    (tmp_path / "root" / "bin" / "java").write_text("#!/bin/sh\n")
    write_files(tmp_path, {"root/etc/passwd": "x"})
    (tmp_path / "root" / "etc" / "there").symlink_to("/dev/null")
    run = tandem.invoke("demo.Talk::version", java_package, "--java-home", tmp_path / name)
    assert (run.code, run.stdout) == (3, b"")
    assert run.stderr.startswith(
        f"tandem: invoke: --java-home: {tmp_path / name} cannot serve java: it is no JDK's or JRE's folder, as it lacks "
        "lib/server/libjvm.so "
    )
    version = tandem.invoke("demo.Talk::version", java_package, "--java-home", tmp_path / name, "--runtime", "java17")
    assert (version.code, version.stderr) == (3, run.stderr.replace("serve java:", "serve java17:"))


def test_python_that_is_no_regular_file(invoke_python):
    run = invoke_python(ECHO, "--python", "/dev/null")
    assert (run.code, run.stdout) == (3, b"")
    assert run.stderr.startswith("tandem: invoke: --python: /dev/null cannot serve python: it is no interpreter, as ")


@pytest.fixture
def venv(tmp_path, python):
    """A virtual environment with one module of its own."""
    folder = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=HANG_GUARD_S)
    packages = next(folder.glob("lib/python*/site-packages"))
    write_files(packages, {"only_here.py": "NAME = 'from the environment'\n"})
    return folder


def test_virtual_environment(invoke_python, python, venv):
    """By option, by the caller's environment, and as the interpreter itself."""
    source = "import only_here, sys\ndef handler(event, context):\n    return [only_here.NAME, sys.prefix]\n"
    expected = ["from the environment", str(venv)]
    assert invoke_python(source, "--venv", venv).json == expected
    assert invoke_python(source, env={"VIRTUAL_ENV": str(venv)}).json == expected
    assert invoke_python(source, "--python", venv / "bin" / "python").json == expected
    without = invoke_python(source, "--python", python)
    assert without.json["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize("version", ["3.8", "3.99"])
def test_virtual_environment_of_another_version(invoke_python, python, venv, version):
    """Exit 2, naming both versions, whichever is newer."""
    run = invoke_python(ECHO, "--venv", venv, "--runtime", f"python{version}")
    assert (run.code, run.stdout) == (2, b"")
    assert version in run.stderr
    assert version_of(python) in run.stderr
    assert run.stderr.count("\n") == 1


PREFIX = "import sys\ndef handler(event, context):\n    return [sys.prefix, '%d.%d' % sys.version_info[:2]]\n"


def test_interpreter_goes_before_the_callers_environment(invoke_python, python, venv):
    active = {"VIRTUAL_ENV": str(venv)}
    run = invoke_python(PREFIX, "--python", python, "-v", env=active)
    assert run.json == invoke_python(PREFIX, "--python", python).json
    assert f"tandem: VIRTUAL_ENV={venv} is not used: --python names the interpreter\n" in run.stderr
    assert "VIRTUAL_ENV" not in invoke_python(PREFIX, "--python", python, env=active).stderr


def test_identifier_goes_before_the_callers_environment(tandem, invoke_python, python, venv):
    """VIRTUAL_ENV serves the version that it fits, and no other."""
    active = {"VIRTUAL_ENV": str(venv)}
    own = version_of(python)
    for version in {entry["identifier"].removeprefix("python") for entry in usable_runtimes(tandem)}:
        if "." in version:
            run = invoke_python(PREFIX, "--runtime", f"python{version}", "-v", env=active)
            assert run.json[1] == version
            assert (run.json[0] == str(venv)) == (version == own)
            assert ("is not used" in run.stderr) == (version != own)
    run = invoke_python(PREFIX, "--runtime", "python3.99", env=active)
    assert run.code == 3
    assert "no runtime on this machine serves python3.99" in run.stderr


def test_environment_of_the_caller_that_stands_in_for_the_version(tandem, invoke_python, tmp_path):
    """The warning names what named the interpreter: VIRTUAL_ENV, where no option did. As the help says."""
    ours = [entry for entry in usable_runtimes(tandem) if entry["language"] == "python"]
    oldest = min(ours, key=lambda entry: int(entry["identifier"].split(".")[1]))
    venv = tmp_path / "oldest"
    subprocess.run([oldest["path"], "-m", "venv", "--without-pip", venv], check=True, timeout=HANG_GUARD_S)
    told = re.compile(
        rf"tandem: warning: (.*): what was named is {oldest['identifier']} \(.*\), while python3\.8 is asked for; running on "
        "the named one\n"
    )
    for namer, arguments, env in (
        ("VIRTUAL_ENV", (), {"VIRTUAL_ENV": str(venv)}),
        ("--python", ("--python", oldest["path"]), {}),
    ):
        run = invoke_python(PREFIX, "--runtime", "python3.8", *arguments, env=env)
        assert told.match(run.stderr)[1] == namer
        assert "--runtime" not in run.stderr
        assert (run.json[0] == str(venv)) == (namer == "VIRTUAL_ENV")
    assert "or the nearest newer one that is usable" in " ".join(tandem("invoke", "--help").stdout.decode().split())


def test_environment_of_the_caller_that_is_none(invoke_python, tmp_path):
    run = invoke_python(ECHO, env={"VIRTUAL_ENV": str(tmp_path)})
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith(f"tandem: invoke: VIRTUAL_ENV: {tmp_path} is no virtual environment")


def test_environment_of_the_caller_that_is_gone(invoke_python, tmp_path):
    """A stale VIRTUAL_ENV, which nobody asked for, is a warning; --venv, which somebody did, stays an error."""
    gone = tmp_path / "gone"
    run = invoke_python(ECHO, "--payload", "[1]", env={"VIRTUAL_ENV": str(gone)})
    assert (run.code, run.stdout) == (0, b"[1]")
    assert run.stderr.startswith(f"tandem: warning: VIRTUAL_ENV={gone} is not used: there is no such folder\n")
    assert run.stderr.count("VIRTUAL_ENV") == 1
    assert "VIRTUAL_ENV" not in invoke_python(ECHO, "--quiet", env={"VIRTUAL_ENV": str(gone)}).stderr
    assert invoke_python(ECHO, "--venv", gone).code == 2


def test_interpreter_beside_a_virtual_environment(invoke_python, python, venv, tmp_path):
    """One interpreter by two names is no conflict; another is, whatever its version."""
    for same in (python, venv / "bin" / "python"):
        assert invoke_python(PREFIX, "--python", same, "--venv", venv).json[0] == str(venv)
    own = version_of(python)
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "two"], check=True, timeout=HANG_GUARD_S)
    others = {tmp_path / "two" / "bin" / "python": own}
    for version in ("3.8", "3.99", own):
        files = [f"{version}/bin/python{version}", f"{version}/lib/libpython{version}.so.1.0"]
        write_files(tmp_path, dict.fromkeys(files, "\x7fELF"))
        others[tmp_path / files[0]] = version
    for other, version in others.items():
        run = invoke_python(PREFIX, "--python", other, "--venv", venv)
        assert (run.code, run.stdout) == (2, b"")
        assert re.search(rf"--python.* python{version} .*, but --venv .* python{own} .*\n$", run.stderr)
        assert run.stderr.count("\n") == 1


def test_options_of_the_other_language(tandem, invoke_python, java_package, java_home, python, venv):
    """One warning each, as one script may give them to the functions of both; --quiet leaves it out."""

    def warned(run):
        assert run.code == 0, run.stderr
        return re.findall("^tandem: warning: (.*)$", run.stderr, re.MULTILINE)

    says = "{} is not used: it is for {}, and the function runs on {}".format
    options = ("--java-home", java_home, "--python", python)
    assert warned(invoke_python(ECHO, *options)) == [says("--java-home", "java", "python")]
    assert warned(tandem.invoke("demo.Talk::version", java_package, *options)) == [says("--python", "python", "java")]
    run = tandem.invoke("demo.Talk::version", java_package, "--venv", venv, "--runtime", "java")
    assert warned(run) == [says("--venv", "python", "java")]
    assert warned(invoke_python(ECHO, *options, "--quiet")) == []


def test_virtual_environment_does_not_matter_to_java(tandem, java_package, tmp_path):
    run = tandem.invoke("demo.Talk::version", java_package, env={"VIRTUAL_ENV": str(tmp_path / "gone")})
    assert run.code == 0
    assert json.loads(run.stdout)
