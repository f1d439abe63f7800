class Refusal(ImportError):
    """As libraries have their own."""


raise Refusal("not on this machine")
