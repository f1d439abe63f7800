"""Answers {"name": "Ada"} with {"message": "Hello Ada"}."""


def hello(event, context):
    print(f"greets {event['name']}")
    return {"message": f"Hello {event['name']}"}
