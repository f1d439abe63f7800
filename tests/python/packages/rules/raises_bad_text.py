"""A module whose exception has no text."""


class BadText(Exception):
    def __str__(self):
        raise RuntimeError("no text")


raise BadText()
