import shared_name


def my_handler(event, context):
    return ["other", shared_name.NAME]


def lazy(event, context):
    import lazily

    return lazily.NAME
