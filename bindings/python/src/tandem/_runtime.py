"""Runtimes and functions, with values instead of bytes."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import math
import numbers
import os
import sys
import sysconfig
import threading
import traceback
import uuid
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Union, cast

from . import _native
from ._errors import TandemError
from ._json import text_of, value_of

if TYPE_CHECKING:
    from typing_extensions import Buffer, Literal, Self, TypedDict, Unpack

    class InvokeOptions(TypedDict, total=False):
        """What an invocation's context has. A request_id with what cannot be printed is a ValueError."""

        request_id: str
        content_type: str
        client_context: str
        cognito_identity: str
        trace_id: str
        tenant_id: str
        qualifier: str


__tracebackhide__ = True  # pytest shows an error where the test calls

Path = Union[str, "os.PathLike[str]"]
#: Path, function, parameters, region, package_dirs.
_Template = tuple[str, Optional[str], tuple[tuple[str, str], ...], Optional[str], tuple[str, ...]]

_ORIGINS = ("function", "platform", "hint", "note")
_LEVELS = ("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_LOG_FORMATS = ("Text", "JSON")
_ISOLATIONS = {"inline": 0, "process": 1}
_NO_TIMEOUT = -1
_CANCEL_INTERVAL = 0.005  # seconds
_MOST_CALLERS = 64  # of call_async and stream at a time, in one runtime


class LogEvent(NamedTuple):
    """One log event, or a part of one where ``text`` does not end in a newline."""

    text: str
    function_name: str
    request_id: str
    log_stream_name: str
    time: float
    """Seconds since the epoch."""
    origin: str
    """``function``, ``platform``, ``hint`` or ``note``."""
    level: str
    """``INFO`` and the like; empty where it has none."""
    is_json: bool


class Runtime:
    """Holds functions. All runtimes of a process share its one JVM and its one CPython.

    ``log`` is called with each :class:`LogEvent`, one at a time, and those of an invocation before it returns; without
    it logs are dropped. ``python`` is the interpreter, or virtual environment, for Python functions; without it the one
    that this program runs in. ``java_home`` is a JDK. Times are in seconds, and 0 is each option's default.
    """

    def __init__(
        self,
        *,
        log: Callable[[LogEvent], object] | None = None,
        java_home: Path | None = None,
        jvm_options: str | None = None,
        python: Path | None = None,
        loader_dirs: Iterable[Path] = (),
        cache_dir: Path | None = None,
        worker_program_dir: Path | None = None,
        max_workers: int = 0,
        max_workers_per_function: int = 0,
        worker_idle: float = 0,
        worker_init: float = 0,
        platform_logs: bool = False,
        strict_runtimes: bool = False,
    ) -> None:
        languages = {
            ("python", "path"): os.fspath(python or sys.executable or ""),
            ("java", "path"): os.fspath(java_home or ""),
            ("java", "jvm.options"): jvm_options or "",
        }
        self._native = _native.Runtime(
            loader_dirs=_paths("loader_dirs", loader_dirs),
            language_options=tuple((*name, value) for name, value in languages.items() if value),
            log=log is not None,
            cache_dir=_path_or_none(cache_dir),
            worker_program_dir=_path_or_none(worker_program_dir),
            most_workers=max_workers,
            most_workers_per_function=max_workers_per_function,
            worker_idle_ms=_milliseconds("worker_idle", worker_idle),
            worker_init_ms=_milliseconds("worker_init", worker_init),
            platform_logs=platform_logs,
            strict_runtimes=strict_runtimes,
        )
        self._log = _Log(self._native, log) if log is not None else None
        self._callers = concurrent.futures.ThreadPoolExecutor(_MOST_CALLERS, "tandem")
        # As a finalizer waits for nothing, a thread does; at the end of the process that is _close_at_exit's.
        self._finalizer = weakref.finalize(self, _close_later, self._native, self._log)
        self._finalizer.atexit = False
        _open.add(self)

    def load(
        self,
        handler: str,
        *,
        code: Path,
        runtime: str | None = None,
        name: str | None = None,
        version: str | None = None,
        log_format: Literal["Text", "JSON"] | None = None,
        log_level: str | None = None,
        layers: Iterable[Path] = (),
        variables: Mapping[str, str] | None = None,
        timeout: float | None = 3,
        memory_size: int = 128,
        max_concurrency: int = 1,
        isolation: Literal["inline", "process"] = "inline",
    ) -> Function:
        """Load a function from a jar, a zip or a directory; no user code runs yet.

        ``timeout`` is in seconds, None for none; ``memory_size`` in MiB. ``variables`` are the workers' environment,
        and refused inline. Raises TandemError, and TypeError or ValueError of an option that cannot be.
        """
        return self._load(
            None,
            handler,
            code,
            layers,
            variables,
            timeout,
            isolation,
            runtime=runtime,
            name=name,
            version=version,
            log_format=log_format,
            log_level=log_level,
            memory_size=memory_size,
            max_concurrency=max_concurrency,
        )

    def load_from_template(
        self,
        template: Path,
        function: str | None = None,
        *,
        parameters: Mapping[str, str] | None = None,
        region: str | None = None,
        package_dirs: Iterable[Path] | None = None,
        handler: str | None = None,
        code: Path | None = None,
        runtime: str | None = None,
        name: str | None = None,
        version: str | None = None,
        log_format: Literal["Text", "JSON"] | None = None,
        log_level: str | None = None,
        layers: Iterable[Path] = (),
        variables: Mapping[str, str] | None = None,
        timeout: float | None = 0,
        memory_size: int = 0,
        max_concurrency: int = 0,
        isolation: Literal["inline", "process"] = "process",
    ) -> Function:
        """Load a function of an AWS SAM or CloudFormation template, by its logical ID or its name.

        ``function`` may be left out where the template has one. ``parameters`` are the template's; ``region`` is that of
        AWS_REGION or AWS_DEFAULT_REGION, else us-east-1; ``package_dirs`` are where Python's packages lie besides the
        code and its layers, by default this interpreter's site-packages. What is given of the rest counts instead of what
        the template says, and ``variables`` beside its own. Raises as load does.
        """
        if region is None:
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if package_dirs is None:
            package_dirs = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
        of_template = (
            os.fspath(template),
            function,
            tuple((parameters or {}).items()),
            region,
            _paths("package_dirs", package_dirs),
        )
        return self._load(
            of_template,
            handler,
            code,
            layers,
            variables,
            timeout,
            isolation,
            runtime=runtime,
            name=name,
            version=version,
            log_format=log_format,
            log_level=log_level,
            memory_size=memory_size,
            max_concurrency=max_concurrency,
        )

    def _load(
        self,
        of_template: _Template | None,
        handler: str | None,
        code: Path | None,
        layers: Iterable[Path],
        variables: Mapping[str, str] | None,
        timeout: float | None,
        isolation: str,
        **others: Any,
    ) -> Function:
        if isolation not in _ISOLATIONS:
            raise ValueError(f"isolation is 'inline' or 'process', not {isolation!r}")
        if isolation == "inline" and variables:
            raise ValueError(
                "variables are for workers: an inline function has those of its program, so set them there"
            )
        for name, among in ("log_format", _LOG_FORMATS), ("log_level", _LEVELS[1:]):
            if others[name] is not None and others[name] not in among:
                raise ValueError(f"{name} is one of {', '.join(among)}, not {others[name]!r}")
        native = self._native.load(
            handler=handler,
            code=_path_or_none(code),
            layers=_paths("layers", layers),
            variables=tuple((variables or {}).items()),
            timeout_ms=_NO_TIMEOUT if timeout is None else _milliseconds("timeout", timeout),
            isolation=_ISOLATIONS[isolation],
            template=of_template,
            on_start=_close_before_language if isolation == "inline" else None,
            **others,
        )
        for warning in native.warning().splitlines():
            warnings.warn(warning, RuntimeWarning, stacklevel=3)
        loaded = Function(self, native, handler or (of_template[1] if of_template else None) or "")
        if isolation == "inline":
            _inline.add(loaded)
        return loaded

    @property
    def closed(self) -> bool:
        return self._native.closed

    def close(self) -> None:
        """End the runtime and its functions, once their invocations have ended. May be called again."""
        self._native.close(True)
        self._finalizer.detach()
        self._callers.shutdown(wait=False)
        if self._log is not None:
            self._log.deliver()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Function:
    """A loaded function. Any thread may call it at any time; calls wait for each other beyond ``max_concurrency``."""

    def __init__(self, runtime: Runtime, native: _native.Function, handler: str) -> None:
        self.handler = handler  # or what the template calls the function
        self._runtime = runtime
        self._native = native
        self._log = runtime._log

    def __call__(self, event: Any = None, **options: Unpack[InvokeOptions]) -> Any:
        """Invoke the handler with a value that JSON has, and return what it returns.

        Raises FunctionError where the handler fails, TandemError for all else, ValueError where one of the two is no
        JSON, as NaN and infinities in the event. As json.loads does, it takes those in what the handler returns.
        """
        if options or self._log is not None:
            return value_of(_text(self._invoke(_payload(event), options)))
        return value_of(self._native.call(text_of(event)))

    async def call_async(self, event: Any = None, **options: Unpack[InvokeOptions]) -> Any:
        """As the call, without blocking the event loop. Cancelling it asks the handler to yield."""
        options.setdefault("request_id", str(uuid.uuid4()))
        payload = _payload(event)
        call = self._runtime._callers.submit(self.invoke_bytes, payload, **options)
        try:
            return value_of(_text(await asyncio.wrap_future(call)))
        except asyncio.CancelledError:
            if not call.cancel():  # it has begun, or its handler is about to
                threading.Thread(
                    target=self._cancel, args=(call, options["request_id"]), name="tandem-cancel", daemon=True
                ).start()
            raise

    def invoke_bytes(self, payload: Buffer, **options: Unpack[InvokeOptions]) -> bytes:
        """Invoke the handler with any bytes, and return those of its response."""
        return self._invoke(payload, options)

    def stream(self, event: Any = None, **options: Unpack[InvokeOptions]) -> Iterator[bytes]:
        """Invoke the handler and iterate over its response, as it comes.

        Closing the iterator tells an inline handler that the rest is not wanted, and waits for its end; one in a worker
        goes on to its end or timeout. A response that does not stream is one chunk.
        """
        payload = _payload(event)
        chunks = _native.Chunks()
        call = self._runtime._callers.submit(self._invoke_to_end, payload, chunks, options)
        return _Response(call, chunks)

    def prepare(self) -> None:
        """Run the init phase where it has not run. Raises FunctionError where it fails."""
        try:
            self._native.prepare()
        finally:
            self._deliver_log()

    def unload(self) -> None:
        """End the function, once its invocations have ended. May be called again."""
        self._native.unload()
        self._deliver_log()

    @property
    def unloaded(self) -> bool:
        return self._native.unloaded

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unload()

    def __repr__(self) -> str:
        return f"<tandem.Function {self.handler!r}>"

    def _cancel(self, call: concurrent.futures.Future[bytes], request_id: str) -> None:
        """Asks until the call has ended, as nobody takes note of it before the handler runs."""
        while not call.done():
            with contextlib.suppress(TandemError):  # it is being unloaded, and has this call
                self._native.cancel(request_id)
            concurrent.futures.wait([call], _CANCEL_INTERVAL)

    def _invoke(self, payload: Buffer, options: InvokeOptions) -> bytes:
        if self._log is None:
            return self._native.invoke(payload, **options)
        try:
            return self._native.invoke(payload, **options)
        finally:
            self._deliver_log()

    def _invoke_to_end(self, payload: Buffer, chunks: _native.Chunks, options: InvokeOptions) -> bytes:
        try:
            return self._native.invoke(payload, chunks=chunks, **options)
        finally:
            self._deliver_log()
            chunks.end()

    def _deliver_log(self) -> None:
        if self._log is not None:
            self._log.deliver()


class _Log:
    """Brings a runtime's log events to the user's callback, on a thread of its own or on one whose invocation ends."""

    def __init__(self, native: _native.Runtime, callback: Callable[[LogEvent], object]) -> None:
        self._native = native
        self._callback = callback
        self._turn = threading.RLock()  # one event at a time, and in order; a callback may invoke
        self._thread = threading.Thread(target=self._run, name="tandem-log", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Waits until all has been delivered that a closed runtime has logged."""
        self._thread.join()

    def deliver(self) -> None:
        """All that has been logged up to now."""
        with self._turn:
            while (event := self._native.take_log()) is not None:
                self._call(event)

    def _run(self) -> None:
        while self._native.wait_log():
            self.deliver()

    def _call(self, event: tuple[str, str, str, str, float, int, int, int]) -> None:
        *texts, time, origin, level, is_json = event
        text, function_name, request_id, log_stream_name = cast("list[str]", texts)
        try:
            self._callback(
                LogEvent(
                    text,
                    function_name,
                    request_id,
                    log_stream_name,
                    time,
                    _ORIGINS[origin],
                    _LEVELS[level],
                    is_json == 1,
                )
            )
        except Exception:  # nobody is there to take it
            traceback.print_exc()


class _Response(Iterator[bytes]):
    """The chunks of a response, and then what has not streamed. An end before that tells the handler."""

    def __init__(self, call: concurrent.futures.Future[bytes], chunks: _native.Chunks) -> None:
        self._call = call
        self._chunks = chunks
        self._ended = False

    def __next__(self) -> bytes:
        if not self._ended:
            chunk = self._chunks.take()
            if chunk is not None:
                return chunk
            self._ended = True
            rest = self._call.result()
            if rest:
                return rest
        raise StopIteration

    def close(self) -> None:
        self._ended = True
        self._chunks.end()
        concurrent.futures.wait([self._call])

    def __del__(self) -> None:
        self._chunks.end()  # and waits for nothing, as it may run anywhere


def _payload(event: Any) -> bytes:
    return text_of(event).encode("ascii")


def _text(payload: bytes) -> str:
    return payload.decode("utf-8", "surrogatepass")


def _milliseconds(name: str, seconds: float) -> int:
    if not isinstance(seconds, numbers.Real):
        raise TypeError(f"{name} is a number of seconds, not {seconds!r}")
    if not 0 <= seconds < math.inf:
        or_none = ", None for none" if name == "timeout" else ""
        raise ValueError(f"{name} is from 0 seconds on{or_none}, not {seconds!r}")
    return max(1, round(seconds * 1000)) if seconds else 0


def _paths(name: str, paths: Iterable[Path]) -> tuple[str, ...]:
    if isinstance(paths, (str, os.PathLike)):
        raise TypeError(f"{name} are several paths, as in a list, not {paths!r}")
    return tuple(os.path.abspath(each) for each in paths)


def _path_or_none(path: Path | None) -> str | None:
    return None if path is None else os.fspath(path)


_open: weakref.WeakSet[Runtime] = weakref.WeakSet()
_inline: weakref.WeakSet[Function] = weakref.WeakSet()


def _close_later(native: _native.Runtime, log: _Log | None) -> None:
    with contextlib.suppress(RuntimeError):  # while the process ends there are no new threads
        threading.Thread(target=_close, args=(native, log, True), name="tandem-close").start()


def _close(native: _native.Runtime, log: _Log | None, wait: bool) -> None:
    native.close(wait)
    if log is not None and native.closed:
        log.join()


def _close_at_exit() -> None:
    """Waits for inline handlers, as CPython cannot end while a thread is in one of their interpreters. A runtime whose
    workers go on ends with the process."""
    for function in list(_inline):
        function._native.unload()
    for runtime in list(_open):
        _close(runtime._native, runtime._log, False)


def _close_before_language() -> None:
    """A language that has just started may have registered its own end, before which all is to be closed."""
    atexit.unregister(_close_at_exit)
    atexit.register(_close_at_exit)


atexit.register(_close_at_exit)
