runs = [1]
token = object()
