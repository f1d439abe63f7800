"""In a file that has the name of one of the reference's."""


def handler(event, context):
    return {"a": 1}["b"]
