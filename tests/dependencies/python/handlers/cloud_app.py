"""boto3: clients that sign what they send, at an endpoint of the event's."""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

count = 0
session = boto3.session.Session(
    aws_access_key_id="dummy-id", aws_secret_access_key="dummy-secret", region_name="eu-central-1"
)
config = Config(proxies={}, retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=60)


def client(service, event):
    return session.client(service, endpoint_url=event["url"], config=config)


def handler(event, context):
    global count
    count += 1
    caller = client("sts", event).get_caller_identity()
    answer = client("lambda", event).invoke(FunctionName="other", Payload=json.dumps({"name": event["name"]}))
    try:
        client("lambda", event).get_function(FunctionName="absent")
        refused = None
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    return {
        "count": count,
        "account": caller["Account"],
        "status": answer["StatusCode"],
        "answer": json.loads(answer["Payload"].read()),
        "refused": refused,
    }
