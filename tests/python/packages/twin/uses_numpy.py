import numpy


def fn(event, context):
    return numpy.__name__
