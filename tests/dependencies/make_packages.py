"""Makes the packages of these tests as their users do: by pip and by Maven. What is there already is not made again.

    make_packages.py OUT [--python INTERPRETER]... [--java JDK]...

For each interpreter a zip for each handler of python/handlers/, with what it imports from the Python package index; and
one archive for each module of java/, by the oldest JDK that can compile them.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "python" / "requirements.txt"
LIMIT_S = 600  # only ends a download that hangs

#: Handlers by what their packages bring along: a distribution, or several with a blank between, the first with the name.
PYTHON = {
    "numpy": "numbers_app.py",
    "pandas": "tables_app.py",
    "pydantic": "models_app.py",
    "cryptography": "secrets_app.py",
    "requests": "client_app.py",
    "boto3": "cloud_app.py",
    "aws-lambda-powertools[parser,validation] boto3": "powertools_app.py",
}
#: Archives by their modules.
JAVA = {
    "shaded": "shaded.jar",
    "lib-folder": "lib-folder.zip",
    "kotlin": "kotlin.jar",
    "scala": "scala.jar",
    "own-jackson": "own-jackson.jar",
    "powertools-1": "powertools-1.jar",
    "powertools-2": "powertools-2.jar",
}
JAVA_RELEASE = 17  # of the newest source, which has records


class Failure(Exception):
    """One line for the user."""


def digest(*parts):
    content = (part if isinstance(part, bytes) else str(part).encode() for part in parts)
    return hashlib.sha256(b"\0".join(content)).hexdigest()


def run(command, failure, **options):
    done = subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
        **options,
    )
    if done.returncode:
        raise Failure(f"{done.stdout.strip()}\n{failure}")
    return done.stdout


def python_folder(out, interpreter):
    """Where the packages for an interpreter are."""
    return Path(out) / f"python-{digest(os.path.realpath(interpreter))[:12]}"


def package_name(distributions):
    """The name of the first, without its extras."""
    return re.match(r"[\w.-]+", distributions)[0]


def java_package(out, module):
    return Path(out) / "java" / module / JAVA[module]


def is_made(folder, stamp):
    """Whether a folder was made whole from the same sources; removes it if not."""
    mark = folder / "stamp"
    if mark.is_file() and mark.read_text() == stamp:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return False


def pack(archive, site, handler):
    """A deployment package: everything at its root."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            package.write(path, path.relative_to(site))
        package.write(handler, handler.name)


def make_python(out, interpreter):
    folder = python_folder(out, interpreter)
    version = run([interpreter, "-I", "-c", "import sys; print(sys.version)"], f"{interpreter} does not run")
    handlers = [HERE / "python" / "handlers" / name for name in PYTHON.values()]
    sources = [path.read_bytes() for path in [REQUIREMENTS, Path(__file__), *handlers]]
    stamp = digest(version, *sources)
    if is_made(folder, stamp):
        return
    run(
        [interpreter, "-m", "venv", folder / "venv"],
        f"{interpreter} cannot make a virtual environment; Debian has python3-venv",
    )
    for distributions, handler in zip(PYTHON, handlers):
        name = package_name(distributions)
        site = folder / "site" / name
        run(
            [
                *(folder / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--root-user-action", "ignore", "--only-binary", ":all:", "--no-compile"),
                *("--constraint", REQUIREMENTS, "--target", site, *distributions.split()),
            ],
            f"cannot install {distributions} for {interpreter}; is the Python package index reachable?",
        )
        pack(folder / f"{name}.zip", site, handler)
    shutil.rmtree(folder / "site")
    (folder / "stamp").write_text(stamp)


def java_major(home):
    """As the JDK's own `release` file has it; 8 calls itself 1.8."""
    for line in (Path(home) / "release").read_text().splitlines():
        name, _, value = line.partition("=")
        if name == "JAVA_VERSION":
            parts = value.strip('"').removeprefix("1.").split(".")
            return int(parts[0])
    raise Failure(f"{home}/release names no JAVA_VERSION")


def compiler(homes):
    """The oldest JDK that knows the sources' release, as Kotlin's compiler knows no JDK that is newer than itself."""
    with_compiler = [home for home in homes if os.access(Path(home) / "bin" / "javac", os.X_OK)]
    usable = [home for home in with_compiler if java_major(home) >= JAVA_RELEASE]
    if not usable:
        raise Failure(
            f"none of {', '.join(homes)} has a compiler for Java {JAVA_RELEASE}; Debian has openjdk-17-jdk-headless"
        )
    return min(usable, key=java_major)


def make_java(out, homes):
    folder = Path(out) / "java"
    sources = [Path(__file__), *sorted(path for path in (HERE / "java").rglob("*") if path.is_file())]
    stamp = digest(*(part for path in sources for part in (path.relative_to(HERE), path.read_bytes())))
    if is_made(folder, stamp):
        return
    run(
        [
            *("mvn", "--batch-mode", "--no-transfer-progress", "--quiet", "--file", HERE / "java" / "pom.xml"),
            *(f"-DbuildDirectory={folder}", "package"),
        ],
        "Maven cannot make the packages in tests/dependencies/java; is the Maven repository reachable?",
        env={**os.environ, "JAVA_HOME": compiler(homes)},
    )
    for module in JAVA:
        if not java_package(out, module).is_file():
            raise Failure(f"Maven has not made {java_package(out, module)}")
    (folder / "stamp").write_text(stamp)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=lambda path: Path(path).resolve())
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--java", action="append", default=[])
    arguments = parser.parse_args()
    try:
        for interpreter in arguments.python:
            make_python(arguments.out, interpreter)
        if arguments.java:
            make_java(arguments.out, arguments.java)
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        sys.exit(f"make_packages.py: {failure}")


if __name__ == "__main__":
    main()
