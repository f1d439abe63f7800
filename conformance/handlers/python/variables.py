"""What handlers find in their environment."""

import datetime
import os
import pathlib
import tempfile
import time


def get(event, context):
    return {name: os.environ.get(name) for name in event}


def folder(event, context):
    return os.path.samefile(os.getcwd(), os.environ["LAMBDA_TASK_ROOT"])


def trace(event, context):
    return os.environ.get("_X_AMZN_TRACE_ID")


def zone(event, context):
    epoch = datetime.datetime.fromtimestamp(0)
    return [epoch.isoformat(), time.strftime("%Z")]


def temporary(event, context):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "file"
        file.write_text("written")
        return file.read_text()


def set_one(event, context):
    os.environ["SET_BY_HANDLER"] = "set"
    return os.environ["SET_BY_HANDLER"]
