"""What an environment of a long run does: the event is the name of it."""

import os

calls = 0


def handle(event, context):
    global calls
    calls += 1
    if event == "log":
        print("printed", calls)
        context.log(f"logged {calls}\n")
    elif event == "fail":
        raise ValueError(calls)
    elif event == "leave":
        os._exit(1)
    elif event == "resident":
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    return calls
