"""The context object's Python side: the class's methods, and the parts that come as JSON (C-01 to C-17)."""

import json
import logging
import sys

from . import native
from .faults import Fault

#: The class itself is made in C++, which fills an instance when it is first looked at.
LambdaContext = native.LambdaContext


class _Record:
    __slots__ = ()

    def __repr__(self):
        members = ",".join("{}={}".format(name, getattr(self, name)) for name in self.__slots__)
        return "{}([{}])".format(type(self).__name__, members)

    @classmethod
    def _of(cls, members):
        made = cls()
        for name in cls.__slots__:
            setattr(made, name, members.get(name, None))
        return made


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


def no_identity():
    """The identity of an invocation that came without one (C-08)."""
    identity = CognitoIdentity()
    identity.cognito_identity_id = None
    identity.cognito_identity_pool_id = None
    return identity


def parse_client_context(text):
    """The client context of its JSON text (C-09 to C-13)."""
    return _client_context(_parse(text, "Client Context"))


def parse_identity(text):
    """The identity of its JSON text (C-08, C-13)."""
    return _identity(_parse(text, "Cognito Identity"))


def _parse(text, name):
    try:
        return json.loads(text)
    except Exception as error:
        message = "Unable to parse {} JSON: {}".format(name, error)
        raise Fault("Runtime.LambdaContextUnmarshalError", message) from None


def _client_context(members):
    if members is None:
        return None
    context = ClientContext._of(members)
    if context.client is not None:
        context.client = Client._of(context.client)
    return context


def _identity(members):
    identity = no_identity()
    if members is not None:
        identity.cognito_identity_id = members.get("cognitoIdentityId")
        identity.cognito_identity_pool_id = members.get("cognitoIdentityPoolId")
    return identity


def _init(
    self,
    invoke_id,
    client_context,
    cognito_identity,
    epoch_deadline_time_in_ms,
    invoked_function_arn=None,
    tenant_id=None,
):
    from os import environ

    self.aws_request_id = invoke_id
    self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
    self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
    self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
    self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    self.invoked_function_arn = invoked_function_arn
    self.tenant_id = tenant_id
    self.client_context = _client_context(client_context)
    self.identity = _identity(cognito_identity)
    self._epoch_deadline_time_in_ms = epoch_deadline_time_in_ms


def _log(self, msg):
    """Write ``str(msg)`` to the function's log; no newline is added (C-07)."""
    for handler in logging.getLogger().handlers:
        if hasattr(handler, "log_sink"):
            handler.log_sink.log(str(msg))
            return
    sys.stdout.write(str(msg))


_SHOWN = (
    "aws_request_id",
    "log_group_name",
    "log_stream_name",
    "function_name",
    "memory_limit_in_mb",
    "function_version",
    "invoked_function_arn",
    "client_context",
    "identity",
    "tenant_id",
)


def _repr(self):
    members = ",".join("{}={}".format(name, getattr(self, name)) for name in _SHOWN)
    return "{}([{}])".format(type(self).__name__, members)


LambdaContext.__name__ = LambdaContext.__qualname__ = "LambdaContext"  # without its module in Python's own messages
_init.__name__, _log.__name__, _repr.__name__ = "__init__", "log", "__repr__"
LambdaContext.__init__ = _init
LambdaContext.log = _log
LambdaContext.__repr__ = _repr
for _class in (CognitoIdentity, Client, ClientContext):
    _class.__module__ = LambdaContext.__module__
