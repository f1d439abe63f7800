"""What lets a JVM start sooner: TANDEM_START_CACHE (docs/isolation.md)."""

import pytest
from support import example

HELLO = ("example.Hello::myHandler", example("hello-java.jar"), "--payload", "123")


@pytest.fixture
def invoke(tandem, tmp_path):
    """An invocation with a cache of its own, which it answers as ever; returns what the cache has of archives."""
    cache = tmp_path / "own-cache"

    def invoke(use, *arguments):
        run = tandem.invoke(*HELLO, *arguments, env={"TANDEM_START_CACHE": use, "TANDEM_CACHE_DIR": str(cache)})
        assert (run.code, run.stdout) == (0, b'"123"'), run.stderr
        assert len(run.stderr.splitlines()) == 4, run.stderr
        return [path.suffix for path in (cache / "starts").glob("*")]

    return invoke


@pytest.mark.parametrize("isolation", ["inline", "process"])
def test_an_archive_is_made_where_that_is_asked_and_not_otherwise(invoke, isolation):
    for use in (None, "off"):
        assert not invoke(use, "--isolation", isolation)
    for use in ("fill", None, "off"):
        assert invoke(use, "--isolation", isolation) == [".jsa"]
