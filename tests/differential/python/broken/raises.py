def fail():
    raise Exception("at import")


fail()
