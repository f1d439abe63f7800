"""requests: a session over HTTP."""

import requests

count = 0
session = requests.Session()
session.trust_env = False  # no proxy of the machine's


def handler(event, context):
    global count
    count += 1
    answer = session.post(
        event["url"] + "/echo", params={"q": "a b&c"}, json={"name": event["name"]}, auth=("user", "pass"), timeout=60
    )
    missing = session.get(event["url"] + "/missing", timeout=60)
    return {
        "count": count,
        "status": [answer.status_code, missing.status_code],
        "seen": answer.json(),
        "cookie": session.cookies.get("visits"),
    }


def failing(event, context):
    session.get(event["url"] + "/missing", timeout=60).raise_for_status()
