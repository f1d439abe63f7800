"""This process is the host: it runs pytest, threads and numpy before it embeds anything."""

import json
import os
import pathlib

import numpy  # noqa: F401  in use in the host
import pytest
import tandem

CASES = pathlib.Path(__file__).parent.parent / "cases.json"
PACKAGES = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"])


@pytest.fixture
def cases():
    return json.loads(CASES.read_text(encoding="utf-8"))


@pytest.fixture
def log():
    return []


@pytest.fixture
def runtime(log):
    with tandem.Runtime(log=log.append, java_home=os.environ["TANDEM_TEST_JAVA_HOME"]) as made:
        yield made


@pytest.fixture
def load(runtime):
    """Loads a function of a package of the tests': `load("python", "handlers.greet")`."""

    def loaded(package, handler, **options):
        options = {"memory_size": 512, "timeout": None, "name": package, **options}
        return runtime.load(handler, code=PACKAGES / package, runtime=package, **options)

    return loaded
