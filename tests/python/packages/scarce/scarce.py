"""Handlers that run where memory is short, and one thread that prints between their invocations."""

import contextvars
import gc
import queue
import threading
import time

LIMIT_S = 60  # only ends a run that hangs
wanted = queue.Queue()
printed = queue.Queue()
listeners = []
mark = contextvars.ContextVar("mark")
entered = threading.Event()
left = threading.Event()


def _print_when_asked():
    while wanted.get():
        print("between")
        printed.put(True)


def _listen():
    if listeners:
        wanted.put(False)
        listeners.pop().join()
    run = contextvars.copy_context().run
    listeners.append(threading.Thread(target=run, args=(_print_when_asked,), daemon=True))
    listeners[0].start()


def fails(event, context):
    if event == "listen":
        return _listen()
    raise ValueError(event)


def tell(event, context):
    wanted.put(True)
    return printed.get(timeout=LIMIT_S)


def echo(event, context):
    return event


def _hold(context):
    def hold():
        entered.set()
        left.wait(LIMIT_S)

    while not entered.is_set():
        try:
            context.run(hold)
        except RuntimeError:
            time.sleep(0.001)


def occupies(event, context):
    """Leaves a thread that has the function's own context entered until ``release`` is called."""
    mark.set(True)
    own = [c for c in gc.get_objects() if type(c) is contextvars.Context and c.get(mark)]
    threading.Thread(target=_hold, args=own, daemon=True).start()


def await_entered(event, context):
    return entered.wait(LIMIT_S)


def release(event, context):
    left.set()


def interpreters(event, context):
    """How many there are in the process."""
    try:
        import _interpreters
    except ImportError:
        import _xxsubinterpreters as _interpreters
    return len(_interpreters.list_all())
