"""Every operation of the API's model is served, or refused by its name."""

import json
from urllib.parse import quote

import boto3
import pytest
from support import ACCOUNT, REGION, ROLE, create, request, zipped

SERVED = {
    "AddLayerVersionPermission",
    "AddPermission",
    "CreateAlias",
    "CreateFunction",
    "DeleteAlias",
    "DeleteFunction",
    "DeleteFunctionConcurrency",
    "DeleteFunctionEventInvokeConfig",
    "DeleteLayerVersion",
    "GetAccountSettings",
    "GetAlias",
    "GetFunction",
    "GetFunctionConcurrency",
    "GetFunctionConfiguration",
    "GetFunctionEventInvokeConfig",
    "GetLayerVersion",
    "GetLayerVersionByArn",
    "GetLayerVersionPolicy",
    "GetPolicy",
    "Invoke",
    "InvokeWithResponseStream",
    "ListAliases",
    "ListFunctionEventInvokeConfigs",
    "ListFunctions",
    "ListLayerVersions",
    "ListLayers",
    "ListTags",
    "ListVersionsByFunction",
    "PublishLayerVersion",
    "PublishVersion",
    "PutFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "RemoveLayerVersionPermission",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "UpdateFunctionEventInvokeConfig",
}

MODEL = boto3.client(
    "lambda", region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
).meta.service_model


def least(shape):
    """A value with what the shape requires and no more."""
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [least(shape.member)] * shape.metadata.get("min", 0)
    if shape.type_name == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else "x" * max(shape.metadata.get("min", 0), 1)
    values = {"map": {}, "blob": b"", "boolean": False, "timestamp": 0}
    return values.get(shape.type_name, max(shape.metadata.get("min", 0), 1))


def test_the_served_operations_are_the_models():
    assert set(MODEL.operation_names) >= SERVED


@pytest.fixture(scope="module")
def asking(server):
    """A client that sends what boto3 would refuse itself."""
    return server.client(validates=False)


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_an_operation_is_served_or_refused_by_its_name(asking, covers, name):
    model = MODEL.operation_model(name)
    arguments = least(model.input_shape) if model.input_shape else {}
    method = next(method for method, operation in asking.meta.method_to_api_mapping.items() if operation == name)
    error, status = {}, 0
    try:
        status = getattr(asking, method)(**arguments)["ResponseMetadata"]["HTTPStatusCode"]
    except asking.exceptions.ClientError as failed:
        error, status = failed.response["Error"], failed.response["ResponseMetadata"]["HTTPStatusCode"]
    if name not in SERVED:
        assert (status, error["Code"], error["Message"]) == (
            501,
            "NotImplementedException",
            f"{name} is not supported by this server.",
        )
        covers("A-58")
    else:
        assert status < 500 and error.get("Code") not in ("UnknownOperationException", "MethodNotAllowedException")


def test_what_is_no_operation_is_refused_by_its_path(server):
    client = server.client(validates=False)

    def to_another_path(request, **_):
        request.url = request.url.replace("/2016-08-19/account-settings", "/2999-01-01/wishes")

    client.meta.events.register("before-sign.lambda.GetAccountSettings", to_another_path)
    with pytest.raises(client.exceptions.ClientError) as failed:
        client.get_account_settings()
    response = failed.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (
        404,
        "UnknownOperationException",
    )
    assert response["Error"]["Message"] == "GET /2999-01-01/wishes is no operation of the Lambda API."


#: For each type of JSON, as the model has types.
WRONG = {"structure": [], "map": [], "list": {}, "string": {}, "blob": {}, "integer": {}, "long": {}, "boolean": {}}
BODIES = sorted(
    name
    for name in SERVED
    if "payload" not in MODEL.operation_model(name).input_shape.serialization
    and any(
        "location" not in member.serialization for member in MODEL.operation_model(name).input_shape.members.values()
    )
)


ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:wrong-types"


def least_body(shape):
    """What a request of the shape has to have, and values that are good where any is not."""
    body = {name: least(member) for name, member in shape.members.items() if name in shape.required_members}
    body.update(Role=ROLE, Runtime="python3.12", Handler="a.b", Code={}, FunctionVersion="1")
    return {
        name: body[name]
        for name in body
        if name in shape.members and "location" not in shape.members[name].serialization
    }


@pytest.fixture(scope="module")
def function_of_all(client):
    create(client, "wrong-types", "def handler(event, context):\n    return event\n", Publish=True)
    client.create_alias(FunctionName="wrong-types", Name="x", FunctionVersion="1")
    client.publish_layer_version(LayerName="wrong-types", Content={"ZipFile": zipped(layer="")})


@pytest.mark.parametrize("name", BODIES)
def test_no_type_of_a_member_is_more_than_a_refusal(server, function_of_all, covers, name):
    """A-60: in the first level and the second, where there is one."""
    model = MODEL.operation_model(name)
    path = model.http["requestUri"].split("?")[0]
    values = {"Name": "x", "LayerName": "wrong-types", "VersionNumber": "1", "Resource": ARN}
    for member, shape in model.input_shape.members.items():
        if shape.serialization.get("location") == "uri":
            place = shape.serialization.get("name", member)
            path = path.replace(f"{{{place}}}", quote(values.get(member, "wrong-types"), safe=""))
    for member, shape in model.input_shape.members.items():
        if "location" in shape.serialization:
            continue
        inner = getattr(shape, "members", {}).items() if shape.type_name == "structure" else ()
        for body in (
            {member: WRONG.get(shape.type_name, {})},
            *({member: {below: WRONG.get(of.type_name, {})}} for below, of in inner),
        ):
            full = {**least_body(model.input_shape), **body}
            status, headers, answer = request(server, model.http["method"], path, json.dumps(full))
            assert status < 500, (full, answer)
            assert status < 300 or headers["x-amzn-ErrorType"].endswith("Exception"), full
    covers("A-60")
