"""What a package may hold, and the cache of unpacked packages: K-01, K-15 to K-21."""

import fcntl
import io
import json
import os
import re
import resource
import shutil
import signal
import stat
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from support import HANG_GUARD_S, archived, as_user, command_path, example, java_homes, write_files, write_zip

ECHO = "def handler(event, context):\n    return event\n"
LIMIT = 262_144_000


def zipped(*entries, **options):
    """An archive's bytes, of (ZipInfo or name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, content in entries:
            archive.writestr(archived(name) if isinstance(name, str) else name, content)
    return buffer.getvalue()


def replaced(archive, old, new):
    assert old in archive and len(old) == len(new)
    return archive.replace(old, new)


def in_directory(archive, name, offset, value):
    """The archive with other bytes in one entry's header in the directory."""
    at = archive.rindex(name) - 46 + offset
    return archive[:at] + value + archive[at + len(value) :]


def link(name, target):
    return archived(name, 0o120777), target


def shared_bytes():
    """Two entries of one place, as bombs have thousands."""
    archive = zipped(("first.py", ECHO), ("other.py", ECHO))
    at = archive.rindex(b"other.py")
    alike = in_directory(archive, b"other.py", 42, struct.pack("<I", 0))
    return replaced(alike[:at], b"other.py", b"first.py") + replaced(alike[at:], b"other.py", b"first.py")


def bomb():
    return zipped((archived("zeros"), bytes(LIMIT + 1)))


def lying_bomb():
    return in_directory(bomb(), b"zeros", 24, struct.pack("<I", 10))


