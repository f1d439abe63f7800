raise SyntaxError("by hand")
