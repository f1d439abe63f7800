"""Versions and aliases, by boto3."""

import pytest
from support import ACCOUNT, REGION, create, invoke, zipped


def code(answer):
    return f"def handler(event, context):\n    return {answer!r}\n"


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def test_numbers_only_grow_and_versions_stay_as_they_are(client, refused, covers):
    assert create(client, "numbers", code(1), Publish=True)["Version"] == "1"
    covers("A-16")
    assert client.publish_version(FunctionName="numbers")["Version"] == "1"  # nothing has changed
    covers("A-41")
    client.update_function_code(FunctionName="numbers", ZipFile=zipped(app=code(2)))
    assert client.publish_version(FunctionName="numbers")["Version"] == "2"
    assert [invoke(client, "numbers", Qualifier=version)["Payload"] for version in ("1", "2")] == [b"1", b"2"]
    client.delete_function(FunctionName="numbers", Qualifier="2")
    assert refused("invoke", FunctionName="numbers", Qualifier="2")[:2] == (404, "ResourceNotFoundException")
    client.update_function_code(FunctionName="numbers", ZipFile=zipped(app=code(3)))
    assert client.publish_version(FunctionName="numbers")["Version"] == "3"
    covers("A-43")
    listed = client.list_versions_by_function(FunctionName="numbers")["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "3"]
    covers("A-44")


def test_only_the_code_that_is_meant_is_published(client, refused, covers):
    made = create(client, "meant", code(1))
    status, kind, message = refused("publish_version", FunctionName="meant", CodeSha256="x")
    assert (status, kind) == (400, "InvalidParameterValueException")
    assert message == (
        f"CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ({made['CodeSha256']}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    covers("A-42")
    assert (
        client.publish_version(FunctionName="meant", CodeSha256=made["CodeSha256"], Description="d")["Description"]
        == "d"
    )
    covers("A-40")


def test_latest_cannot_be_deleted_alone(client, refused, covers):
    create(client, "latest", code(1))
    assert refused("delete_function", FunctionName="latest", Qualifier="$LATEST")[2] == (
        "$LATEST version cannot be deleted without deleting the function."
    )
    covers("A-38")
    assert refused("get_function", FunctionName="latest", Qualifier="7")[2] == f"Function not found: {arn('latest')}:7"
    covers("A-59")


def test_aliases_come_and_go(client, refused, covers):
    create(client, "aliased", code(1), Publish=True)
    made = client.create_alias(FunctionName="aliased", Name="live", FunctionVersion="1", Description="d")
    assert made["AliasArn"] == arn("aliased") + ":live"
    assert client.get_alias(FunctionName="aliased", Name="live")["RevisionId"] == made["RevisionId"]
    assert [alias["Name"] for alias in client.list_aliases(FunctionName="aliased")["Aliases"]] == ["live"]
    assert client.update_alias(FunctionName="aliased", Name="live", Description="e")["FunctionVersion"] == "1"
    covers("A-45")
    assert refused("create_alias", FunctionName="aliased", Name="live", FunctionVersion="1")[1:] == (
        "ResourceConflictException",
        f"Alias already exists: {arn('aliased')}:live",
    )
    assert refused("get_alias", FunctionName="aliased", Name="none")[1:] == (
        "ResourceNotFoundException",
        f"Cannot find alias arn: {arn('aliased')}:none",
    )
    for _ in range(2):
        assert client.delete_alias(FunctionName="aliased", Name="live")["ResponseMetadata"]["HTTPStatusCode"] == 204
    covers("A-46")


def test_weights_route_to_both_versions(client, refused, covers):
    create(client, "weighted", code(1), Publish=True)
    client.update_function_code(FunctionName="weighted", ZipFile=zipped(app=code(2)), Publish=True)

    def alias(operation, version, **weights):
        return operation(
            FunctionName="weighted",
            Name="both",
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

    def refusal(version, **weights):
        return alias(lambda **arguments: refused("create_alias", **arguments), version, **weights)[2]

    assert refusal("1", **{"1": 0.5}) == (
        "Invalid function version 1. Function version 1 is already included in routing configuration."
    )
    assert (
        refusal("1", **{"2": 0.5, "3": 0.1}) == "Number of items in AdditionalVersionWeights cannot be greater than 1"
    )
    assert refusal("$LATEST", **{"1": 0.5}) == "$LATEST is not supported for an alias pointing to more than 1 version"
    covers("A-47")
    alias(client.create_alias, "1", **{"2": 0.5})
    answers = [invoke(client, "weighted:both") for _ in range(60)]
    assert {(answer["ExecutedVersion"], answer["Payload"]) for answer in answers} == {("1", b"1"), ("2", b"2")}
    covers("I-33", "I-06")


@pytest.mark.parametrize("name", ["1", "a b", ""])
def test_names_of_aliases_are_checked(client, refused, name):
    create(client, f"names-{len(name)}", code(1))
    assert refused("create_alias", FunctionName=f"names-{len(name)}", Name=name, FunctionVersion="$LATEST")[:2] == (
        400,
        "ValidationException",
    )
