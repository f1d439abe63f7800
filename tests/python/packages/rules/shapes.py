"""What may be a handler, and where its module may lie."""

import functools

calls = 0


def function(event, context):
    return ["function", event]


def count(event, context):
    global calls
    calls += 1
    return calls


def renamed(first, second, *rest, third=3):
    return [first, second.function_name is not None, list(rest), third]


def one(event):
    return event


async def coroutine(event, context):
    return event


def generator(event, context):
    yield event


class Class:
    def __init__(self, event, context):
        self.event = event

    def method(self, event, context):
        return ["method", event]

    def __call__(self, event, context):
        return ["instance", event]


anonymous = lambda event, context: ["lambda", event]  # noqa: E731  a lambda is what is tested
partial = functools.partial(lambda extra, event, context: [extra, event], "partial")
instance = Class(None, None)
bound = instance.method
built_in = isinstance
number = 5
