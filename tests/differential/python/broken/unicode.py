raise ValueError("ä €")
