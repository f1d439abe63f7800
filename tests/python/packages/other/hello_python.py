import shared_name


def my_handler(event, context):
    return ["other", shared_name.NAME]


def lazy(event, context):
    import lazily

    return lazily.NAME


def decimals(event, context):
    import collections
    import decimal

    return [decimal.Decimal("1.10"), collections.namedtuple("One", "left")(1)]
