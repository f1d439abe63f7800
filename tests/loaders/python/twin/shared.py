NAME = "twin"
