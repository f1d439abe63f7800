def __getattr__(name):
    raise LookupError("no " + name)
