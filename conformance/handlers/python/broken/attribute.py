def __getattr__(name):
    raise ValueError("no " + name)
