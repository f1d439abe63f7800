"""A module that cannot be imported."""

NUMBER = int("no number")


def handler(event, context):
    return NUMBER
