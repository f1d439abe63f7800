"""An interpreter whose process is forked, and what its fork takes anew."""

import logging
import os
import sys
import threading
import time

from . import errors

#: Code that packaging tools put into an interpreter's start, and that looks at no variable but SETUPTOOLS_USE_DISTUTILS.
_PACKAGING = ("_distutils_hack", "_virtualenv", "__editable__")


def has_user_code():
    """Whether the interpreter's start has run anybody's code but its own and ours."""
    standard = os.path.join(os.path.dirname(os.__file__), "")
    dynamic = tuple(os.path.join(entry, "") for entry in sys.path if entry.endswith("lib-dynload"))
    ours = os.path.join(os.path.dirname(__file__), "")
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not file or name.startswith(_PACKAGING) or file.startswith((ours, *dynamic)):
            continue
        within = file[len(standard) :] if file.startswith(standard) else None
        if within is None or within.startswith(("site-packages", "dist-packages")):
            return True
    return False


def renew(variables):
    """In the fork: what the start has kept of the process that is its parent."""
    errors.forget_fork()
    environment = os.environ._data
    environment.clear()
    for variable in variables:
        name, found, value = variable.partition(b"=")
        if found:
            environment.setdefault(name, value)
    time.tzset()
    threading.main_thread()._set_native_id()
    started = logging._startTime
    logging._startTime = time.time() if isinstance(started, float) else time.time_ns()
