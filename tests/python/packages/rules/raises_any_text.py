raise ValueError("\xfc \u20ac \ud800")
