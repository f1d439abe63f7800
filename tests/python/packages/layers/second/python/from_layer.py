NAME = "second layer"


def fn(event, context):
    return NAME
