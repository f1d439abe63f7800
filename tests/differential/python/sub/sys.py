def fn(event, context):
    return "allowed"
