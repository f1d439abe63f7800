class Problem(Exception):
    pass


raise Problem("at import", 5)
