def __getattr__(name):
    raise KeyError(name)
