"""What handlers do to their processes, by the API: one failed invocation at most, with the service's words."""

import json
import os

import pytest
from support import Server, create, invoke, java_package

PYTHON = """
import ctypes, os, signal, sys, threading, time
if os.environ.get("AT_INIT") == "exit": os._exit(5)
if os.environ.get("AT_INIT") == "hang": time.sleep(600)
calls = 0
kept = []

def closes():
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink("/proc/self/fd/" + name).startswith("socket:"): os.close(int(name))
        except OSError:
            pass
    time.sleep(600)

def fills():
    while True: kept.append(bytearray(b"x") * (1 << 20))

def floods():
    for _ in range(20_000): print("x" * 63)
    return "flooded"

def outlives(fifo):
    file = os.open(fifo, os.O_WRONLY)
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    os.close(file)
    return "forked"

def stays():
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "started"

def handler(event, context):
    global calls
    calls += 1
    kind, _, argument = event.partition(" ")
    if kind == "count": return calls
    if kind == "exit": sys.exit(int(argument))
    if kind == "halt": os._exit(int(argument))
    if kind == "abort": os.abort()
    if kind == "segfault": ctypes.string_at(0)
    if kind == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if kind == "sleep": time.sleep(600)
    return globals()[kind](*[argument] if argument else [])
"""

JAVA = """
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Unsafe;

public class Faults {
  private static int calls = 0;

  static {
    String does = String.valueOf(System.getenv("AT_INIT"));
    if (does.equals("exit")) Runtime.getRuntime().halt(5);
    if (does.equals("hang")) sleep();
  }

  private static void sleep() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException wakes) {
      throw new IllegalStateException(wakes);
    }
  }

  private static Unsafe unsafe() throws Exception {
    Field field = Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    return (Unsafe) field.get(null);
  }

  private static void signal(String name) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + name + " $PPID").start();
    sleep();
  }

  private static void close() throws Exception {
    List<Integer> sockets = new ArrayList<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Paths.get("/proc/self/fd"))) {
      for (Path file : open) {
        if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().startsWith("socket:")) {
          sockets.add(Integer.parseInt(file.getFileName().toString()));
        }
      }
    }
    long number = unsafe().objectFieldOffset(FileDescriptor.class.getDeclaredField("fd"));
    for (int socket : sockets) {
      FileDescriptor descriptor = new FileDescriptor();
      unsafe().putInt(descriptor, number, socket);
      new FileOutputStream(descriptor).close();
    }
    sleep();
  }

  private static void fill() throws Exception {
    for (;;) unsafe().setMemory(unsafe().allocateMemory(1 << 20), 1 << 20, (byte) 1);
  }

  private static String fillTheHeap() {
    List<byte[]> kept = new ArrayList<>();
    for (;;) kept.add(new byte[1 << 20]);
  }

  private static String flood() {
    String line = new String(new char[63]).replace('\\0', 'x');
    for (int i = 0; i < 20_000; i += 1) System.out.println(line);
    return "flooded";
  }

  private static String outlive(String fifo) throws IOException {
    Process child =
        new ProcessBuilder("setsid", "sh", "-c", "exec 9>\\"$0\\"; echo open; exec sleep 600", fifo).start();
    return child.getInputStream().read() == 'o' ? "forked" : "not forked";
  }

  public Object handle(String event) throws Exception {
    calls += 1;
    String[] words = event.split(" ", 2);
    switch (words[0]) {
      case "count": return calls;
      case "exit": System.exit(Integer.parseInt(words[1]));
      case "halt": Runtime.getRuntime().halt(Integer.parseInt(words[1]));
      case "abort": signal("ABRT");
      case "segfault": return unsafe().getByte(0);
      case "kill": signal("KILL");
      case "sleep": sleep();
      case "closes": close();
      case "fills": fill();
      case "fills-the-heap": return fillTheHeap();
      case "floods": return flood();
      case "stays":
        new Thread(Faults::sleep).start();
        return "started";
      default: return outlive(words[1]);
    }
  }
}
"""

SHORT = 2  # seconds

EXIT = "Runtime.ExitError"
ABORTED = "Runtime exited with error: signal: aborted (core dumped)"
#: By their names: the event, the error's type, the end of its message, and the rules, of which `exit` is the language's.
FAULTS = {
    "exit": ("exit 3", EXIT, "Runtime exited with error: exit status 3", ["E-40", "exit"]),
    "exit-0": ("exit 0", EXIT, "Runtime exited without providing a reason", ["E-41"]),
    "halt": ("halt 4", EXIT, "Runtime exited with error: exit status 4", ["E-40", "exit"]),
    "abort": ("abort", EXIT, ABORTED, ["E-42"]),
    "kill": ("kill", EXIT, "Runtime exited with error: signal: killed", ["E-42"]),
    "channel": ("closes", EXIT, "Runtime exited with error: signal: killed", ["E-42"]),
    "memory": ("fills", "Runtime.OutOfMemory", "Runtime exited with error: signal: killed", ["E-46"]),
    "timeout": ("sleep", "Sandbox.Timedout", f"Task timed out after {SHORT}.00 seconds", ["E-38"]),
}
SEGFAULT = {  # a JVM reports it and aborts
    "python": "Runtime exited with error: signal: segmentation fault (core dumped)",
    "java": ABORTED,
}
EXITS = {"python": "E-43", "java": "E-44"}
LANGUAGES = ["python", "java"]