def many_entries():
    """More than 65,535 entries make it a ZIP64 archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(200_001):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    return buffer.getvalue()


REFUSED = {
    "parent": (lambda: zipped(("app.py", ECHO), ("../escaped", "x")), "'../escaped' leaves the package"),
    "parent within": (lambda: zipped(("a/b/../../../escaped", "x")), "leaves the package"),
    "absolute": (lambda: zipped(("/tmp/escaped", "x")), "has an absolute name"),
    "drive": (lambda: zipped(("C:/escaped", "x")), "names a drive"),
    "backslash": (lambda: replaced(zipped(("..#escaped", "x")), b"..#", b"..\\"), "has a backslash in its name"),
    "NUL": (lambda: replaced(zipped(("app#py", ECHO)), b"app#py", b"app\0py"), "has a NUL in its name"),
    "newline": (lambda: zipped(("two\nlines/../../escaped", "x")), "'two?lines/../../escaped' leaves the package"),
    "link out": (lambda: zipped(link("out", "../../escaped")), "its symbolic link 'out' points outside"),
    "absolute link": (lambda: zipped(link("out", "/etc/passwd")), "its symbolic link 'out' points outside"),
    "link through link": (lambda: zipped(link("a/b", "."), link("a/c", "b/../..")), "points outside"),
    "through a link": (lambda: zipped(link("to", "."), ("to/escaped", "x")), "lies below another that is no folder"),
    "link circle": (lambda: zipped(link("a", "b"), link("b", "a")), "its symbolic link 'a' cannot be followed"),
    "file and folder": (lambda: zipped(("a/b", "x"), ("a", "x")), "is both a file and a folder"),
    "device": (lambda: zipped((archived("null", 0o020666), "")), "is neither a file, a folder nor a link"),
    "encrypted": (lambda: in_directory(zipped(("app.py", ECHO)), b"app.py", 8, b"\1\0"), "'app.py' is encrypted"),
    "bzip2": (lambda: zipped((archived("app.py", method=zipfile.ZIP_BZIP2), ECHO)), "is compressed by method 12"),
    "lzma": (lambda: zipped((archived("app.py", method=zipfile.ZIP_LZMA), ECHO)), "is compressed by method 14"),
    "checksum": (lambda: in_directory(zipped(("app.py", ECHO)), b"app.py", 16, b"\1\2\3\4"), "'app.py' is damaged"),
    "size": (lambda: in_directory(zipped(("app.py", ECHO)), b"app.py", 24, b"\1\0\0\0"), "'app.py' is damaged"),
    "two names": (
        lambda: in_directory(zipped(("app.py", ECHO)), b"app.py", 46, b"bpp.py"),
        "has another name in the directory",
    ),
    "shared bytes": (shared_bytes, "'first.py' shares bytes with 'first.py'"),
    "count": (lambda: replaced(zipped(("a", "")), b"\1\0\1\0", b"\7\0\7\0"), "number of its entries is 1, and not 7"),
    "too many": (many_entries, "more than 200000 entries"),
    "bomb": (bomb, f"unpacks to more than {LIMIT} bytes"),
    "lying bomb": (lying_bomb, f"unpacks to more than {LIMIT} bytes"),
    "long name": (lambda: zipped(("n" * 256, "x")), "a part of more than 255 bytes"),
    "deep": (lambda: zipped(("d/" * 129 + "x", "x")), "lies in more than 128 folders"),
}


@pytest.mark.parametrize("temporary", ["", "/nowhere"])
def test_temporary_files_where_there_is_no_cache(tandem, tmp_path, temporary):
    """An empty TMPDIR names nothing, as one that is not set."""
    package = write_zip(tmp_path / "package.zip", {"app.py": ECHO})
    run = tandem.invoke("app.handler", package, env={"TANDEM_CACHE_DIR": "", "HOME": "", "TMPDIR": temporary})
    if temporary:
        named = (
            "--code: the folder of temporary files, which TMPDIR names, is none; TANDEM_CACHE_DIR names another place"
        )
        assert (run.code, run.stderr) == (2, f"tandem: invoke: {named}\n")
    else:
        assert run.code == 0, run.stderr


@pytest.mark.parametrize("kind", REFUSED)
def test_archive_that_is_refused(tandem, tmp_path, kind):
    """K-15, K-16, K-20: exit 2, one line, and nothing is left behind or lies outside."""
    make, reason = REFUSED[kind]
    package = tmp_path / "refused.zip"
    package.write_bytes(make())
    cache = tmp_path / "cache"
    run = tandem.invoke("app.handler", package, env={"TANDEM_CACHE_DIR": str(cache)})
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr.startswith(f"tandem: invoke: --code: the package {package} cannot be used: "), run.stderr
    assert reason in run.stderr and run.stderr.count("\n") == 1, run.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()]
    assert left == [package]
    assert not list((cache / "packages").glob("*"))
    assert not Path("/tmp/escaped").exists()


class Pipe(io.RawIOBase):
    """Cannot go back, so that what is packed into it has data descriptors."""

    def __init__(self):
        super().__init__()
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


def streamed():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("app.py", ECHO), ("empty", "")):
            archive.writestr(archived(name), content)
    return pipe.bytes


def zip64():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        with archive.open(archived("app.py"), "w", force_zip64=True) as entry:
            entry.write(ECHO.encode())
        for number in range(65_536):
            archive.writestr(zipfile.ZipInfo(f"many/{number % 256}/{number}"), b"")
    return buffer.getvalue()


def with_comments():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = archived("app.py")
        entry.comment = b"of the entry"
        archive.writestr(entry, ECHO)
        archive.comment = b"of the archive " * 4000
    return buffer.getvalue()


def made_by_jar(folder):
    """The JDK's own tool: data descriptors, no modes, an extra field."""
    write_files(folder / "in", {"app.py": ECHO, "sub/\u03bb.txt": "x"})
    jar = Path(java_homes()[0]) / "bin" / "jar"
    tool = str(jar) if jar.exists() else shutil.which("jar")
    subprocess.run([tool, "cf", folder / "made.jar", "-C", folder / "in", "."], check=True, timeout=HANG_GUARD_S)
    return (folder / "made.jar").read_bytes()


