"""What a configuration takes from TANDEM_PYTHONS, and what it removes, in projects that have only that part of the build."""

import os
import re
import subprocess

import pytest

PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(Choices LANGUAGES NONE)
include("{root}/cmake/TandemOptions.cmake")
include("{root}/python-bridge/cmake/FindPythons.cmake")
"""


@pytest.fixture
def configure(root, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(root=root), encoding="utf-8")

    def run(*arguments, pythons=None):
        environment = {name: value for name, value in os.environ.items() if name != "TANDEM_PYTHONS"}
        if pythons is not None:
            environment["TANDEM_PYTHONS"] = pythons
        return subprocess.run(
            ["cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def taken(done):
    assert done.returncode == 0, done.stderr
    return re.findall(r"Python loader: (3\.\d+) with ", done.stdout)


def test_a_mistyped_list_does_not_outlive_its_configuration(configure):
    newest = taken(configure())
    assert len(newest) == 1
    for pythons in (None, ""):
        failed = configure(pythons="3.99")
        assert failed.returncode != 0 and "TANDEM_PYTHONS names 3.99" in failed.stderr
        assert taken(configure(pythons=pythons)) == newest


@pytest.mark.parametrize("version", ["2.7", "3.0", "3.8"])
def test_a_version_before_the_oldest_is_too_old_wherever_it_is(configure, version):
    failed = configure(f"-DTANDEM_PYTHONS={version}")
    assert failed.returncode != 0
    said = " ".join(failed.stderr.split())
    assert f"TANDEM_PYTHONS names {version}, which cannot be used; too old: 3.9 or later is needed" in said


@pytest.mark.parametrize("names_none", [",", " ", " , ,"])
def test_a_list_that_names_nothing_is_not_the_default(configure, names_none):
    said = f"TANDEM_PYTHONS is '{names_none}', which names no CPython: give X.Y or a path, all, none, or nothing"
    for failed in (configure(f"-DTANDEM_PYTHONS={names_none}"), configure(pythons=names_none)):
        assert failed.returncode != 0
        assert " ".join(said.split()) in " ".join(failed.stderr.split())
        assert taken(configure("-DTANDEM_PYTHONS="))


def test_what_is_given_to_cmake_goes_before_the_environment_until_it_is_empty(configure):
    newest = taken(configure())
    every = taken(configure(pythons="all"))
    assert every[: len(newest)] == newest
    assert taken(configure(f"-DTANDEM_PYTHONS={every[-1]}", pythons="3.99")) == every[-1:]
    assert taken(configure()) == every[-1:]
    assert taken(configure("-DTANDEM_PYTHONS=")) == newest


LOADERS = """
cmake_minimum_required(VERSION 3.20)
project(Loaders LANGUAGES C)
include("{root}/cmake/TandemLoader.cmake")
add_library(abi INTERFACE)
add_library(tandem::abi ALIAS abi)
set(TANDEM_LOADER_OUTPUT_DIRECTORY "${{CMAKE_BINARY_DIR}}/loaders")
foreach(name IN LISTS WANTED)
  tandem_add_loader(loader_${{name}} OUTPUT ${{name}} BUILT_WITH "/usr/bin/${{name}}" SOURCES loader.c)
endforeach()
tandem_remove_stale_loaders("${{TANDEM_LOADER_OUTPUT_DIRECTORY}}")
"""


def test_what_is_no_longer_asked_for_is_removed(configure, root, tmp_path):
    """The loader and its record; not what others have put beside it."""
    (tmp_path / "CMakeLists.txt").write_text(LOADERS.format(root=root), encoding="utf-8")
    (tmp_path / "loader.c").write_text("int tandem_loader_v1;\n", encoding="utf-8")
    loaders = tmp_path / "build" / "loaders"
    for wanted in ("one;two", "two", "two;one"):
        done = configure(f"-DWANTED={wanted}")
        assert done.returncode == 0, done.stderr
        subprocess.run(["cmake", "--build", tmp_path / "build"], capture_output=True, check=True)
        (loaders / "foreign.so").write_bytes(b"")
        names = {f"{name}{ending}" for name in wanted.split(";") for ending in (".so", ".built-with")}
        assert {path.name for path in loaders.iterdir()} == names | {"foreign.so"}
