"""jep's way to the handlers: JSON text in, JSON text out."""

import json

import handlers


def w1(event):
    return json.dumps(handlers.w1(json.loads(event), None))


def w2(event):
    return json.dumps(handlers.w2(json.loads(event), None))
