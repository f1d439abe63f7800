"""The handlers of the benchmark."""


def w1(event, _context):
    return {"message": "Hello " + event["first_name"] + " " + event["last_name"]}


def w2(event, _context):
    return event
