"""The pytest plug-in: functions of a template, invoked in a test, without a server.

    def test_greets(tandem_function):
        assert tandem_function("Hello")({"name": "Ada"}) == "Hello Ada"

pytest imports this in each run, so that it imports tandem, with its libraries, where a test asks for a function.
Settings, in pytest.ini or pyproject.toml: ``tandem_template`` is the template, relative to the root of the tests, else a
template.yaml, template.yml or template.json there; ``tandem_parameters`` are the template's, NAME=VALUE, a line each.
"""

from __future__ import annotations

import pathlib
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from tandem import Function, LogEvent, Runtime


class TandemFunction(Protocol):
    """Gives the function that a template calls so, or its only one."""

    def __call__(self, function: str | None = None, **options: Any) -> Function: ...


__tracebackhide__ = True  # an error is shown where the test calls

_DEFAULT_NAMES = ("template.yaml", "template.yml", "template.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("tandem_template", "the SAM or CloudFormation template of tandem_function, relative to the rootdir")
    parser.addini("tandem_parameters", "the template's parameters, NAME=VALUE, a line each", type="linelist")


@pytest.fixture(scope="session")
def tandem_template(pytestconfig: pytest.Config) -> pathlib.Path:
    """The template's path. A project that has several overrides this fixture, in the folder of one's tests."""
    root = pytestconfig.rootpath
    if named := pytestconfig.getini("tandem_template"):
        return root / str(named)
    for name in _DEFAULT_NAMES:
        if (root / name).is_file():
            return root / name
    raise pytest.UsageError(
        f"there is no {', '.join(_DEFAULT_NAMES)} in {root}; name one by the setting tandem_template"
    )


@pytest.fixture(scope="session")
def tandem_runtime() -> Iterator[Runtime]:
    """The runtime of all functions of a test run. What they log is part of the test's captured standard error."""

    import tandem

    def write(event: LogEvent) -> None:
        sys.stderr.write(re.sub(r"\r(?!\n)", "\n", event.text))  # in text format a stack trace's lines end so

    with tandem.Runtime(log=write) as runtime:
        yield runtime


@pytest.fixture(scope="session")
def _tandem_loaded() -> dict[pathlib.Path, dict[str | None, Function]]:
    """By template and name, None for a template's only function."""
    return {}


@pytest.fixture
def tandem_function(
    pytestconfig: pytest.Config,
    tandem_runtime: Runtime,
    tandem_template: pathlib.Path,
    _tandem_loaded: dict[pathlib.Path, dict[str | None, Function]],
) -> Iterator[TandemFunction]:
    """Gives a function of the template: ``tandem_function("Hello")(event)``.

    A function stays warm for all tests, as it does for all events in Lambda. With options of its own, those of
    :meth:`tandem.Runtime.load_from_template`, it is loaded for this test alone.
    """
    parameters = _parameters(pytestconfig.getini("tandem_parameters"))
    own: list[Function] = []

    def load(function: str | None = None, **options: Any) -> Function:
        if options:
            options["parameters"] = {**parameters, **(options.get("parameters") or {})}
            own.append(tandem_runtime.load_from_template(tandem_template, function, **options))
            return own[-1]
        loaded = _tandem_loaded.setdefault(tandem_template, {})
        if function not in loaded or loaded[function].unloaded:
            loaded[function] = tandem_runtime.load_from_template(tandem_template, function, parameters=parameters)
            if None in loaded:  # the template has one function, by whatever name
                first = next(each for each in loaded.values() if not each.unloaded)
                if first is not loaded[function]:
                    loaded[function].unload()
                    loaded[function] = first
        return loaded[function]

    yield load
    for each in own:
        each.unload()


def _parameters(lines: list[str]) -> dict[str, str]:
    for line in lines:
        if "=" not in line:
            raise pytest.UsageError(f"tandem_parameters: {line!r} is not NAME=VALUE")
    return dict(line.split("=", 1) for line in lines)
