"""Where the built examples are; tests/run says so in TANDEM_BUILD_DIR."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def build_dir():
    value = os.environ.get("TANDEM_BUILD_DIR")
    if not value:
        pytest.fail("TANDEM_BUILD_DIR is not set: it names the build tree whose examples are tested", pytrace=False)
    return pathlib.Path(value).resolve()


@pytest.fixture(scope="session", autouse=True)
def package_cache(tmp_path_factory):
    """Packages are unpacked below the test's own folder, not into the user's cache."""
    os.environ["TANDEM_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
