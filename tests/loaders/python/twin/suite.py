"""The roles that the suite asks of a second package with the same names."""

import shared

_count = 0


def count(_event, _context):
    global _count
    _count += 1
    return _count


def who(_event, _context):
    import lazy

    return shared.NAME + "/" + lazy.NAME
