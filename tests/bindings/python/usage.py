"""Checked by mypy, and not run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import tandem
from tandem_pytest import TandemFunction


def log(event: tandem.LogEvent) -> None:
    print(event.text, event.time + 1.0, event.is_json)


async def call(function: tandem.Function) -> Any:
    return await function.call_async({"a": 1}, request_id="an-id")


def main() -> int:
    with tandem.Runtime(log=log, java_home=Path("/jdk"), worker_idle=1.5) as runtime:
        function = runtime.load("a.b", code=Path("package"), timeout=None, isolation="process")
        with function:
            try:
                payload: bytes = function.invoke_bytes(b"{}", tenant_id="one")
                chunks: list[bytes] = list(function.stream({}))
                asyncio.run(call(function))
                return len(payload) + len(chunks)
            except tandem.FunctionError as error:
                print(error.error_type, error.error_message, error.stack_trace[0])
            except tandem.TandemError as error:
                return int(error.code)
    return 0


def of_template(runtime: tandem.Runtime) -> bool:
    function = runtime.load_from_template(
        Path("template.yaml"), "Hello", parameters={"Stage": "test"}, package_dirs=["packages"], log_level="DEBUG"
    )
    return function.unloaded


def test_of_pytest(tandem_function: TandemFunction, tandem_runtime: tandem.Runtime, tandem_template: Path) -> None:
    with tandem_function("Hello", timeout=None, variables={"A": "b"}) as function:
        answer: Any = function({"name": tandem_template.name}, request_id="an-id")
    assert answer == tandem_function()() and not tandem_runtime.closed
