"""Servers for tests: one that a module shares, and its client."""

import os
from pathlib import Path

import pytest
import support

# Beside the build and not in /tmp, as an environment may have a /tmp of its own: what handlers and tests tell each other
# by files is to be seen by both.
_TEMPORARY = Path(support.TANDEM).resolve().parents[1] / "server-tests"
_TEMPORARY.mkdir(exist_ok=True)
os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_TEMPORARY)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = support.Server(tmp_path_factory.mktemp("data"))
    yield started
    assert started.end() == 0, started.log


@pytest.fixture(scope="module")
def client(server):
    return server.client()


@pytest.fixture
def refused(server):
    """Calls an operation that is to fail, with whatever arguments; its status, error type and message."""
    client = server.client(validates=False)

    def call(operation, **arguments):
        with pytest.raises(client.exceptions.ClientError) as failed:
            getattr(client, operation)(**arguments)
        response = failed.value.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]

    return call


@pytest.fixture(scope="session")
def streaming_jar(tmp_path_factory):
    """A package whose handler writes, flushes, and waits for the file that its event names."""
    folder = tmp_path_factory.mktemp("java")
    (folder / "Parts.java").write_text(
        """
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Paths;

public class Parts {
  public void handle(InputStream event, OutputStream answer) throws Exception {
    byte[] read = new byte[4096];
    String name = new String(read, 0, event.read(read)).replace("\\"", "");
    answer.write("first".getBytes());
    answer.flush();
    while (!Files.exists(Paths.get(name))) Thread.sleep(20);
    answer.write("last".getBytes());
  }
}
"""
    )
    return support.java_package(folder, "Parts")


@pytest.fixture(scope="session")
def sdk_jars():
    """Where Maven has put what is in java/, and below lib/ the AWS SDK."""
    return Path(os.environ["TANDEM_TEST_SDK_JARS"])
