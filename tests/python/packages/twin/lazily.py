NAME = "twin lazily"
