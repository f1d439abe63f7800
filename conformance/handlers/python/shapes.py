"""What can be a handler, and what cannot."""

import functools


def plain(first, second):
    return ["plain", first]


def with_default(event, context, third="third"):
    return third


def starred(*arguments):
    return len(arguments)


def one(event):
    return event


def keyword_only(event, context, *, needed):
    return needed


short = lambda event, context: ["lambda", event]  # noqa: E731 -- a handler may be a lambda


def joined(prefix, event, context):
    return [prefix, event]


partial = functools.partial(joined, "partial")


class Greeter:
    def __init__(self, name):
        self.name = name

    def __call__(self, event, context):
        return [self.name, event]

    def greet(self, event, context):
        return [self.name + " by a method", event]


instance = Greeter("instance")
bound = instance.greet
built_in = len
number = 5


class AsHandler:
    def __init__(self, event, context):
        self.event = event


async def coroutine(event, context):
    return event


def generator(event, context):
    yield event
