raise ModuleNotFoundError("by hand", name="x")
