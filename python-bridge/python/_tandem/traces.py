"""Stack traces as the user sees them: without the frames of the loader's own files, wherever they stand (E-09)."""

import os
import traceback

#: This package and the libraries beside it.
_OUR_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")
_ENTRY = '  File "'


def frames(trace):
    """The StackSummary of a traceback."""
    summary = traceback.extract_tb(trace)
    _remove_ours(summary)
    return summary


def text(error, trace):
    """What Python prints of an exception and of those that it comes from; of None, that it is none."""
    whole = traceback.TracebackException(type(error), error, trace)
    parts = [whole]
    for part in parts:
        _remove_ours(part.stack)
        parts += filter(None, (part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())))
    return "".join(whole.format())


def of_stack(printed):
    """The text of a stack that ``traceback.print_stack`` has printed."""
    head, *entries = printed.split("\n" + _ENTRY)
    return ("\n" + _ENTRY).join([head] + [entry for entry in entries if not entry.startswith(_OUR_FOLDER)])


def _remove_ours(summary):
    summary[:] = [frame for frame in summary if not frame.filename.startswith(_OUR_FOLDER)]
