"""Code that is changed while it is invoked without a pause: each answer is of one version, and of none that was before."""

import io
import json
import random
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import Server, create, invoke, java_package

UPDATES = 20
CLIENTS = {"python": 4, "java": 2}
SEED = 20261126

#: The code's number as it was at init, in a module or a class that is loaded late, and in a file that is read each time.
PYTHON = """
import os
import early
def read():
    with open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "number")) as file:
        return int(file.read())
AT_INIT = read()
def handler(event, context):
    import late
    return [early.NUMBER, AT_INIT, late.NUMBER, read(), context.function_version]
"""

JAVA = """
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

public class Numbered {
  private static final int AT_INIT = read();

  private static int read() {
    try {
      return Integer.parseInt(new String(Files.readAllBytes(Paths.get(System.getenv("LAMBDA_TASK_ROOT"), "number"))));
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  static int resource() {
    byte[] text = new byte[8];
    try (InputStream stream = Numbered.class.getResourceAsStream("/number")) {
      return Integer.parseInt(new String(text, 0, stream.read(text)));
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  public List<Object> handle(Map<String, Object> event) throws Exception {
    return Arrays.asList(resource(), AT_INIT, Late.number(), read(), System.getenv("AWS_LAMBDA_FUNCTION_VERSION"));
  }
}

class Late {
  private static final int NUMBER = Numbered.resource();

  static int number() {
    return NUMBER;
  }
}
"""


class Load:
    """Clients that invoke a function without a pause, and what was current when."""

    def __init__(self, client, name, clients):
        self._client = client
        self._name = name
        self._changed = threading.Condition()
        self._ends = False
        self._current = 0  # the number that an update has been answered for
        self._sent = 0  # the greatest that one was sent for
        self._published = {}  # numbers by versions
        self._since = [0] * clients  # answers by client, to requests that were sent after the last change
        self.wrong = []
        self.answers = 0

    def update(self, number, change):
        """Makes a change that is answered with the version that it published, or None."""
        self._sent = number
        version = change()
        with self._changed:
            if version is not None:
                self._published[version] = number
            self._current = number
            self._since = [0] * len(self._since)

    def wait_for_all(self):
        """Until each client has had answers since the last change."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.wrong or min(self._since) >= 2, timeout=120)
        assert not self.wrong, self.wrong

    def end(self):
        self._ends = True

    def run(self, client):
        chance = random.Random(SEED + client)
        while not self._ends and not self.wrong:
            with self._changed:
                version = chance.choice([None, *self._published]) if client % 2 else None
                least = self._current if version is None else self._published[version]
                epoch = self._current
            try:
                self._take(client, epoch, self._ask(version), least, version)
            except Exception as failure:  # a refusal is as wrong as an answer
                self._note((version, least, repr(failure)))

    def _ask(self, version):
        return invoke(self._client, self._name, **({} if version is None else {"Qualifier": version}))

    def _take(self, client, epoch, answer, least, version):
        most = self._sent if version is None else least
        payload = json.loads(answer["Payload"])
        asked = version or "$LATEST"
        whole = isinstance(payload, list) and len(set(payload[:4])) == 1 and payload[4] == asked
        if not whole or not least <= payload[0] <= most or answer["ExecutedVersion"] != asked:
            self._note((asked, least, most, payload))
        with self._changed:
            self.answers += 1
            self._since[client] += epoch == self._current
            self._changed.notify_all()

    def _note(self, what):
        with self._changed:
            self.wrong.append(what)
            self._changed.notify_all()


def package(number, language, classes):
    if language == "python":
        files = {"app.py": PYTHON, "early.py": f"NUMBER = {number}\n", "late.py": f"NUMBER = {number}\n"}
    else:
        with zipfile.ZipFile(io.BytesIO(classes)) as compiled:
            files = {name: compiled.read(name) for name in compiled.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**files, "number": str(number)}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


@pytest.mark.parametrize("language", ["python", "java"])
def test_each_answer_is_of_one_version_whole_and_never_of_an_older_one(tmp_path, covers, language):
    classes = b""
    if language == "java":
        (tmp_path / "Numbered.java").write_text(JAVA)
        classes = java_package(tmp_path, "Numbered")
    server = Server(tmp_path / "data", "--quiet")
    client = server.client()
    handler, runtime = ("app.handler", "python3.12") if language == "python" else ("Numbered::handle", "java17")
    first = package(0, language, classes)
    create(client, "numbered", first, handler=handler, runtime=runtime, Timeout=60, MemorySize=512)
    clients = CLIENTS[language]
    load = Load(server.client(), "numbered", clients)

    def change(number):
        publishes = number % 2 == 0
        made = client.update_function_code(
            FunctionName="numbered", ZipFile=package(number, language, classes), Publish=publishes
        )
        return made["Version"] if publishes else None

    with ThreadPoolExecutor(clients) as threads:
        running = [threads.submit(load.run, number) for number in range(clients)]
        try:
            for number in range(1, UPDATES + 1):
                load.wait_for_all()
                load.update(number, lambda number=number: change(number))
            load.wait_for_all()
        finally:
            load.end()
    for ended in running:
        ended.result()
    assert load.wrong == [] and load.answers >= 2 * clients * UPDATES
    covers("A-36")
    assert server.end() == 0, server.log