@pytest.fixture(scope="module")
def jar(tmp_path_factory):
    folder = tmp_path_factory.mktemp("java")
    (folder / "Faults.java").write_text(JAVA)
    return java_package(folder, "Faults", ("-source", "8", "-target", "8"))  # --release knows no Unsafe


def add(client, jar, language, name, timeout=60, **variables):
    code, handler, runtime = {
        "python": (PYTHON, "app.handler", "python3.12"),
        "java": (jar, "Faults::handle", "java17"),
    }[language]
    settings = {"Timeout": timeout, "MemorySize": 256, "Environment": {"Variables": variables}}
    create(client, name, code, handler=handler, runtime=runtime, **settings)


@pytest.fixture(scope="module")
def functions(client, jar):
    """Two functions of each language: one with a timeout that is reached, one that is never."""
    for language in LANGUAGES:
        add(client, jar, language, language)
        add(client, jar, language, f"{language}-short", timeout=SHORT)
    return client


def call(client, name, event, **options):
    return invoke(client, name, json.dumps(event).encode(), **options)


def count(client, name):
    """How many invocations the function's process has had, this one included."""
    return int(call(client, name, "count")["Payload"])


def check_end(answer, kind, message):
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled"), answer["Payload"]
    assert json.loads(answer["Payload"]) == {
        "errorType": kind,
        "errorMessage": f"RequestId: {headers['x-amzn-requestid']} Error: {message}",
    }


def check_fault(client, language, event, kind, message):
    """The answer, and that it cost one process and nothing else."""
    name = f"{language}-short" if event == "sleep" else language
    witnesses = {other: count(client, other) for other in LANGUAGES if other != name}
    count(client, name)
    check_end(call(client, name, event), kind, message)
    assert count(client, name) == 1, "a process that has served before"
    assert {other: count(client, other) for other in witnesses} == {
        other: before + 1 for other, before in witnesses.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FAULTS)
def test_an_end_of_the_process_is_one_failed_invocation(functions, covers, language, name):
    event, kind, message, rules = FAULTS[name]
    check_fault(functions, language, event, kind, message)
    covers("E-47", "E-48", *(rule.replace("exit", EXITS[language]) for rule in rules))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_segmentation_fault_is_one_failed_invocation(functions, covers, language):
    check_fault(functions, language, "segfault", EXIT, SEGFAULT[language])
    covers("E-42")


def test_a_full_java_heap_is_the_handlers_error(functions, covers):
    answer = call(functions, "java", "fills-the-heap")
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"])["errorType"] == "java.lang.OutOfMemoryError"
    covers("E-25/java")
    assert count(functions, "java") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flood_of_output_costs_nothing_but_its_tail(functions, covers, language):
    before = count(functions, language)
    answer = call(functions, language, "floods", LogType="Tail")
    assert answer["Payload"] == b'"flooded"' and len(answer["LogResult"]) <= 4096
    assert "x" * 63 + "\nEND RequestId: " in answer["LogResult"]
    covers("L-51")
    assert count(functions, language) == before + 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thread_that_stays_delays_no_answer(functions, covers, language):
    before = count(functions, language)
    assert call(functions, language, "stays")["Payload"] == b'"started"'
    assert count(functions, language) == before + 2
    covers("E-50")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_end_of_the_process_at_init_is_told(functions, jar, covers, language):
    add(functions, jar, language, f"{language}-init", AT_INIT="exit")
    for _ in range(2):
        check_end(call(functions, f"{language}-init", "count"), EXIT, "Runtime exited with error: exit status 5")
    covers("E-36", "E-37")
    functions.update_function_configuration(FunctionName=f"{language}-init", Environment={"Variables": {}})
    assert count(functions, f"{language}-init") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_init_without_end_is_tried_again_until_the_timeout(functions, jar, covers, language):
    add(functions, jar, language, f"{language}-hangs", timeout=SHORT, AT_INIT="hang")
    answer = call(functions, f"{language}-hangs", "count")
    check_end(answer, "Sandbox.Timedout", f"Task timed out after {SHORT}.00 seconds")
    covers("E-35")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_handler_leaves_running_ends_with_the_server(tmp_path, jar, language):
    server = Server(tmp_path / "data")
    client = server.client()
    add(client, jar, language, language)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    held = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    assert call(client, language, f"outlives {fifo}")["Payload"] == b'"forked"'
    with pytest.raises(BlockingIOError):  # somebody has it open
        os.read(held, 1)
    assert count(client, language) == 2
    with pytest.raises(BlockingIOError):
        os.read(held, 1)
    assert server.end() == 0, server.log
    assert os.read(held, 1) == b"", "who has forked is gone"
    os.close(held)


REMOVES = """
import os, shutil
def handler(event, context):
    if event == "remove":
        root = os.environ["LAMBDA_TASK_ROOT"]
        for folder, _, _ in os.walk(root): os.chmod(folder, 0o700)
        shutil.rmtree(root)
        os._exit(1)
    return "served"
"""


def test_a_package_that_a_handler_has_removed_is_there_again(client):
    for name in ("Removes", "SharesItsPackage"):
        create(client, name, REMOVES)
    for _ in range(2):
        assert "FunctionError" in invoke(client, "Removes", b'"remove"')
        for name in ("SharesItsPackage", "Removes"):
            answer = invoke(client, name)
            assert (answer["Payload"], answer.get("FunctionError")) == (b'"served"', None)
