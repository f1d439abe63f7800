"""What this interpreter holds, and what CPython does."""

import ctypes
import faulthandler
import gc
import signal
import sys


def objects(event, context):
    """Objects that the garbage collector knows, in this interpreter."""
    gc.collect()
    return len(gc.get_objects())


def blocks(event, context):
    """Blocks of Python's own allocator, which holds what the garbage collector does not know as well."""
    gc.collect()
    return sys.getallocatedblocks()


def thread_states(event, context):
    """Thread states of all interpreters, as CPython itself chains them."""
    api = ctypes.PyDLL(None)

    def chain(first, following, *of):
        for name in (first, following):
            getattr(api, name).restype = ctypes.c_void_p
        link = getattr(api, first)(*of)
        while link:
            yield link
            link = getattr(api, following)(ctypes.c_void_p(link))

    return sum(
        1
        for interpreter in chain("PyInterpreterState_Head", "PyInterpreterState_Next")
        for _ in chain("PyInterpreterState_ThreadHead", "PyThreadState_Next", ctypes.c_void_p(interpreter))
    )


def signals(event, context):
    """Whether faulthandler runs, and the signals for which Python code would run."""
    taken = [
        number.name
        for number in signal.valid_signals()
        if callable(signal.getsignal(number)) and number in signal.Signals
    ]
    return [faulthandler.is_enabled(), taken]


def count(event, context):
    """Something to compute meanwhile."""
    return sum(len(str(number)) for number in range(event))
