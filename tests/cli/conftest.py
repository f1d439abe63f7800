"""What the tests of the command share."""

import os

import pytest
from support import Tandem, command_path, compile_java, example, interpreters, isolation, java_homes, write_files


def pytest_configure(config):
    """Without what is under test there is nothing to pass."""
    for path in (command_path(), example("")):
        if not os.path.exists(path):
            raise RuntimeError(f"{path} does not exist; see tests/cli/README.md")

    config.addinivalue_line("markers", "inline(reason): about handlers in the command's own process only")


def pytest_collection_modifyitems(config, items):
    """A run about worker processes is not about what there is inline only."""
    if isolation() == "inline":
        return
    inline = [item for item in items if item.get_closest_marker("inline")]
    config.hook.pytest_deselected(items=inline)
    items[:] = [item for item in items if item not in inline]


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", interpreters())
    if "java_home" in metafunc.fixturenames:
        metafunc.parametrize("java_home", java_homes())


@pytest.fixture(scope="session")
def tandem(tmp_path_factory):
    return Tandem(tmp_path_factory.mktemp("tandem"))


@pytest.fixture(scope="session")
def java_package(tmp_path_factory):
    """A folder with the handlers of tests/cli/java."""
    return compile_java(tmp_path_factory.mktemp("java-package"))


@pytest.fixture
def invoke_python(tandem, tmp_path):
    """Invokes `handler(event, context)` of a module with the given source."""

    def invoke(source, *arguments, handler="app.handler", **options):
        package = write_files(tmp_path / "package", {"app.py": source})
        return tandem.invoke(handler, package, *arguments, **options)

    return invoke
