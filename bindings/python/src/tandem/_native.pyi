from collections.abc import Callable

from typing_extensions import Buffer

version: str

def is_shallow(value: object, /) -> bool: ...

class Runtime:
    def __new__(
        cls,
        loader_dirs: tuple[str, ...],
        language_options: tuple[tuple[str, str, str], ...],
        log: bool,
        cache_dir: str | None,
        worker_program_dir: str | None,
        most_workers: int,
        most_workers_per_function: int,
        worker_idle_ms: int,
        worker_init_ms: int,
        platform_logs: bool,
        strict_runtimes: bool,
    ) -> Runtime: ...
    def load(
        self,
        handler: str | None,
        code: str | None,
        runtime: str | None,
        name: str | None,
        version: str | None,
        log_format: str | None,
        log_level: str | None,
        layers: tuple[str, ...],
        variables: tuple[tuple[str, str], ...],
        timeout_ms: int,
        memory_size: int,
        max_concurrency: int,
        isolation: int,
        template: tuple[str, str | None, tuple[tuple[str, str], ...], str | None, tuple[str, ...]] | None,
        on_start: Callable[[], None] | None,
    ) -> Function: ...
    def close(self, wait: bool, /) -> None: ...
    def wait_log(self) -> bool: ...
    def take_log(self) -> tuple[str, str, str, str, float, int, int, int] | None: ...
    @property
    def closed(self) -> bool: ...

class Function:
    def invoke(
        self,
        payload: Buffer,
        *,
        request_id: str | None = None,
        content_type: str | None = None,
        client_context: str | None = None,
        cognito_identity: str | None = None,
        trace_id: str | None = None,
        tenant_id: str | None = None,
        qualifier: str | None = None,
        chunks: Chunks | None = None,
    ) -> bytes: ...
    def call(self, payload: str, /) -> str: ...
    def prepare(self) -> bytes: ...
    def cancel(self, request_id: str, /) -> None: ...
    def warning(self) -> str: ...
    def unload(self) -> None: ...
    @property
    def unloaded(self) -> bool: ...

class Chunks:
    def take(self) -> bytes | None: ...
    def end(self) -> None: ...
