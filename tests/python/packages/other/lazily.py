NAME = "other lazily"
