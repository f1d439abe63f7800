"""The packages, and the two ways to invoke what is in them."""

import json
import subprocess

import pytest
from endpoint import Endpoint
from make_packages import JAVA_RELEASE, java_major, java_package, python_folder
from support import HANG_GUARD_S, Tandem, command_path, interpreters, java_homes, required


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", interpreters())
    if "java_home" in metafunc.fixturenames:
        metafunc.parametrize("java_home", java_homes())
    if "java_11_home" in metafunc.fixturenames:
        metafunc.parametrize("java_11_home", [home for home in java_homes() if java_major(home) >= 11])
    if "record_home" in metafunc.fixturenames:
        metafunc.parametrize("record_home", [home for home in java_homes() if java_major(home) >= JAVA_RELEASE])


@pytest.fixture(scope="session")
def tandem(tmp_path_factory):
    return Tandem(tmp_path_factory.mktemp("tandem"))


@pytest.fixture
def endpoint():
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def python_packages(python):
    """The folder with the packages for the interpreter under test."""
    return python_folder(required("TANDEM_TEST_DEPENDENCIES"), python)


@pytest.fixture
def python_package(python_packages):
    """The package that brings a distribution along."""
    return lambda distribution: str(python_packages / f"{distribution}.zip")


@pytest.fixture
def java_archive():
    return lambda module: str(java_package(required("TANDEM_TEST_DEPENDENCIES"), module))


class Invoker:
    """Invokes handlers in a process of its own, on one interpreter or JDK."""

    def __init__(self, tandem, language, path):
        self._tandem = tandem
        self._language = language
        self._path = path

    def __call__(self, package, handler, event):
        """By the command; its Run."""
        option = {"python": "--python", "java": "--java-home"}[self._language]
        return self._tandem(
            *("invoke", "--handler", handler, "--code", package, "--payload", json.dumps(event)),
            *(option, self._path, "--timeout", "100"),
        )

    def again(self, *calls):
        """Calls of (package, handler, event) in one process, by the C++ API; a list of (kind, response)."""
        return self.logged(*calls)[0]

    def logged(self, *calls, isolation="inline", env=None):
        """The same, with the log; `process` gives each function a worker of its own, which serves all of its calls."""
        words = [word for package, handler, event in calls for word in (package, handler, json.dumps(event))]
        done = subprocess.run(
            [str(command_path().parent / "tests" / "invoke_again"), f"{self._language}={self._path}", *words],
            capture_output=True,
            env=self._tandem.environment({"INVOKE_AGAIN_ISOLATION": isolation, **(env or {})}),
            timeout=HANG_GUARD_S,
            check=False,
        )
        log = done.stderr.decode()
        assert done.returncode == 0, log
        kinds = [line.split(" ", 1) for line in done.stdout.decode().splitlines()]
        return [(kind, json.loads(text) if kind != "fault" else text) for kind, text in kinds], log


@pytest.fixture
def on_python(tandem, python_packages):
    """In a virtual environment with nothing in it: what a package lacks is not found elsewhere."""
    return Invoker(tandem, "python", python_packages / "venv" / "bin" / "python")


@pytest.fixture
def on_java_with_records(tandem, record_home):
    """For the module own-jackson, whose classes older JDKs do not read."""
    return Invoker(tandem, "java", record_home)


@pytest.fixture
def on_java_11(tandem, java_11_home):
    """For libraries whose classes Java 8 does not read."""
    return Invoker(tandem, "java", java_11_home)


@pytest.fixture
def on_java(tandem, java_home):
    return Invoker(tandem, "java", java_home)
