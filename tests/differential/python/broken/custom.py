class Mine(RuntimeError):
    pass


raise Mine("eins", 2)
