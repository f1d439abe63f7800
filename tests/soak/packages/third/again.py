"""A package whose one function is closed and opened again: its module is executed each time."""

import gc

TABLE = [str(number) for number in range(1000)]


def after(event, context):
    return int(TABLE[event]) + 1


def collect(event, context):
    return gc.collect() >= 0
