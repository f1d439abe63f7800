runs = []


def fn(event, context):
    runs.append(event)
    return len(runs)
