"""Handlers that show their event."""


def echo(event, context):
    return event


def kind(event, context):
    return f"{type(event).__name__} {event!r}"


def greet(event, context):
    print("greeting " + event["first_name"])
    return {"message": "Hello " + event["first_name"] + " " + event["last_name"]}
