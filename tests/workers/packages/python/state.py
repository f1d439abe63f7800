"""Handlers that tell what a worker's process and interpreter are like."""

import sys

MODULES_BEFORE = sorted(name for name in sys.modules if name != __name__)
META_PATH = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]

import ctypes
import gc
import locale
import logging
import os
import random
import resource
import signal
import stat
import threading
import time
import warnings

#: What differs between any two environments.
OWN = {"AWS_LAMBDA_LOG_STREAM_NAME", "TMPDIR"}
calls = 0


def start(event, context):
    """Whether this process has executed the worker's program, and how often this has been called."""
    global calls
    calls += 1
    with open("/proc/self/environ", "rb") as environ:
        return ["executed" if b"_HANDLER=" in environ.read() else "forked", calls]


def _status_of_child():
    child = os.fork()
    if child == 0:
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fork(event, context):
    """How a child ends that the handler has forked, of another one the same, and what CPython warned of at that."""
    first = _status_of_child()
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        second = _status_of_child()
    return [first, second, [str(warning.message) for warning in given]]


def _kind(descriptor):
    mode = os.fstat(descriptor).st_mode
    kinds = {"socket": stat.S_ISSOCK, "pipe": stat.S_ISFIFO, "device": stat.S_ISCHR, "file": stat.S_ISREG}
    return [name for name, matches in kinds.items() if matches(mode)] + [os.get_inheritable(descriptor)]


def _files():
    return {number: _kind(number) for number in range(256) if _is_open(number)}


def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _stream(stream):
    return [repr(type(stream)), stream.fileno(), stream.encoding, stream.errors, stream.isatty()]


def _output_of(command):
    with os.popen(command) as child:  # closed here also where the child takes its time to end
        return child.read()


def state(event, context):
    """All that a handler may see of its process without looking into /proc."""
    main = threading.main_thread()
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    return {
        "environ": {name: value for name, value in os.environ.items() if name not in OWN},
        "order": list(os.environ),
        "environb": sorted(name.decode() for name in os.environb),
        "C's": (getenv(b"MINE") or b"").decode(),
        "child's": _output_of("env | grep -v -e ^AWS_LAMBDA_LOG_STREAM_NAME= -e ^TMPDIR= -e ^_= | sort"),
        "directory": os.getcwd(),
        "path": sys.path,
        "argv": [sys.argv, sys.orig_argv if hasattr(sys, "orig_argv") else None],
        "flags": str(sys.flags),
        "executable": [sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix],
        "modules": MODULES_BEFORE,
        "finders": META_PATH,
        "signals": {number: str(signal.getsignal(number)) for number in range(1, signal.NSIG)},
        "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "files": _files(),
        "thread": [
            *(main.name, main.ident == threading.get_ident(), main.is_alive(), main.daemon),
            main.native_id == threading.get_native_id() == os.getpid(),
            [thread.name for thread in threading.enumerate()],
        ],
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if "RLIMIT_" in name},
        "locale": [locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(False), sys.getfilesystemencoding()],
        "time": [time.tzname, time.timezone, time.daylight, time.localtime(0).tm_hour],
        "process": [os.getpid() == os.getsid(0), os.getpid() == os.getpgid(0), os.umask(0o22), os.getpriority(0, 0)],
        "streams": [_stream(sys.stdout), _stream(sys.stderr), [sys.stdin.fileno(), sys.stdin.isatty()]],
        "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), gc.get_threshold()],
        "warnings": [str(one) for one in warnings.filters],
        "logging": [str(logging.getLogger().handlers), logging.getLogger().level],
        "name": open("/proc/self/comm").read(),
    }


def chance(event, context):
    """Numbers that no two processes should share."""
    return [random.random(), os.urandom(8).hex()]


def started_after(event, context):
    """Whether logging counts its time from after the one in the event, in seconds since the epoch."""
    start = logging._startTime
    return (start if isinstance(start, float) else start / 1e9) >= event


def of_start(event, context):
    """What the interpreter has taken from its variables when it was started."""
    return [hash("tandem"), sys.path, str(sys.flags), locale.setlocale(locale.LC_CTYPE), sys.dont_write_bytecode]
