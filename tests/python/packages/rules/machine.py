"""How the interpreter is set up."""

import asyncio
import concurrent.futures
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time


def search_path(event, context):
    return sys.path


def names(event, context):
    return sorted(name for name in sys.modules if "simplejson" in name)


def loops(event, context):
    async def answer():
        await asyncio.sleep(0)
        return 42

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return [asyncio.run(answer()), asyncio.new_event_loop().run_until_complete(answer())]
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def signals(event, context):
    seen = []
    old = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(0.01)
    signal.signal(signal.SIGUSR1, old)
    return [seen == [signal.SIGUSR1], threading.current_thread() is threading.main_thread()]


def square(number):
    return number * number


def processes(event, context):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(square, event)


def threads(event, context):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(square, event))


def executable(event, context):
    return [sys.executable, sys.prefix, sys.flags.utf8_mode, sys.dont_write_bytecode, sys.argv]


def spin(event, context):
    print("spinning")
    sys.stdout.flush()
    while True:
        pass


def arrays(event, context):
    import numpy

    return [numpy.__name__, int(numpy.array(event).sum()), float(numpy.dot([1.0, 2.0], [3.0, 4.0]))]


def version(event, context):
    return list(sys.version_info[:2])


def runs_in_a_living_state(event, context):
    """Whether Python knows the thread state that this runs in."""
    api = ctypes.pythonapi
    for function in (api.PyThreadState_Get, api.PyInterpreterState_Main):
        function.restype = ctypes.c_void_p
    for function in (api.PyInterpreterState_ThreadHead, api.PyThreadState_Next):
        function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    known = set()
    state = api.PyInterpreterState_ThreadHead(api.PyInterpreterState_Main())
    while state:
        known.add(state)
        state = api.PyThreadState_Next(state)
    return api.PyThreadState_Get() in known


def built_in(event, context):
    return list(sys.builtin_module_names)
