"""The roles of the loaders' suite."""

import logging
import time

import shared

logging.getLogger().setLevel(logging.INFO)
_count = 0


def echo(event, _context):
    return event


def greet(event, _context):
    return {"message": "Hello {} {}".format(event["first_name"], event["last_name"])}


def count(_event, _context):
    global _count
    _count += 1
    return _count


def fail(_event, _context):
    raise ValueError("boom")


def context(_event, context):
    return {
        "request_id": context.aws_request_id,
        "function_name": context.function_name,
        "arn": context.invoked_function_arn,
        "memory": str(context.memory_limit_in_mb),
        "log_group": context.log_group_name,
        "log_stream": context.log_stream_name,
        "version": context.function_version,
        "remaining": context.get_remaining_time_in_millis(),
    }


def log(event, _context):
    logging.getLogger().info("logged %s", event)
    print("printed", event)


def wait(_event, _context):
    while True:
        time.sleep(0.001)


def who(_event, _context):
    import lazy  # within the handler: each package has its own

    return shared.NAME + "/" + lazy.NAME
