"""What handlers are told by their context."""

import time

NAMES = (
    "function_name",
    "function_version",
    "invoked_function_arn",
    "memory_limit_in_mb",
    "aws_request_id",
    "log_group_name",
    "log_stream_name",
    "tenant_id",
)


def describe(event, context):
    return {name: getattr(context, name) for name in NAMES}


def types(event, context):
    described = {name: type(getattr(context, name)).__name__ for name in NAMES}
    return {**described, "context": type(context).__name__, "identity": type(context.identity).__name__}


def identity(event, context):
    return [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]


def client_context(event, context):
    told = context.client_context
    if told is None:
        return None
    client = None
    if told.client is not None:
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        client = {name: getattr(told.client, name) for name in names}
    return {"custom": told.custom, "env": told.env, "client": client}


def new_attribute_of_client(event, context):
    context.client_context.client.colour = "red"


def remaining(event, context):
    first = context.get_remaining_time_in_millis()
    time.sleep(0.01)
    second = context.get_remaining_time_in_millis()
    return {"type": type(first).__name__, "first": first, "decreases": second < first}


def shown(event, context):
    return repr(context)


def attributes(event, context):
    was_there = hasattr(context, "mine")
    context.mine = "set"
    return {"was there": was_there, "mine": context.mine, "in vars": "mine" in vars(context)}


def module(event, context):
    from awslambdaric.lambda_context import LambdaContext

    return isinstance(context, LambdaContext)


def log(event, context):
    context.log("by the context")
    context.log(5)
