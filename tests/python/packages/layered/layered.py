import from_layer
import shared_name


def fn(event, context):
    return [from_layer.NAME, shared_name.NAME]
