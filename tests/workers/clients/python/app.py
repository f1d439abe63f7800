"""Handlers that the official Python client runs."""

import os
import sys
import time

count = 0


def echo(event, context):
    return event


def who(event, context):
    client = context.client_context
    return {
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "name": context.function_name,
        "remaining": context.get_remaining_time_in_millis(),
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        "client": client and [client.client.app_title, client.custom, client.env],
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "tenant": getattr(context, "tenant_id", None),
    }


def again(event, context):
    global count
    count += 1
    return [count, os.getpid()]


def fail(event, context):
    raise ValueError(f"not {event}")


def leave(event, context):
    os._exit(3)


def leave_politely(event, context):
    sys.exit(4)


def much(event, context):
    return "x" * event


def binary(event, context):
    return b"\x00 bytes"


def sleep(event, context):
    time.sleep(event)
    return "late"
