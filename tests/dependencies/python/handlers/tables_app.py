"""pandas: groups, descriptions, times and text formats."""

import io
import json

import pandas

count = 0


def handler(event, context):
    global count
    count += 1
    frame = pandas.read_csv(io.StringIO(event["csv"]), parse_dates=["day"])
    groups = frame.groupby("city")["degrees"].agg(["mean", "max", "count"])
    weeks = frame.set_index("day")["degrees"].resample("7D").sum()
    return {
        "count": count,
        "groups": json.loads(groups.to_json(orient="index")),
        "describe": json.loads(frame["degrees"].describe().to_json()),
        "weeks": json.loads(weeks.to_json(date_format="iso")),
        "zones": frame["day"].dt.tz_localize("Europe/Berlin").dt.tz_convert("UTC").dt.strftime("%d %H:%M").tolist(),
    }


def column(event, context):
    return pandas.DataFrame(event)["absent"].tolist()
