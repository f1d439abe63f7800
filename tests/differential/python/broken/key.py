VALUE = {}["absent"]
