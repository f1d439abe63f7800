"""Policies, which are kept and given back."""

import json

from support import ACCOUNT, REGION, create

CODE = "def handler(event, context):\n    return 1\n"


def test_statements_come_and_go(client, refused, covers):
    create(client, "policy", CODE, Publish=True)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:policy"
    statement = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    added = client.add_permission(FunctionName="policy", SourceArn="arn:aws:s3:::bucket", **statement)
    said = {
        "Sid": "s3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}},
    }
    assert json.loads(added["Statement"]) == said
    read = client.get_policy(FunctionName="policy")
    assert json.loads(read["Policy"])["Statement"] == [said] and read["RevisionId"]
    assert refused("add_permission", FunctionName="policy", **statement)[:2] == (409, "ResourceConflictException")
    client.add_permission(FunctionName="policy", Qualifier="1", **statement)  # of the version, another one
    assert len(json.loads(client.get_policy(FunctionName="policy")["Policy"])["Statement"]) == 1
    client.remove_permission(FunctionName="policy", StatementId="s3")
    assert refused("get_policy", FunctionName="policy")[:2] == (404, "ResourceNotFoundException")
    assert json.loads(client.get_policy(FunctionName="policy", Qualifier="1")["Policy"])["Statement"]
    assert refused("remove_permission", FunctionName="policy", StatementId="s3")[:2] == (
        404,
        "ResourceNotFoundException",
    )
    covers("A-55")
