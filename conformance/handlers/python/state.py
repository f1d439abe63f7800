"""What a handler keeps from one invocation to the next."""

import os

imports = 0
imports += 1
count = 0


def counted(event, context):
    global count
    count += 1
    return {"imports": imports, "count": count}


def failing(event, context):
    """Counts, and then does what the event says."""
    global count
    count += 1
    if event == "raise":
        raise ValueError(f"count {count}")
    if event == "marshal":
        return {count}
    if event == "exit":
        os._exit(3)
    return count
