raise RuntimeError("broken init")
