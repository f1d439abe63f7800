"""Tells how often Tandem's fast paths have left a value to the slow ones. Only Tandem runs it."""

import sys


def passes(event, context):
    return list(sys.modules["_tandem.wire"].passes)
