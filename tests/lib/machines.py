"""Which CPythons a test build makes loaders for, and which JDKs and CPythons the tests then run on.

    machines.py build-list REQUIRED all|some      the X.Y to build loaders for, separated by semicolons
    machines.py tested RUNTIMES_JSON LANGUAGE all|some   one machine a line: identifier, version, path, tab-separated
    machines.py missing RUNTIMES_JSON REQUIRED    the required identifiers that no usable machine serves
    machines.py unused RUNTIMES_JSON              found machines that cannot be used, and why

REQUIRED is a comma-separated list such as java17,python3.11. RUNTIMES_JSON is the output of `tandem runtimes --json`.
`some` takes one machine per identifier, and for build-list the newest CPython and one more.
"""

import glob
import json
import os
import pathlib
import re
import subprocess
import sys

COMPANION = "3.11"  # built beside the newest one where it is there: the last version with escaped output (J-03)

PROBE = pathlib.Path(__file__).resolve().parents[2] / "python-bridge" / "cmake" / "probe.py"


def version_key(text):
    return [int(number) for number in re.findall(r"\d+", text)]


def interpreters():
    """All python3.X where the build looks for them (python-bridge/cmake/FindPythons.cmake), by real path."""
    folders = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        shims = re.fullmatch(r"(.*)/shims/?", folder)
        folders += glob.glob(shims[1] + "/versions/*/bin") if shims else [folder]
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT", home + "/.pyenv")
    for root in (pyenv + "/versions", home + "/.pyenv/versions", home + "/.local/share/uv/python", "/opt"):
        folders += glob.glob(root + "/*/bin")
    found = set()
    for folder in [*folders, "/usr/bin", "/usr/local/bin"]:
        for path in glob.glob(os.path.join(folder, "python3.[0-9]*")):
            if re.fullmatch(r"python3\.\d+", os.path.basename(path)) and os.access(path, os.X_OK):
                found.add(os.path.realpath(path))
    return sorted(found)


def usable_versions():
    """The X.Y that a loader can be built for, newest first."""
    versions = set()
    for path in interpreters():
        probe = subprocess.run([path, "-I", PROBE], capture_output=True, text=True, check=False)
        answers = dict(line.split("=", 1) for line in probe.stdout.splitlines() if "=" in line)
        if probe.returncode == 0 and answers.get("reason") == "":
            versions.add(answers["version"])
    return sorted(versions, key=version_key, reverse=True)


def build_list(required, extent):
    versions = usable_versions()
    if extent == "all":
        return versions
    wanted = set(versions[:1])
    wanted.update([COMPANION] if COMPANION in versions[1:] else versions[1:2])
    names = [identifier[len("python") :] for identifier in required if identifier.startswith("python")]
    wanted.update(name for name in names if name in versions)
    return sorted(wanted, key=version_key, reverse=True)


def load_runtimes(path):
    """The entries of `tandem runtimes --json`, a list or a list below "runtimes"."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    return content["runtimes"] if isinstance(content, dict) else content


def usable(entry):
    return not entry.get("reason")


def tested(entries, language, extent):
    chosen = {}
    for entry in entries:
        if entry["language"] == language and usable(entry):
            key = entry["path"] if extent == "all" else entry["identifier"]
            chosen.setdefault(key, entry)
    return list(chosen.values())


def missing(entries, required):
    return [name for name in required if not any(entry["identifier"] == name and usable(entry) for entry in entries)]


def names(text):
    return [name for name in text.split(",") if name]


def main(arguments):
    command = arguments[0] if arguments else ""
    if command == "build-list" and len(arguments) == 3:
        print(";".join(build_list(names(arguments[1]), arguments[2])))
    elif command == "tested" and len(arguments) == 4:
        for entry in tested(load_runtimes(arguments[1]), arguments[2], arguments[3]):
            print(entry["identifier"], entry["version"], entry["path"], sep="\t")
    elif command == "missing" and len(arguments) == 3:
        print(*missing(load_runtimes(arguments[1]), names(arguments[2])), sep=", ")
    elif command == "unused" and len(arguments) == 2:
        for entry in load_runtimes(arguments[1]):
            if not usable(entry):
                print(f"{entry['identifier']} {entry['path']}: {entry['reason']}")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
