"""What handlers read from their context."""

import copy
import logging
import os
import pickle
import sys
import time
import weakref

kept = []


def attributes(event, context):
    from awslambdaric.lambda_context import LambdaContext

    assert isinstance(context, LambdaContext)
    return {
        "class": type(context).__name__,
        "module": type(context).__module__,
        "types": {name: type(getattr(context, name)).__name__ for name in event},
    }


def values(event, context):
    return [getattr(context, name) for name in event]


def every(event, context):
    shown = dict(vars(context))
    shown["identity"] = repr(shown["identity"])
    shown["client_context"] = repr(shown["client_context"])
    assert type(shown.pop("_epoch_deadline_time_in_ms")) is int
    return shown


def remaining(event, context):
    first = context.get_remaining_time_in_millis()
    time.sleep(0.02)
    second = context.get_remaining_time_in_millis()
    vars(context)
    third = context.get_remaining_time_in_millis()
    return [type(first).__name__, 0 <= third <= second < first <= 15000]


def deadline(event, context):
    """Milliseconds of the epoch between which the deadline lies."""
    before = time.time_ns() // 1_000_000
    remaining = context.get_remaining_time_in_millis()
    after = -(-time.time_ns() // 1_000_000)
    return [before + remaining, after + remaining]


def after_deadline(event, context):
    context._epoch_deadline_time_in_ms = 5
    return context.get_remaining_time_in_millis()


def no_deadline(event, context):
    return context.get_remaining_time_in_millis()


def shown(event, context):
    return repr(context)


def settable(event, context):
    first = list(kept)
    kept[:] = [context, weakref.ref(context)]
    context.extra = {"any": "thing"}
    context.function_name = "other"
    copied = copy.copy(context)
    return [
        [old.aws_request_id for old in first[:1]],
        first[:1] != [context],
        context.extra,
        context.function_name,
        copied.extra,
        "extra" in vars(context),
        pickle.loads(pickle.dumps(vars(context)["extra"])),
    ]


def missing(event, context):
    return context.nothing_of_that_name


def client(event, context):
    given = context.client_context
    if given is None:
        return None
    try:
        given.added = 1
        closed = False
    except AttributeError:
        closed = True
    one = given.client
    return [given.custom, given.env, one and [one.installation_id, one.app_title, hasattr(one, "unknown")], closed]


def identity(event, context):
    return [
        type(context.identity).__name__,
        context.identity.cognito_identity_id,
        context.identity.cognito_identity_pool_id,
    ]


def log(event, context):
    context.log("plain")
    context.log(5)
    context.log("\n")


def construct(event, context):
    from awslambdaric.lambda_context import LambdaContext

    made = LambdaContext("id", {"custom": {"a": 1}}, {"cognitoIdentityId": "c"}, 5, "arn", "tenant")
    return [
        made.aws_request_id,
        made.client_context.custom,
        made.identity.cognito_identity_id,
        made.get_remaining_time_in_millis(),
        made.invoked_function_arn,
        made.tenant_id,
    ]


def trace(event, context):
    import os

    return os.environ.get("_X_AMZN_TRACE_ID")


def sink(event, context):
    handlers = logging.getLogger().handlers
    return [len(handlers), hasattr(handlers[0], "log_sink"), sys.stdout.encoding]


def renamed(event, context):
    from awslambdaric.lambda_context import LambdaContext

    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "renamed"
    os.environ.pop("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", None)
    made = LambdaContext("id", None, None, 0)
    del os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    return [[shown.function_name, shown.memory_limit_in_mb] for shown in (context, made)]
