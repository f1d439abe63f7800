"""Handlers that say what memory their process has, and take some."""

import mmap
import os
import signal
import time


def _kb(path, name):
    with open(path, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


def figures(event, context):
    """In kB: what was resident at most, and what of it is shared with other processes and its own."""
    rollup = "/proc/self/smaps_rollup"
    return [
        _kb("/proc/self/status", "VmHWM"),
        _kb(rollup, "Shared_Dirty"),
        _kb(rollup, "Private_Dirty"),
    ]


def touch(event, context):
    """Touches so many MB and gives them back."""
    return len(bytearray(b"x") * (event << 20)) >> 20


def read_mapped(event, context):
    """Reads a file by a mapping, which is gone when it returns."""
    with open(event, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return mapped.find(b"x") == -1


def read_mapped_and_end(event, context):
    read_mapped(event, context)
    end(event, context)


def map_or_touch(event, context):
    return read_mapped(event, context) if isinstance(event, str) else touch(event, context)


def end(event, context):
    os.kill(os.getpid(), signal.SIGKILL)


def touch_and_end(event, context):
    touch(event, context)
    end(event, context)


def start_while_touched(event, context):
    """Starts a program while it has so many MB; until that is executed, its process has this one's memory."""
    kept = bytearray(b"x") * (event << 20)
    pipe = f"/tmp/pipe-{os.getpid()}-{context.aws_request_id}"
    os.mkfifo(pipe)
    if os.fork() == 0:
        time.sleep(0.2)  # of several looks
        os.close(os.open(pipe, os.O_WRONLY))
        os._exit(0)
    waits = [(os.POSIX_SPAWN_OPEN, 0, pipe, os.O_RDONLY, 0)]
    child = os.posix_spawn("/bin/true", ["true"], {}, file_actions=waits)
    os.waitpid(child, 0)
    os.remove(pipe)
    return len(kept) >> 20


def touch_in_child(event, context):
    """The same in a process that stays."""
    there, here = os.pipe()
    if os.fork() == 0:
        kept = bytearray(b"x") * (event << 20)
        os.write(here, b"x")
        while kept is not None:
            signal.pause()
    os.read(there, 1)
    return event
