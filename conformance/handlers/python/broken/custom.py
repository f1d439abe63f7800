class InitError(Exception):
    pass


raise InitError("custom", 2)
