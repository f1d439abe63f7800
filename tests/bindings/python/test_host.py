"""What is of this host alone: values, errors, threads, asyncio, ends."""

import asyncio
import gc
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import weakref

import pytest
import tandem

NEWEST_FIRST = [("java", "capi.Handlers::greet"), ("python", "handlers.greet")]
HERE = pathlib.Path(__file__).parent


def run(source, *arguments, **options):
    """A host of its own."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", source, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **options,
    )


def test_is_the_installed_wheel_alone():
    """Its clone and prefix are gone: all that is mapped of it lies below the package."""
    place = pathlib.Path(tandem.__file__).resolve().parent
    assert place.is_relative_to(pathlib.Path(sys.prefix).resolve())
    mapped = set(re.findall(r"/\S*libtandem\S*", pathlib.Path("/proc/self/maps").read_text(encoding="utf-8")))
    assert mapped and all(pathlib.Path(each).is_relative_to(place) for each in mapped)


def test_no_second_libpython(load):
    assert load("python", "handlers.greet")({"name": "Ada"}) == "Hello Ada from Python"
    mapped = set(re.findall(r"/\S*libpython3\S*", pathlib.Path("/proc/self/maps").read_text(encoding="utf-8")))
    linked = subprocess.run(
        ["ldd", os.path.realpath(sys.executable)], capture_output=True, text=True, check=True
    ).stdout
    assert len(mapped) == linked.count("libpython3.") // 2  # each line has the name and where it is


def test_leaves_the_hosts_interpreter_alone(load):
    def state():
        return sys.stdout, sys.stderr, list(sys.path), list(sys.meta_path), "handlers" in sys.modules

    before = state()
    function = load("python", "handlers.greet")
    function({"name": "Ada"})
    assert state() == before
    function.unload()
    assert state() == before


def test_leaves_signals_to_the_host(load):
    numbers, heard = [signal.SIGINT, signal.SIGCHLD], []
    before = [signal.signal(number, lambda number, _frame: heard.append(number)) for number in numbers]

    def masks():
        text = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
        caught = int(re.search(r"SigCgt:\s*(\w+)", text).group(1), 16)
        ignored = int(re.search(r"SigIgn:\s*(\w+)", text).group(1), 16)
        return [(caught >> number - 1 & 1, ignored >> number - 1 & 1) for number in numbers]

    try:
        handlers, known = [signal.getsignal(number) for number in numbers], masks()
        for package, handler in NEWEST_FIRST:
            for isolation in ("inline", "process"):
                load(package, handler, isolation=isolation)({"name": "Ada"})
        assert ([signal.getsignal(number) for number in numbers], masks()) == (handlers, known)
        for number in numbers:
            os.kill(os.getpid(), number)
            assert number in heard
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def test_takes_and_gives_bytes(load):
    echo = load("python", "handlers.echo")
    assert echo.invoke_bytes(b'{"a":1}') == echo.invoke_bytes(memoryview(b'{"a":1}')) == b'{"a": 1}'
    with pytest.raises(ValueError):
        echo(float("nan"))
    with pytest.raises(TypeError):
        echo(object())


@pytest.mark.parametrize("package, handler", NEWEST_FIRST)
def test_logs_come_before_the_answer(load, log, package, handler):
    load(package, handler)({"name": "Ada"}, request_id="an-id")
    events = [event for event in log if event.request_id == "an-id"]
    assert "".join(event.text for event in events) == "greeting Ada\n"
    assert {(event.function_name, event.origin) for event in events} == {(package, "function")}


def test_a_log_that_invokes_or_fails_harms_nothing(capfd):
    answers = []

    def log(event):
        if "Ada" in event.text:
            answers.append(function({"name": "Bob"}))
            raise ValueError("on purpose")

    code = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python")
    with tandem.Runtime(log=log) as runtime:
        function = runtime.load("handlers.greet", code=code)
        assert function({"name": "Ada"}) == "Hello Ada from Python"
    assert answers == ["Hello Bob from Python"]
    assert "on purpose" in capfd.readouterr().err


def test_async_does_not_block_the_loop(load):
    """Sixteen calls meet in the handler, which they could not one after the other."""
    meet = load("java", "capi.Handlers::meet", max_concurrency=16)

    async def all_at_once():
        return await asyncio.gather(*(meet.call_async() for _ in range(16)))

    assert asyncio.run(all_at_once()) == ["met"] * 16


@pytest.mark.parametrize(
    "package, handler", [("java", "capi.Handlers::waitForever"), ("python", "handlers.wait_forever")]
)
def test_async_that_is_cancelled_cancels_the_handler(load, log, package, handler):
    """The unload at the end waits for it."""
    function = load(package, handler)

    async def cancelled():
        call = asyncio.ensure_future(function.call_async())
        while not any("waiting" in event.text for event in log):
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(cancelled())
    function.unload()


@pytest.mark.parametrize("package, handler", [("java", "capi.Handlers::stream"), ("python", "handlers.stream")])
def test_a_stream_that_is_closed_ends_the_handler(load, package, handler):
    function = load(package, handler)
    chunks = function.stream({})
    assert next(chunks) == b"one "
    chunks.close()
    function.unload()


def test_a_stream_raises_what_the_handler_does(load):
    with pytest.raises(tandem.FunctionError, match="KeyError"):
        list(load("python", "handlers.fail").stream({"name": "Ada"}))


def test_two_runtimes_go_on_apart(load, log):
    others = []
    code = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python")
    with tandem.Runtime(log=others.append) as other:
        function = other.load("handlers.greet", code=code)
        assert function({"name": "other"}) == "Hello other from Python"
        assert load("python", "handlers.greet")({"name": "own"}) == "Hello own from Python"
    assert "own" not in "".join(event.text for event in others)
    assert "other" not in "".join(event.text for event in log)
    assert load("python", "handlers.greet")({"name": "on"}) == "Hello on from Python"


@pytest.mark.parametrize("package, handler", NEWEST_FIRST)
def test_after_its_end_a_call_is_one_clear_error(load, runtime, package, handler):
    function, further = load(package, handler), load(package, handler)
    assert not function.unloaded
    function.unload()
    function.unload()
    assert function.unloaded and not further.unloaded
    for call in (lambda: function({"name": "Ada"}), function.prepare, lambda: list(function.stream({}))):
        with pytest.raises(tandem.TandemError, match="the function is unloaded") as raised:
            call()
        assert raised.value.code is tandem.Code.UNAVAILABLE
    runtime.close()
    runtime.close()
    assert runtime.closed and further.unloaded
    with pytest.raises(tandem.TandemError, match="the function's runtime is closed"):
        further({"name": "Ada"})
    with pytest.raises(tandem.TandemError, match="the runtime is closed"):
        load(package, handler)


def test_unload_waits_for_callers_of_other_threads(load):
    """Callers until one is refused; nobody uses a function that is gone."""
    function, refused = load("python", "handlers.echo", max_concurrency=1), []
    begun = threading.Barrier(9)

    def call():
        begun.wait()
        try:
            while function(1) == 1:
                pass
        except tandem.TandemError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun.wait()
    function.unload()
    for thread in threads:
        thread.join()
    assert refused == ["the function is unloaded"] * 8


def test_what_is_wrong_is_said(load, runtime):
    with pytest.raises(tandem.TandemError, match="absent") as raised:
        runtime.load("handlers.greet", code="/absent")
    assert raised.value.code is not None
    with pytest.raises(ValueError, match="isolation"):
        load("python", "handlers.greet", isolation="other")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TypeError, {"runtime": 3}),
        (TypeError, {"name": b"name"}),
        (TypeError, {"layers": "one.zip"}),
        (TypeError, {"layers": pathlib.Path("one.zip")}),
        (TypeError, {"variables": {"A": 1}, "isolation": "process"}),
        (TypeError, {"variables": {1: "A"}, "isolation": "process"}),
        (ValueError, {"variables": {"A": "b"}}),
        (TypeError, {"timeout": "3"}),
        (ValueError, {"timeout": float("inf")}),
        (ValueError, {"timeout": float("nan")}),
        (ValueError, {"timeout": -1}),
        (ValueError, {"timeout": -0.001}),
        (ValueError, {"log_format": "bogus"}),
        (ValueError, {"log_level": "LOUD"}),
    ],
    ids=str,
)
def test_an_option_that_cannot_be_is_named(runtime, kind, options):
    """Before anything is looked for: there is no such code."""
    with pytest.raises(kind, match=next(iter(options))):
        runtime.load("handlers.greet", code="/absent", **options)
    with pytest.raises(kind, match=next(iter(options))):
        runtime.load_from_template("/absent", **{"isolation": "inline", **options})


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TypeError, {"package_dirs": "one"}),
        (TypeError, {"parameters": {"A": 1}}),
        (TypeError, {"region": 3}),
    ],
    ids=str,
)
def test_an_option_of_a_template_that_cannot_be_is_named(runtime, kind, options):
    with pytest.raises(kind, match=next(iter(options))):
        runtime.load_from_template("/absent", **options)


@pytest.mark.parametrize(
    ("kind", "options"),
    [(TypeError, {"loader_dirs": "one"}), (TypeError, {"worker_idle": None}), (ValueError, {"worker_init": -1})],
    ids=str,
)
def test_an_option_of_a_runtime_that_cannot_be_is_named(kind, options):
    with pytest.raises(kind, match=next(iter(options))):
        tandem.Runtime(**options)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TypeError, {"request_id": 3}),
        (TypeError, {"client_context": {"custom": {}}}),
        (ValueError, {"request_id": "one\ntwo"}),
        (ValueError, {"request_id": "one\0"}),
        (ValueError, {"request_id": "\u2028"}),
    ],
    ids=str,
)
def test_an_option_of_a_call_that_cannot_be_is_named(load, log, kind, options):
    function = load("python", "handlers.greet")
    with pytest.raises(kind, match=next(iter(options))):
        function({"name": "Ada"}, **options)
    with pytest.raises(kind, match=next(iter(options))):
        list(function.stream({"name": "Ada"}, **options))
    assert log == []


def test_another_cpython_needs_process_isolation(log):
    """A process has one CPython; workers have their own."""
    own, others = f"{sys.version_info.major}.{sys.version_info.minor}", os.environ["TANDEM_TEST_PYTHONS"].split()
    other, version = next((path, path.rpartition("python")[2]) for path in others if not path.endswith(own))
    code = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python")
    with tandem.Runtime(log=log.append, python=other) as runtime:
        function = runtime.load("handlers.greet", code=code, runtime="python")
        with pytest.raises(tandem.TandemError) as raised:
            function({"name": "Ada"})
        assert f"this process already runs python{own} ({sys.executable}); python{version} ({other}) beside it" in str(
            raised.value
        )
        apart = runtime.load("handlers.greet", code=code, runtime="python", isolation="process")
        assert apart({"name": "Ada"}) == "Hello Ada from Python"


def test_functions_and_runtimes_that_are_dropped_end():
    code = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python")
    runtime = tandem.Runtime()
    for _ in range(3):
        runtime.load("handlers.greet", code=code)({"name": "Ada"})
    dropped = weakref.ref(runtime)
    del runtime
    gc.collect()
    assert dropped() is None


FORKS = """
import os, sys, tandem
runtime = tandem.Runtime()
function = runtime.load("handlers.greet", code=sys.argv[1], isolation="process")
function({"name": "Ada"})
child = os.fork()
if child == 0:
    try:
        function({"name": "Ada"})
    except tandem.TandemError as error:
        function.unload()
        print(error, flush=True)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
