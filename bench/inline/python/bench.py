"""The handlers of the benchmark, and the loop that does their work inside Python."""

import gc
import time

import orjson


def w1(event, _context):
    return {"message": "Hello " + event["first_name"] + " " + event["last_name"]}


def w2(event, _context):
    return event


_WORK = {"w1": w1, "w2": w2}


def inside(event, _context):
    """Parses, handles and prints `rounds` times; answers the nanoseconds that took and the last answer."""
    payload = event["payload"].encode()
    handler = _WORK[event["handler"]]
    loads, dumps, rounds = orjson.loads, orjson.dumps, range(event["rounds"])
    answer = b""
    gc.enable()  # as in a handler
    begin = time.perf_counter_ns()
    for _ in rounds:
        answer = dumps(handler(loads(payload), None))
    return {"nanoseconds": time.perf_counter_ns() - begin, "answer": answer.decode()}
