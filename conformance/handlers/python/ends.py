"""Handlers that end their process, or take too long; the event says how."""

import os
import signal
import sys
import threading
import time

count = 0


class Loud(BaseException):
    pass


def by(error):
    def ending():
        raise error

    return ending


ENDS = {
    "sys.exit(5)": lambda: sys.exit(5),
    "sys.exit()": lambda: sys.exit(),
    "sys.exit(text)": lambda: sys.exit("good bye"),
    "SystemExit": by(SystemExit(6)),
    "KeyboardInterrupt": by(KeyboardInterrupt()),
    "BaseException": by(Loud("loud")),
    "os._exit": lambda: os._exit(7),
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "SIGABRT": lambda: os.abort(),
    "sleep": lambda: time.sleep(30),
    "loop": lambda: all(True for _ in iter(int, 1)),
}


def end(event, context):
    global count
    count += 1
    if event in ENDS:
        ENDS[event]()
    return count


def thread(event, context):
    threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    return "answered"
