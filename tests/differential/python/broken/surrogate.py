x = "\ud800 surrogate"
raise ValueError(x)
