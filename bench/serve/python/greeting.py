"""The benchmark's handler."""


def greet(event, context):
    return {"message": "Hello " + event["first_name"] + " " + event["last_name"]}
