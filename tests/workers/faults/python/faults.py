"""One handler for everything: the event's first word says what it does."""

import atexit
import ctypes
import logging
import os
import subprocess
import sys
import threading
import time
import uuid

LIBRARY = ctypes.CDLL(os.environ["FAULTS_LIBRARY"])
KEPT = []
PROCESS = str(uuid.uuid4())
calls = 0


def count():
    global calls
    calls += 1
    return str(calls)


def fill():
    while True:
        KEPT.append(bytearray(b"x") * (1 << 20))


def touch(size):
    return str(len(bytearray(b"x") * (int(size) << 20)) >> 20)


def sleep(milliseconds):
    time.sleep(int(milliseconds) / 1000)
    return "slept"


def meet(count_and_folder):
    """Wait until so many processes have a file in the folder; says which process this is."""
    count, folder = count_and_folder.split(" ", 1)
    with open(os.path.join(folder, PROCESS), "w", encoding="utf-8"):
        pass
    while len(os.listdir(folder)) < int(count):
        time.sleep(0.001)
    return PROCESS


def wait():
    try:
        print("begins")
        while True:
            time.sleep(0.001)
    except BaseException as error:
        return "asked to yield" if type(error).__name__ == "Cancelled" else repr(error)


def print_lines(number):
    for _ in range(int(number)):
        print("printed")
    return "printed"


def speak(turns):
    """A line by print, the log, the descriptor and a child, in turns."""
    for _ in range(int(turns)):
        print("printed")
        logging.getLogger().warning("logged")
        os.write(1, b"written\n")
        subprocess.run(["echo", "by a child"], check=True)
    return "spoken"


def throw(text):
    raise RuntimeError(text)


def exit_with_functions(status):
    """Leave by SystemExit, with functions that are to be called then; one of them fails."""
    atexit.register(print, "called first")
    atexit.register(throw, "in a function")
    atexit.register(print, "called last")
    sys.exit(int(status))


def fault_and_say(number_and_text):
    number, text = number_and_text.split(" ", 1)
    LIBRARY.fault(int(number))
    return text


def thread():
    threading.Thread(target=time.sleep, args=(1e6,)).start()
    return "started"


def become(command):
    os.execv("/bin/sh", ["sh", "-c", command])


def close_and_sleep():
    os.closerange(3, 1000)
    time.sleep(1e6)


def clear():
    os.environ.clear()
    return "cleared"


KINDS = {
    "count": count,
    "echo": str,
    "exit": lambda status: sys.exit(int(status)),
    "exit-with-functions": exit_with_functions,
    "exit-now": lambda status: os._exit(int(status)),
    "native": lambda number: str(LIBRARY.fault(int(number))),
    "native-and-say": fault_and_say,
    "raise": throw,
    "fill": fill,
    "touch": touch,
    "sleep": sleep,
    "meet": meet,
    "wait": wait,
    "print": print_lines,
    "speak": speak,
    "thread": thread,
    "clear": clear,
    "become": become,
    "close-and-sleep": close_and_sleep,
    "environment": os.environ.get,
}


def greet(event, context):
    return "greetings to " + event


def handle(event, context):
    word, *rest = event.split(" ", 1)
    if word == "log-stream":
        return context.log_stream_name
    return KINDS[word](*rest)
