import sys

runs = []


def fn(event, context):
    runs.append(event)
    if event == "exit":
        sys.exit(3)
    while event == "overrun":
        pass
    return len(runs)
