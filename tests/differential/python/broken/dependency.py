import no_such_dependency


def handler(event, context):
    return 1
