"""The failures that are the runtime's own words."""


class Fault(Exception):
    """A failure that the runtime itself detects (E-15): a type, a message, and no trace but the one given.

    ``hint`` makes what the log advises besides, or None; it is called once the failure itself is logged.
    """

    def __init__(self, kind, message, trace=(), hint=None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = list(trace)
        self.hint = hint


class Exit(Exception):
    """Stands for the end of the process that an exception outside the guard means (E-43); its cause is that exception."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status
