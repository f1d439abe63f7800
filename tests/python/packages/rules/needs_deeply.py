"""Its dependency lacks one of its own, and says so in other words."""

try:
    import needs_dependency
except ImportError as error:
    raise ImportError("needs_deeply needs an extra") from error


def fn(event, context):
    return needs_dependency.__name__