ACCEPTED = {
    "stored": lambda _: zipped((archived("app.py", method=zipfile.ZIP_STORED), ECHO)),
    "deflated": lambda _: zipped(("app.py", ECHO)),
    "data descriptors": lambda _: streamed(),
    "ZIP64": lambda _: zip64(),
    "comments": lambda _: with_comments(),
    "leading bytes": lambda _: b"#!/bin/sh\nexit 1\n" + zipped(("app.py", ECHO)),
    "trailing bytes": lambda _: zipped(("app.py", ECHO)) + b"\n",
    "folders": lambda _: zipped(("./", ""), ("sub/", ""), ("./app.py", ECHO), ("sub//x", "")),
    # zipfile writes 0600 for none.
    "no modes": lambda _: in_directory(zipped(("app.py", ECHO)), b"app.py", 38, bytes(4)),
    "twice": lambda _: zipped(("app.py", "raise ValueError\n"), ("./app.py", ECHO)),
    "link inside": lambda _: zipped(("sub/real.py", ECHO), link("app.py", "sub/real.py")),
    "jar": made_by_jar,
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ACCEPTED)
def test_archive_that_is_accepted(tandem, tmp_path, kind, covers):
    """K-20, K-21; also once it is unpacked."""
    package = tmp_path / "package.zip"
    package.write_bytes(ACCEPTED[kind](tmp_path))
    cache = tmp_path / "cache"
    trees = []
    for _ in range(2):
        run = tandem.invoke("app.handler", package, "--payload", "[1]", env={"TANDEM_CACHE_DIR": str(cache)})
        assert (run.code, run.stdout) == (0, b"[1]"), run.stderr
        trees += [(tree.name, tree.stat().st_ino) for tree in (cache / "packages").iterdir()]
    assert trees[0] == trees[1] and len(trees) == 2, "unpacked once"
    covers("K-20")


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_wrapping_folder_is_said(tandem, tmp_path, form, covers):
    """K-01: the error is as ever, and one line says why."""
    files = {"project/app.py": ECHO, "project/util.py": ""}
    package = write_zip(tmp_path / "p.zip", files) if form == "zip" else write_files(tmp_path / "p", files)
    hint = (
        "tandem: hint: the module is in the folder project of the package: package what project holds, or name the "
        "handler project/app.handler"
    )
    run = tandem.invoke("app.handler", package)
    assert run.code == 1
    assert run.json == {
        "errorMessage": "Unable to import module 'app': No module named 'app'",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    }
    assert run.stderr.splitlines().count(hint) == 1, run.stderr
    assert "project" not in tandem.invoke("app.handler", package, "--quiet").stderr
    assert "project" not in tandem.invoke("nope.handler", package).stderr
    run = tandem.invoke("project/app.handler", package, "--payload", "[1]")
    assert (run.code, run.stdout, run.handler_log()) == (0, b"[1]", "")
    covers("K-01")


def test_wrapping_folder_is_said_in_java(tandem, tmp_path):
    """K-01."""
    with zipfile.ZipFile(example("hello-java.jar")) as jar:
        wrapped = {f"project/{name}": jar.read(name) for name in jar.namelist() if not name.endswith("/")}
    package = write_zip(tmp_path / "wrapped.zip", wrapped)
    run = tandem.invoke("example.Hello::myHandler", package, "--payload", "1")
    assert (run.code, run.json["errorType"]) == (1, "java.lang.ClassNotFoundException")
    hint = "tandem: hint: the class is in the folder project of the package: package what project holds\n"
    assert run.stderr.count(hint) == 1, run.stderr
    run = tandem.invoke("example.Nope::myHandler", example("hello-java.jar"), "--payload", "1")
    assert run.code == 1 and "in the folder" not in run.stderr, "a class's own folder wraps nothing"


def test_wrapping_folder_of_unknown_files_is_said(tandem, tmp_path):
    """K-01: where no language claims the package."""
    run = tandem.invoke("app.handler", write_zip(tmp_path / "p.zip", {"project/app.txt": "x"}))
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, b"", 1)
    assert "no language claims it" in run.stderr and "pack what is in 'project'" in run.stderr, run.stderr


def test_modes_are_kept(tandem, tmp_path, covers):
    """K-17, K-19: as an ordinary user sees them; nothing in the tree can be changed, and no byte code is written."""
    source = """
        import os, subprocess
        def attempt(action):
            try:
                return action()
            except PermissionError as error:
                return type(error).__name__
        def handler(event, context):
            root = os.environ["LAMBDA_TASK_ROOT"] + "/"
            return {
                "script": subprocess.run([root + "run.sh"], capture_output=True, text=True).stdout,
                "no script": attempt(lambda: subprocess.run([root + "plain.sh"]).returncode),
                "secret": attempt(lambda: open(root + "secret").read()),
                "write": attempt(lambda: open(__file__, "a").close()),
            }
        """
    package = tmp_path / "package.zip"
    package.write_bytes(
        zipped(
            ("app.py", "from helper import handler\n"),
            ("helper.py", "\n".join(line.removeprefix("        ") for line in source.splitlines())),
            (archived("run.sh", 0o104755), "#!/bin/sh\necho ran\n"),
            (archived("plain.sh", 0o100644), "#!/bin/sh\necho ran\n"),
            (archived("secret", 0o100640), "x"),
        )
    )
    cache = tmp_path / "cache"
    env = {"TANDEM_CACHE_DIR": str(cache)}
    run = tandem.invoke("app.handler", package, env=env, binary=as_user(tmp_path))
    assert run.code == 0, run.stderr
    assert run.json == {
        "script": "ran\n",
        "no script": "PermissionError",
        "secret": "PermissionError",
        "write": "PermissionError",
    }
    (tree,) = (cache / "packages").iterdir()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tree.iterdir()}
    assert modes == {"app.py": 0o444, "helper.py": 0o444, "run.sh": 0o555, "plain.sh": 0o444, "secret": 0}
    covers("K-17", "K-19")


