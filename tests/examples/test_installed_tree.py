"""The tree that `cmake --install` makes: a loader and programs built against it, and the command in it."""

import json
import os
import re
import shlex
import shutil
import struct
import subprocess
import zipfile

import pytest


def run(*words, **options):
    options.setdefault("check", True)
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


@pytest.fixture(scope="module")
def installed(build_dir, tmp_path_factory):
    """Installed below a path with a space, then moved: nothing in it may depend on where it was put."""
    folder = tmp_path_factory.mktemp("installed tree")
    run("cmake", "--install", build_dir, "--prefix", folder / "first place")
    shutil.move(folder / "first place", folder / "second place")
    return folder / "second place"


@pytest.fixture(scope="module")
def out_of_tree(installed, root, tmp_path_factory):
    build = tmp_path_factory.mktemp("out of tree")
    run(
        "cmake",
        "-G",
        "Ninja",
        "-S",
        root / "examples" / "out-of-tree-loader",
        "-B",
        build,
        f"-DCMAKE_PREFIX_PATH={installed}",
    )
    run("cmake", "--build", build)
    return build


@pytest.fixture(scope="module")
def shapes(root):
    return root / "examples" / "out-of-tree-loader" / "packages" / "shapes"


def environment_of(**variables):
    return {**os.environ, **{name: str(value) for name, value in variables.items()}}


@pytest.mark.parametrize(
    "handler, event, status, answer",
    [
        ("shapes.hypotenuse", "[3, 4]", 0, "5"),
        ("shapes.ratio", "[1, 3]", 0, "0.33333333333333331"),
        ("shapes.ratio", "[1, 0]", 1, '"errorType"'),
        ("shapes.square", "{}", 1, "Rpn.BadEvent"),
        ("shapes.hypotenuse", "[3]", 1, "Rpn.StackUnderflow"),
    ],
)
def test_embedding_program_runs_the_out_of_tree_loader(out_of_tree, shapes, handler, event, status, answer):
    done = run(out_of_tree / "embed", out_of_tree / "loaders", shapes, handler, event, check=False)
    assert done.returncode == status, done.stderr
    if status == 0:
        assert done.stdout == answer + "\n"
        assert done.stderr == f"the answer is {answer}\n"
    else:
        assert answer in done.stdout


def test_the_loader_exports_its_entry_and_links_nothing_of_core(out_of_tree):
    for name, entry in (("rpn.so", "tandem_loader_v1"), ("rpn-finder.so", "tandem_finder_v1")):
        path = out_of_tree / "loaders" / name
        symbols = run("readelf", "--dyn-syms", "--wide", path).stdout
        defined = re.findall(r"(?:GLOBAL|WEAK)\s+DEFAULT\s+(?!UND)\S+\s+(\S+)", symbols)
        assert [symbol for symbol in defined if "@" not in symbol] == [entry] or defined == [entry]
        assert "libtandem" not in run("readelf", "--dynamic", "--wide", path).stdout


def test_the_installed_command_takes_the_loader_beside_its_own(installed, out_of_tree, shapes):
    done = run(
        *(installed / "bin" / "tandem", "invoke", "--handler", "shapes.circle", "--code", shapes, "--payload", "[2]"),
        env=environment_of(TANDEM_LOADER_PATH=out_of_tree / "loaders"),
    )
    assert done.stdout == "12.566370614359172"


def test_the_installed_command_runs_both_languages(installed, build_dir):
    """H-JAVA-89, H-PY-38, without any file of the build tree."""
    examples = build_dir / "examples"
    java = ("--handler", "example.Hello::myHandler", "--code", examples / "hello-java.jar", "--payload", "123")
    assert run(installed / "bin" / "tandem", "invoke", "--timeout", "30", *java).stdout == '"123"'
    event = '{"first_name": "Ada", "last_name": "L"}'
    python = ("--handler", "hello_python.my_handler", "--code", examples / "deployment-package.zip", "--payload", event)
    answer = run(installed / "bin" / "tandem", "invoke", "--timeout", "30", *python).stdout
    assert answer == '{"message": "Hello Ada L"}'


