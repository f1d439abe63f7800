def handler(event, context):
    return "in folder"
