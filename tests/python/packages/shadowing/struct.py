"""What the standard library asks of this module is not here."""

FORMATS = {}