def test_installed_java_classes_are_for_java_8(installed):
    """Class files of version 52 and below; those below META-INF/versions are for newer VMs only."""
    jars = list(installed.rglob("*.jar"))
    assert {jar.name for jar in jars} >= {"tandem-bridge.jar"}
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            names = [name for name in archive.namelist() if name.endswith(".class")]
            plain = [name for name in names if not name.startswith("META-INF/versions/")]
            assert plain, jar
            for name in plain:
                with archive.open(name) as file:
                    magic, _, version = struct.unpack(">IHH", file.read(8))
                assert (magic, version <= 52) == (0xCAFEBABE, True), f"{jar.name}: {name} has version {version}"


def test_the_official_clients_are_not_installed(installed):
    """They are the reference of tests, and no part of Tandem."""
    names = [str(path.relative_to(installed)) for path in installed.rglob("*")]
    for jar in installed.rglob("*.jar"):
        names += zipfile.ZipFile(jar).namelist()
    assert any("tandem/bridge/" in name for name in names)
    clients = ("awslambdaric", "runtime_client", "runtime-interface-client", "lambda/runtime/api/client")
    assert not [name for name in names if any(client in name for client in clients)]


def test_what_the_readme_says_is_enough_to_embed(installed, out_of_tree, root, shapes, tmp_path):
    """With a program that has nothing to do with loaders of its own."""
    (project,) = re.findall(r"```cmake\n(.*?)```", (root / "examples" / "README.md").read_text("utf-8"), re.DOTALL)
    assert "find_package(Tandem " in project and "Tandem::tandem" in project
    (tmp_path / "CMakeLists.txt").write_text(project, encoding="utf-8")
    shutil.copy(root / "examples" / "out-of-tree-loader" / "embed.cc", tmp_path)
    run("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", tmp_path / "build")
    done = run(tmp_path / "build" / "embed", out_of_tree / "loaders", shapes, "shapes.square", "[12]")
    assert done.stdout == "144\n"


def test_pkg_config_is_enough_to_embed(installed, out_of_tree, root, shapes, tmp_path):
    folders = {path.parent for path in installed.rglob("tandem.pc")}
    assert len(folders) == 1
    environment = environment_of(PKG_CONFIG_PATH=folders.pop())
    source = root / "examples" / "out-of-tree-loader" / "embed.cc"
    program = tmp_path / "embed"
    flags = run("pkg-config", "--cflags", "--libs", "tandem", env=environment).stdout
    command = f"c++ -std=c++20 {shlex.quote(str(source))} -o {shlex.quote(str(program))} {flags}"
    run("sh", "-c", command, env=environment)
    (libraries,) = shlex.split(run("pkg-config", "--variable=libdir", "tandem", env=environment).stdout)
    done = run(
        *(program, out_of_tree / "loaders", shapes, "shapes.square", "[12]"),
        env=environment_of(LD_LIBRARY_PATH=libraries),
    )
    assert done.stdout == "144\n"


@pytest.fixture(scope="module")
def packages(build_dir):
    return build_dir / "examples" / "hello-java.jar", build_dir / "examples" / "deployment-package.zip"


BOTH_ANSWERS = '"123"\n{"message": "Hello Ada Lovelace"}\n'


