"""What calls raise."""

from __future__ import annotations

import enum


class Code(enum.IntEnum):
    """Why a call failed, as ``tandem.h`` has it."""

    INVALID_ARGUMENT = 1
    NOT_FOUND = 2
    UNAVAILABLE = 3
    INTERNAL = 4


class TandemError(Exception):
    """The call did not do what it is for: no handler has failed. ``code`` says of what kind it is."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = Code(code)
        self.message = message

    def __str__(self) -> str:
        return self.message


class FunctionError(Exception):
    """The handler, or its init, failed: it raised, timed out or was not found.

    ``payload`` is the error's JSON as the service has it.
    """

    def __init__(
        self, error_type: str, error_message: str, stack_trace: list[str], payload: bytes = b"", request_id: str = ""
    ) -> None:
        super().__init__(error_type, error_message, stack_trace, payload, request_id)
        self.error_type = error_type
        self.error_message = error_message
        self.stack_trace = stack_trace
        self.payload = payload
        self.request_id = request_id

    def __str__(self) -> str:
        return ": ".join(part for part in (self.error_type, self.error_message) if part)