def test_module_that_may_not_be_read(tandem, tmp_path, covers):
    """K-17: an ordinary init error, as on the service."""
    package = tmp_path / "package.zip"
    package.write_bytes(zipped((archived("app.py", 0o100600), ECHO)))
    run = tandem.invoke("app.handler", package, binary=as_user(tmp_path))
    assert (run.code, run.json["errorType"]) == (1, "PermissionError")
    assert re.fullmatch(r"\[Errno 13\] Permission denied: '.*/app\.py'", run.json["errorMessage"])
    covers("K-17")


WAITING = """
    def handler(event, context):
        print("waiting", flush=True)
        open(event).close()
        import late
        return late.value
    """


class Waiting:
    """The command in the middle of a handler, which goes on and imports another module of its package when asked."""

    def __init__(self, tandem, go, *arguments, env):
        os.mkfifo(go)
        self._go = go
        payload = ("--payload", json.dumps(str(go)), "--timeout", "0")
        self._process = tandem.start("invoke", *arguments, *payload, env=env)
        assert b"waiting\n" in iter(self._process.stderr.readline, b""), "it does not wait"

    def kill(self):
        self._process.kill()
        self._process.communicate(timeout=HANG_GUARD_S)

    def go_on(self):
        """What it answers then."""
        self._go.write_bytes(b"")
        stdout, stderr = self._process.communicate(timeout=HANG_GUARD_S)
        assert self._process.returncode == 0, stderr
        return stdout


def test_cleaning_keeps_what_a_running_command_uses(tandem, tmp_path):
    """Also the archive of a function of a template, and what a killed one has used goes."""
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache"), "TANDEM_CACHE_LIMIT_MB": "0"}
    used = write_zip(tmp_path / "used.zip", {"app.py": WAITING, "late.py": "value = 'late'\n"})
    killed = write_zip(tmp_path / "killed.zip", {"app.py": WAITING, "late.py": "value = 'killed'\n"})
    others = [write_zip(tmp_path / f"{name}.zip", {"app.py": ECHO, "name": name}) for name in "abc"]
    trees = tmp_path / "cache" / "packages"

    def files(name):
        return sorted(path.read_text() for path in trees.rglob(name))

    def waiting(package):
        return Waiting(tandem, Path(f"{package}.go"), "--handler", "app.handler", "--code", package, env=env)

    runs = [waiting(package) for package in (used, killed)]
    for package in others[:2]:
        assert tandem.invoke("app.handler", package, env=env).code == 0
    assert files("late.py") == ["value = 'killed'\n", "value = 'late'\n"]
    assert files("name") == ["b"], "others go"
    runs[1].kill()
    assert tandem.invoke("app.handler", others[2], env=env).code == 0
    assert (files("late.py"), files("name")) == (["value = 'late'\n"], ["c"])
    assert runs[0].go_on() == b'"late"'


def test_cleaning_keeps_layers_of_a_running_command(tandem, tmp_path):
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache"), "TANDEM_CACHE_LIMIT_MB": "0"}
    write_zip(tmp_path / "code.zip", {"app.py": WAITING})
    write_zip(tmp_path / "layer.zip", {"python/late.py": "value = 'of a layer'\n"})
    template = tmp_path / "template.json"
    function = {"Handler": "app.handler", "Runtime": "python3.9", "CodeUri": "code.zip", "Layers": [{"Ref": "Layer"}]}
    layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layer.zip"}}
    resources = {"F": {"Type": "AWS::Serverless::Function", "Properties": function}, "Layer": layer}
    template.write_text(json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}))
    run = Waiting(tandem, tmp_path / "go", "F", "--template", template, env=env)
    assert tandem.invoke("app.handler", write_zip(tmp_path / "a.zip", {"app.py": ECHO}), env=env).code == 0
    assert run.go_on() == b'"of a layer"'