def test_a_c_program_by_pkg_config_invokes_both_languages(installed, packages, root, tmp_path):
    (pc_file,) = installed.rglob("tandem.pc")
    environment = environment_of(PKG_CONFIG_PATH=pc_file.parent)
    flags = run("pkg-config", "--cflags", "--libs", "tandem", env=environment).stdout
    source, program = root / "examples" / "embed-c" / "main.c", tmp_path / "embed-c"
    strict = "-std=c99 -pedantic -Wall -Wextra -Wshadow -Werror"
    run("sh", "-c", f"cc {strict} {shlex.quote(str(source))} -o {shlex.quote(str(program))} {flags}")
    (libraries,) = shlex.split(run("pkg-config", "--variable=libdir", "tandem", env=environment).stdout)
    with_library = environment_of(LD_LIBRARY_PATH=libraries)
    done = run(program, *packages, env=with_library)
    assert (done.stdout, done.stderr) == (BOTH_ANSWERS, "")

    done = run(program, tmp_path / "absent.jar", packages[1], env=with_library, check=False)
    assert (done.returncode, done.stdout) == (1, BOTH_ANSWERS.split("\n", 1)[1])
    assert "absent.jar" in done.stderr and len(done.stderr.splitlines()) == 1
    assert run(program, check=False, env=with_library).returncode == 2


def test_a_c_program_by_find_package(installed, packages, root, tmp_path):
    """In a project that knows no C++."""
    (project,) = re.findall(r"```cmake\n(.*?)```", (root / "examples" / "README.md").read_text("utf-8"), re.DOTALL)
    assert "LANGUAGES CXX" in project and "embed.cc" in project
    project = project.replace("LANGUAGES CXX", "LANGUAGES C").replace("embed.cc", "main.c")
    (tmp_path / "CMakeLists.txt").write_text(project, encoding="utf-8")
    shutil.copy(root / "examples" / "embed-c" / "main.c", tmp_path)
    run("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build" / "embed", *packages).stdout == BOTH_ANSWERS


@pytest.mark.parametrize(
    "compiler, suffix, standard", [("cc", "c", "c99"), ("c++", "cc", "c++11"), ("c++", "cc", "c++20")]
)
def test_the_c_api_is_pedantically_clean(installed, tmp_path, compiler, suffix, standard):
    """Also where nothing of it is used, and included twice."""
    unit = tmp_path / f"unit.{suffix}"
    unit.write_text("#include <tandem/tandem.h>\n#include <tandem/tandem.h>\nint unit = 1;\n", encoding="utf-8")
    options = (
        "-pedantic-errors",
        "-Wall",
        "-Wextra",
        "-Wshadow",
        "-Wconversion",
        "-Wundef",
        "-Werror",
        "-fsyntax-only",
    )
    run(compiler, f"-std={standard}", *options, "-I", installed / "include", unit)


def test_each_public_header_compiles_by_itself(installed, tmp_path):
    headers = sorted((installed / "include" / "tandem").rglob("*.h"))
    assert headers
    unit = tmp_path / "unit.cc"
    for header in headers:
        unit.write_text(f"#include <tandem/{header.name}>\n#include <tandem/{header.name}>\n", encoding="utf-8")
        run("c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", installed / "include", unit)


def test_the_abi_headers_are_c(installed, tmp_path):
    unit = tmp_path / "unit.c"
    unit.write_text("#include <tandem/loader_abi.h>\n#include <tandem/finder_abi.h>\n", encoding="utf-8")
    run(
        "cc",
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
        "-fsyntax-only",
        "-I",
        installed / "include",
        unit,
    )


def test_no_installed_text_names_the_build_tree(installed, build_dir, root):
    """A package made from this tree works on another machine."""
    texts = [path for path in installed.rglob("*") if path.suffix in {".cmake", ".pc", ".h", ".py", ".cfg"}]
    assert texts
    for path in texts:
        content = path.read_text(encoding="utf-8", errors="replace")
        assert str(build_dir) not in content and str(root) not in content, path


def test_the_installed_command_finds_what_its_loaders_are_built_with(installed):
    """Without PATH, wherever the interpreters are."""
    done = run(installed / "bin" / "tandem", "runtimes", "--json", env={})
    entries = [entry for entry in json.loads(done.stdout)["runtimes"] if entry["usable"] and entry["language"] != "any"]
    usable = {os.path.basename(entry["loader"]) for entry in entries}
    loaders = {path.name for path in installed.glob("lib*/tandem/loaders/*.so") if not path.name.endswith("-finder.so")}
    assert usable == loaders
