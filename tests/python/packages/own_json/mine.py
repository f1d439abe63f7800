import importlib

import simplejson


def fn(event, context):
    try:
        importlib.import_module("awslambdaric.lambda_context")
        own = False
    except ImportError:
        own = True
    return [simplejson.__version__, simplejson.dumps(event), own, {1: 2}]
