def handler(event, context):
    return "the package's own"