def test_many_commands_unpack_one_package_at_once(tandem, tmp_path):
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache")}
    files = {f"pkg/m{number}.py": f"value = {number}\n" * 50 for number in range(300)}
    source = """
        import importlib
        def handler(event, context):
            return sum(importlib.import_module(f"pkg.m{number}").value for number in range(300))
        """
    package = write_zip(tmp_path / "package.zip", {**files, "app.py": source})
    runs = [tandem.start("invoke", "--handler", "app.handler", "--code", package, env=env) for _ in range(6)]
    for run in runs:
        stdout, stderr = run.communicate(timeout=HANG_GUARD_S)
        assert (run.returncode, stdout) == (0, b"44850"), stderr
    assert len(list((tmp_path / "cache" / "packages").iterdir())) == 1


def killed_half_way(tandem, package, folder):
    """The cache's folder of trees after a command was killed while it unpacked, and another that did so beside it."""
    for attempt in range(50):
        cache = folder / f"cache{attempt}"
        env = {"TANDEM_CACHE_DIR": str(cache)}
        arguments = ("invoke", "--handler", "app.handler", "--code", package, "--payload", "[1]")
        killed = tandem.start(*arguments, env=env)
        trees = cache / "packages"
        while killed.poll() is None and not list(trees.glob(".unpacking-*/app.py")):
            pass
        other = tandem.start(*arguments, env=env)
        killed.kill()
        killed.communicate(timeout=HANG_GUARD_S)
        left = [path for path in trees.glob(".unpacking-*") if (path / "app.py").exists()]
        whole = [path for path in trees.iterdir() if not path.name.startswith(".")]
        stdout, stderr = other.communicate(timeout=HANG_GUARD_S)
        assert (other.returncode, stdout) == (0, b"[1]"), stderr
        if killed.returncode == -signal.SIGKILL and left and not whole:
            return trees
    raise AssertionError("no command was ever killed while it unpacked")


@pytest.mark.parametrize("locked", ["the cache", "the package"])
def test_what_is_waited_for_is_said(tandem, tmp_path, locked):
    """Once, also where the wait has two reasons; the command goes on when the lock is free."""
    package = write_zip(tmp_path / "package.zip", {"app.py": ECHO})
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache")}
    assert "waiting" not in tandem.invoke("app.handler", package, env=env).stderr
    packages = tmp_path / "cache" / "packages"
    (place,) = packages.iterdir()
    if locked == "the cache":
        shutil.rmtree(place)
    holder = os.open(packages if locked == "the cache" else place, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with tandem.start("invoke", "--handler", "app.handler", "--code", package, env=env) as process:
        said = process.stderr.readline()
        os.close(holder)
        rest = process.stderr.read()
        answer = process.stdout.read()
    expected = f"tandem: waiting for another command, which has locked the package cache {packages}\n"
    assert said.decode() == expected
    assert b"waiting" not in rest
    assert (process.returncode, answer) == (0, b"{}")


def test_command_that_is_killed_half_way_leaves_no_package(tandem, tmp_path):
    """What it leaves is never taken for a package, and goes with the next one that is unpacked."""
    files = {"app.py": ECHO, **{f"many/{number}": "x" for number in range(5000)}}
    package = write_zip(tmp_path / "package.zip", files)
    trees = killed_half_way(tandem, package, tmp_path)
    env = {"TANDEM_CACHE_DIR": str(trees.parent)}
    run = tandem.invoke("app.handler", write_zip(tmp_path / "next.zip", {"app.py": ECHO}), env=env)
    assert run.code == 0, run.stderr
    left = list(trees.iterdir())
    assert len(left) == 2 and not [path for path in left if path.name.startswith(".")]
    assert sorted(len(list(path.rglob("*"))) for path in left) == [1, 5002]


def test_disk_that_is_full_is_said(tandem, tmp_path):
    """Exit 3, one line, and nothing is left: a limit of file sizes stands for the disk's."""
    package = write_zip(tmp_path / "package.zip", {"app.py": ECHO, "big": bytes(4 << 20)})
    env = {"TANDEM_CACHE_DIR": str(tmp_path / "cache")}

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    run = tandem.start("invoke", "--handler", "app.handler", "--code", package, env=env, preexec_fn=limit)
    stdout, stderr = run.communicate(timeout=HANG_GUARD_S)
    assert (run.returncode, stdout, stderr.count(b"\n")) == (3, b"", 1), stderr
    assert stderr.startswith(f"tandem: invoke: --code: the package {package} cannot be unpacked: ".encode()), stderr
    assert stderr.endswith(b"/big: File too large; TANDEM_CACHE_DIR names another place\n"), stderr
    assert not list((tmp_path / "cache" / "packages").iterdir())


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "1 GB"])
def test_cache_limit_that_is_no_number(tandem, tmp_path, value):
    run = tandem.invoke(
        "app.handler", write_zip(tmp_path / "p.zip", {"app.py": ECHO}), env={"TANDEM_CACHE_LIMIT_MB": value}
    )
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, b"", 1)
    assert f"TANDEM_CACHE_LIMIT_MB is '{value}'" in run.stderr
    folder = write_files(tmp_path / "p", {"app.py": ECHO})
    assert tandem.invoke("app.handler", folder, env={"TANDEM_CACHE_LIMIT_MB": value}).code == 0, "nothing to cache"


