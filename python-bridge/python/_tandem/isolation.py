"""What says of an extension module that it cannot be loaded into a second interpreter of one process."""

import importlib.util

#: Whether this is the main interpreter, where an extension may say what it likes.
is_main = True

_REMEDY = (
    "run this function with process isolation: it shares the process with another Python package, and one of its "
    "extension modules can be loaded once per process only ({})"
)
_REFUSALS = ("subinterpreter", "sub-interpreter", "more than once per process", "interpreter change detected")
_AGAIN = "CPU dispatcher tracer already"  # numpy's RuntimeError after a first refusal
_ELSEWHERE = "{} was looked for in the first package"


def refusal(error):
    """One line with the remedy, and after it the line in which an extension refuses; None where none does."""
    if is_main or not issubclass(type(error), (ImportError, UserWarning, RuntimeError)):
        return None
    if issubclass(type(error), RuntimeError):
        return _REMEDY.format(error) if str(error).startswith(_AGAIN) else None
    while error is not None:
        for line in str(error).splitlines():
            if any(refused in line.lower() for refused in _REFUSALS):
                return _REMEDY.format(line.strip())
        if issubclass(type(error), ModuleNotFoundError) and _is_here(error.name):
            return _REMEDY.format(_ELSEWHERE.format(error.name))
        error = error.__cause__ or error.__context__
    return None


def _is_here(name):
    """Whether a module is on this interpreter's search path: then one that was not found was looked for in another.

    From CPython 3.13 on, an extension of the older kind is set up by the main interpreter first.
    """
    if not name or "." in name:
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:  # a module without a spec, or a finder of the user's
        return False