print(function({"name": "Ada"}))
"""


def test_in_a_fork_calls_are_one_clear_error():
    done = run(FORKS, pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python"))
    assert done.returncode == 0, done.stderr
    refused, answer = done.stdout.splitlines()
    assert "spawn" in refused and answer == "Hello Ada from Python"


ENDS = """
import sys, threading, tandem
runtime = tandem.Runtime({log})
function = runtime.load("handlers.greet", code=sys.argv[1])
second = runtime.load("handlers.greet", code=sys.argv[2])
threads = [threading.Thread(target=function, args=({{"name": "Ada"}},)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(second({{"name": "Ada"}}))
{end}
sys.exit(3)
"""


@pytest.mark.parametrize("end", ["", "runtime.close()", "function.unload()", "del runtime, function, second"])
@pytest.mark.parametrize("log", ["", "log=print"])
def test_the_host_ends_as_it_says(tmp_path, log, end):
    """Several interpreters, each with states of several threads, are no reason to abort."""
    code = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python")
    second = tmp_path / "second"
    second.mkdir()
    second.joinpath("handlers.py").write_text((code / "handlers.py").read_text(encoding="utf-8"), encoding="utf-8")
    done = run(ENDS.format(log=log, end=end), code, second)
    assert (done.returncode, done.stderr) == (3, "")
    assert "Hello Ada from Python" in done.stdout


DAEMON = """
import sys, threading, tandem
begun = threading.Event()
runtime = tandem.Runtime(log=lambda event: begun.set())
function = runtime.load("slow.handler", code=sys.argv[1], isolation=sys.argv[2])
threading.Thread(target=function, daemon=True).start()
begun.wait()
"""


@pytest.mark.parametrize("isolation", ["inline", "process"])
def test_the_host_ends_while_a_daemon_thread_of_its_own_is_in_a_handler(tmp_path, isolation):
    slow = "import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(0.5)\n"
    (tmp_path / "slow.py").write_text(slow, encoding="utf-8")
    done = run(DAEMON, tmp_path, isolation)
    assert (done.returncode, done.stderr) == (0, "")


CTRL_C = """
import signal, sys, tandem
tandem.Runtime().load("handlers.greet", code=sys.argv[1])({"name": "Ada"})
signal.raise_signal(signal.SIGINT)
"""


def test_ctrl_c_ends_the_host_as_any_other(tmp_path):
    done = run(CTRL_C, pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"], "python"))
    assert done.returncode == -signal.SIGINT
    assert done.stderr.endswith("KeyboardInterrupt\n")


MEMORY = """
import gc, json, os, pathlib, re, sys, tandem
package, handler, code, java_home, calls, limit = sys.argv[1:]
runtime = tandem.Runtime(java_home=java_home, jvm_options="-Xms128m -Xmx128m -XX:+AlwaysPreTouch")
function = runtime.load(handler, code=code, runtime=package, timeout=None)
event = {"name": "Ada" * 300}
def resident():
    gc.collect()
    return int(re.search(r"RssAnon:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text()).group(1))
def call_all():
    for _ in range(int(calls)):
        assert function(event) == event
call_all()
before = resident()
call_all()
grown = resident() - before
sys.exit(None if grown < int(limit) else f"{grown} KiB more")
"""


@pytest.mark.parametrize(
    ("package", "handler", "bytes_per_call"), [("java", "capi.Handlers::echo", 200), ("python", "handlers.echo", 50)]
)
def test_memory_is_flat(package, handler, bytes_per_call):
    """In a process of its own, whose Java heap is resident from the start. A response is 900 bytes."""
    calls = 100_000 if os.environ.get("TANDEM_TEST_EXTENT") == "all" else 20_000
    code, java_home = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"]) / package, os.environ["TANDEM_TEST_JAVA_HOME"]
    done = run(MEMORY, package, handler, code, java_home, calls, calls * bytes_per_call // 1024)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("isolation", ["inline", "process"])
@pytest.mark.parametrize("package, handler", NEWEST_FIRST)
def test_async_that_is_cancelled_at_once_cancels_the_handler(load, package, handler, isolation):
    """Whether it runs already or not: without a timeout, one that was not told would keep its runtime open."""
    wait = handler.replace("greet", "waitForever" if package == "java" else "wait_forever")
    function = load(package, wait, isolation=isolation)

    async def cancelled():
        for _ in range(5):
            call = asyncio.ensure_future(function.call_async({}))
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(cancelled())


BESIDE = """
import os, sys, threading, numpy, tandem
packages, java_home = sys.argv[1:]
values, end, sums, started = numpy.arange(10_000.0), threading.Event(), [], threading.Barrier(4)
def work():
    started.wait()
    while not end.is_set():
        sums.append(float(values.sum()))
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
started.wait()
runtime = tandem.Runtime(java_home=java_home)
for package, handler in ("java", "capi.Handlers::greet"), ("python", "handlers.greet"):
    for isolation in "inline", "process":
        before = len(sums)
        function = runtime.load(handler, code=os.path.join(packages, package), timeout=None, isolation=isolation)
        for _ in range(20):
            assert function({"name": "Ada"}).startswith("Hello Ada from ")
        while len(sums) == before:
            pass
runtime.close()
before = len(sums)
while len(sums) == before:
    pass
end.set()
for thread in threads:
    thread.join()
assert set(sums) == {49_995_000.0}
"""


def test_the_hosts_own_threads_and_numpy_go_on():
    """They run before anything is embedded, while handlers do, and afterwards."""
    done = run(BESIDE, os.environ["TANDEM_TEST_PACKAGES"], os.environ["TANDEM_TEST_JAVA_HOME"])
    assert (done.returncode, done.stderr) == (0, "")


STREAM = "def handler(event, context):\n    for _ in range(1000):\n        yield 'x' * 100\n"


@pytest.mark.parametrize(
    "end", ["stream.close()", "stream = None", "next(stream); stream.close()", "next(stream); del stream"]
)
def test_a_stream_may_be_left(runtime, tmp_path, end):
    """At any time, also before its first chunk."""
    (tmp_path / "streams.py").write_text(STREAM, encoding="utf-8")
    function = runtime.load("streams.handler", code=tmp_path, timeout=None)
    exec(end, {"stream": function.stream({})})
    function.unload()


def test_what_is_unloaded_meanwhile_says_so(runtime):
    """Each caller has an answer, or an error of the function's end."""
    code, seen = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"]) / "python", set()

    def call(function):
        try:
            while True:
                function({"name": "Ada"})
        except tandem.TandemError as error:
            seen.add((error.code, error.message))

    for _ in range(50):
        function = runtime.load("handlers.echo", code=code, timeout=None)
        threads = [threading.Thread(target=call, args=(function,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        function({})
        function.unload()
        for thread in threads:
            thread.join()
    assert seen == {(tandem.Code.UNAVAILABLE, "the function is unloaded")}


def test_the_example():
    """And the lines of docs/embedding-python.md."""
    root, examples = HERE.parent.parent.parent, pathlib.Path(os.environ["TANDEM_TEST_EXAMPLES"])
    jar, package = examples / "hello-java.jar", examples / "deployment-package.zip"
    done = subprocess.run(
        [sys.executable, root / "examples" / "embed-python" / "main.py", jar, package],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "'123'\n{'message': 'Hello Ada Lovelace'}\n"), done.stderr
    page = (root / "docs" / "embedding-python.md").read_text(encoding="utf-8")
    block = page.partition("```python\n")[2].partition("```")[0]
    done = run(block.replace("hello.jar", str(jar)))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "123"), done.stderr


def test_types(tmp_path):
    """A file that uses all of it, as mypy sees it in strict mode."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, HERE / "usage.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