def test_folder_may_hold_links_that_lead_out(tandem, tmp_path):
    """A folder is its owner's business: nothing is copied, nothing refused."""
    write_files(tmp_path, {"shared/app.py": ECHO})
    (tmp_path / "code").mkdir()
    os.symlink("../shared/app.py", tmp_path / "code" / "app.py")
    os.symlink("code", tmp_path / "link")
    run = tandem.invoke("app.handler", tmp_path / "link", "--payload", "[1]")
    assert (run.code, run.stdout) == (0, b"[1]"), run.stderr


def blocks_of(page):
    """The indented blocks of a page, each as it would be pasted."""
    found = re.findall(r"(?:^    .*\n)+", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub("^    ", "", block, flags=re.MULTILINE) for block in found]


@pytest.mark.parametrize("runtime", [None, "java"])
@pytest.mark.parametrize("place", ["lib/a.jar", "b.jar"])
def test_a_pipe_in_a_package_is_not_waited_for(tandem, tmp_path, runtime, place):
    """Neither where a language is looked for nor where a Java function's classes are."""
    handler = "example.Absent::handle" if runtime else "app.handler"
    package = Path(write_files(tmp_path, {"app.py": "def handler(event, context):\n    return event\n", "lib/x": ""}))
    os.mkfifo(package / place)
    run = tandem.invoke(handler, package, "--payload", "1", *(["--runtime", runtime] if runtime else []))
    assert (run.code, run.json if run.code == 0 else run.json["errorMessage"]) == (
        (1, "Class not found: example.Absent") if runtime else (0, 1)
    ), run.stderr


@pytest.mark.parametrize("kind", ["a pipe", "a device"])
def test_what_is_no_file_is_no_package(tandem, tmp_path, kind):
    path = tmp_path / "package.zip"
    if kind == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    run = tandem.invoke("app.handler", path)
    assert (run.code, run.stderr) == (
        2,
        f"tandem: invoke: --code: {path} is no package: a jar, a zip or a directory is needed\n",
    )


def test_page_about_packages_is_true(tandem, tmp_path):
    """The commands of docs/packages.md do what it says."""
    packing, hint, cleaning = blocks_of(Path(__file__).parents[2] / "docs" / "packages.md")
    env = tandem.environment({"TANDEM_CACHE_DIR": str(tmp_path / "cache")})
    env["PATH"] = f"{command_path().parent}:{env['PATH']}"

    def paste(block):
        return subprocess.run(
            ["bash", "-c", f"umask 022\n{block}"],
            **{"cwd": tmp_path, "env": env, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True},
            **{"timeout": HANG_GUARD_S, "check": False},
        )

    done = paste(packing)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("[1]{") and "No module named 'app'" in done.stdout
    assert hint in done.stderr
    done = paste(cleaning)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(re.findall(r"^d.* [0-9a-f]{64}-[0-9]+$", done.stdout, re.MULTILINE)) == 2
    assert not (tmp_path / "cache" / "packages").exists()
