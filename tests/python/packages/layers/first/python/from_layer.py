NAME = "layer"


def fn(event, context):
    return NAME
