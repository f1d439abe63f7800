"""Builds the wheel (PEP 517): the package, its extension module, and a whole Tandem beside it. Needs nothing from PyPI.

The Tandem is the installed one that TANDEM_PREFIX names. Without it the tree that this folder is in is built, by the
release preset in build/python-wheel-X.Y of the tree, with a loader for the CPython that runs this.
"""

import base64
import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent
TREE = HERE.parent.parent
LABEL = f"{sys.version_info[0]}.{sys.version_info[1]}"
#: Members of the archive have one time, so that a wheel's bytes are those of its contents.
TIME = (1980, 1, 1, 0, 0, 0)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with tempfile.TemporaryDirectory() as scratch:
        prefix = installed_tandem(pathlib.Path(scratch))
        package = pathlib.Path(scratch) / "wheel" / "tandem"
        shutil.copytree(HERE / "src", package.parent, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        version = copy_tandem(prefix, package / "core")
        compile_extension(prefix, package)
        return write_wheel(package.parent, version, pathlib.Path(wheel_directory))


def installed_tandem(scratch):
    named = os.environ.get("TANDEM_PREFIX")
    if named:
        return pathlib.Path(named).resolve()
    if not (TREE / "CMakePresets.json").is_file():
        raise SystemExit(
            "tandem: there is no source tree around bindings/python; name an installed Tandem by TANDEM_PREFIX"
        )
    build, prefix = TREE / "build" / f"python-wheel-{LABEL}", scratch / "prefix"
    base = pathlib.Path(sys.base_prefix, "bin", f"python{LABEL}")
    run(
        "cmake", "--preset", "release", "-B", build, f"-DTANDEM_PYTHONS={base}", "-DTANDEM_BUILD_EXAMPLES=OFF", cwd=TREE
    )
    run("cmake", "--build", build)
    run("cmake", "--install", build, "--prefix", prefix)
    return prefix


def copy_tandem(prefix, to):
    """The library under its soname, and what lies beside it. Returns its version."""
    libraries = libraries_of(prefix)
    loader = libraries / "tandem" / "loaders" / f"python{LABEL}.so"
    if not loader.is_file():
        raise SystemExit(f"tandem: {prefix} has no loader for Python {LABEL}; build it with -DTANDEM_PYTHONS={LABEL}")
    shutil.copytree(libraries / "tandem", to / "tandem", symlinks=False)
    real = (libraries / "libtandem.so").resolve()
    version = real.name.partition(".so.")[2]
    shutil.copy(real, to / soname(version))
    return version


def libraries_of(prefix):
    found = sorted(prefix.glob("lib*/libtandem.so")) + sorted(prefix.glob("lib/*/libtandem.so"))
    if not found:
        raise SystemExit(f"tandem: there is no libtandem.so in {prefix}")
    return found[0].parent


def soname(version):
    major, minor, _ = version.split(".", 2)
    return "libtandem.so." + (f"{major}.{minor}" if major == "0" else major)


def compile_extension(prefix, package):
    settings = sysconfig.get_config_vars()
    library = next((package / "core").glob("libtandem.so.*"))
    compiler = shlex.split(
        os.environ.get("CC") or (settings["CC"] if shutil.which(shlex.split(settings["CC"])[0]) else "cc")
    )
    run(
        *compiler, "-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wall", "-Wextra",
        f"-I{sysconfig.get_path('include')}", f"-I{prefix / 'include'}",
        *sorted((HERE / "native").glob("*.c")), library, "-Wl,-rpath,$ORIGIN/core", "-Wl,-z,now",
        "-o", package / ("_native" + settings["EXT_SUFFIX"]),
    )  # fmt: skip


def run(*command, **options):
    if subprocess.run([str(each) for each in command], check=False, **options).returncode != 0:
        raise SystemExit(f"tandem: {command[0]} failed; what it printed is above (pip shows it with -v)")


def write_wheel(folder, version, to):
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    info = folder / f"tandem-{version}.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text(
        f"Metadata-Version: 2.1\nName: tandem\nVersion: {version}\nRequires-Python: >=3.9\n"
        "Summary: Java and Python handlers inside a Python program\n",
        encoding="utf-8",
    )
    info.joinpath("WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: tandem\nRoot-Is-Purelib: false\nTag: {tag}-{tag}-{platform}\n",
        encoding="utf-8",
    )
    info.joinpath("entry_points.txt").write_text("[pytest11]\ntandem = tandem_pytest\n", encoding="utf-8")
    name = f"tandem-{version}-{tag}-{tag}-{platform}.whl"
    record = []
    with zipfile.ZipFile(to / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            member, content = path.relative_to(folder).as_posix(), path.read_bytes()
            add(archive, member, content, path.stat().st_mode)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{member},sha256={digest},{len(content)}\n")
        member = f"{info.name}/RECORD"
        add(archive, member, "".join([*record, f"{member},,\n"]).encode(), 0o100644)
    return name


def add(archive, member, content, mode):
    entry = zipfile.ZipInfo(member, TIME)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
