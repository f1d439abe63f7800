def fn(event, context)
    return 1
