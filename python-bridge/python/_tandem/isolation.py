"""What says of an extension module that it cannot be loaded into a second interpreter of one process."""

#: Whether this is the main interpreter, where an extension may say what it likes.
is_main = True

_REMEDY = (
    "run this function with process isolation: it shares the process with another Python package, and one of its "
    "extension modules can be loaded once per process only ({})"
)
_REFUSALS = ("subinterpreter", "sub-interpreter", "more than once per process", "interpreter change detected")


def refusal(error):
    """One line with the remedy, and after it the line in which an extension refuses; None where none does."""
    if is_main or not isinstance(error, (ImportError, UserWarning)):
        return None
    while error is not None:
        for line in str(error).splitlines():
            if any(refused in line.lower() for refused in _REFUSALS):
                return _REMEDY.format(line.strip())
        error = error.__cause__ or error.__context__
    return None
