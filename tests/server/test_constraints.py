"""What a function may be called and be given: everything up to its bound, and nothing beyond."""

import base64
import io
import json
import zipfile

import pytest
from support import ACCOUNT, REGION, ROLE, create, request, zipped
from test_operations import MODEL

ECHO = "def handler(event, context):\n    return event\n"
UNZIPPED_LIMIT = 262_144_000
REQUEST_LIMIT = 69_905_067


def new(**members):
    """A request of CreateFunction; members that are None are left out."""
    code = {"ZipFile": zipped(app=ECHO)}
    all_of_it = {
        "FunctionName": "constraints",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": code,
        **members,
    }
    return {name: value for name, value in all_of_it.items() if value is not None}


def violations(answer):
    """What a ValidationException says is wrong, one by one."""
    status, kind, message = answer
    assert (status, kind) == (400, "ValidationException"), answer
    count, _, rest = message.partition(" validation error" + ("s" if message[0] != "1" else "") + " detected: ")
    said = rest.split("; ")
    assert len(said) == int(count), message
    return said


def too_short(place, value, least):
    return [
        f"Value '{value}' at '{place}' failed to satisfy constraint: Member must have value greater than or equal to {least}"
    ]


def too_long(place, value, most):
    return [
        f"Value '{value}' at '{place}' failed to satisfy constraint: Member must have value less than or equal to {most}"
    ]


def longer(place, value, most):
    return [
        f"Value '{value}' at '{place}' failed to satisfy constraint: Member must have length less than or equal to {most}"
    ]


def test_a_name_may_have_64_characters(client, refused, covers):
    longest, name = "n" * 64, "n" * 65
    create(client, longest, ECHO)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
    for form in (longest, arn + longest, f"{ACCOUNT}:function:{longest}"):
        assert client.get_function_configuration(FunctionName=form)["FunctionName"] == longest
    for operation, arguments in (
        ("create_function", new(FunctionName=name)),
        ("get_function", {"FunctionName": name}),
        ("update_function_configuration", {"FunctionName": name}),
        ("invoke", {"FunctionName": name}),
        ("delete_function", {"FunctionName": name}),
    ):
        assert violations(refused(operation, **arguments)) == longer("functionName", name, 64)
    covers("A-06")
    client.delete_function(FunctionName=longest)


@pytest.mark.parametrize("name", ["a b", "a.b", "a/b", "ä", "a:b:c", "arn:aws:s3:::bucket", "a" * 257, ":1", "$LATEST"])
def test_what_is_no_name_is_no_function(refused, name):
    for operation, arguments in (
        ("create_function", new(FunctionName=name)),
        ("get_function", {"FunctionName": name}),
    ):
        assert len(violations(refused(operation, **arguments))) == 1, operation


def test_texts_have_the_services_patterns(client, refused, covers):
    made = create(client, "texts", ECHO, handler="h" * 128, Description="d" * 256)
    assert (made["Handler"], made["Description"]) == ("h" * 128, "d" * 256)
    blank = "Member must satisfy regular expression pattern: [^\\s]+"
    for handler, constraint in (("h" * 129, "Member must have length less than or equal to 128"), ("a b", blank)):
        said = violations(refused("create_function", **new(Handler=handler)))
        assert said == [f"Value '{handler}' at 'handler' failed to satisfy constraint: {constraint}"]
    for description in ("d" * 257, "ä" * 257):
        said = violations(refused("update_function_configuration", FunctionName="texts", Description=description))
        assert said == longer("description", description, 256)
    changed = client.update_function_configuration(FunctionName="texts", Description="ä" * 256)
    assert changed["Description"] == "ä" * 256  # characters count, and not bytes
    pattern = MODEL.shape_for("RoleArn").metadata["pattern"]
    for role in ("any", "arn:aws:iam::1:role/any", "arn:aws:s3::123456789012:role/any", ROLE + " and more"):
        said = violations(refused("create_function", **new(Role=role)))
        assert said == [
            f"Value '{role}' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
        ]
    covers("A-05")
    client.delete_function(FunctionName="texts")


def test_names_of_versions_aliases_and_layers_have_the_services_patterns(client, refused, covers):
    create(client, "named", ECHO, Publish=True)
    longest = "a" * 128
    client.create_alias(FunctionName="named", Name=longest, FunctionVersion="1")
    assert client.get_function_configuration(FunctionName="named", Qualifier=longest)["Version"] == "1"
    for alias in ("12", "a b", "a.b", "a" * 129, "$LATEST"):
        answer = refused("create_alias", FunctionName="named", Name=alias, FunctionVersion="1")
        assert violations(answer)[0].startswith(f"Value '{alias}' at 'name' failed to satisfy constraint: ")
    for version in ("one", "1.0", "LATEST", "-1"):
        answer = refused("create_alias", FunctionName="named", Name="live", FunctionVersion=version)
        assert violations(answer)[0].startswith(
            f"Value '{version}' at 'functionVersion' failed to satisfy constraint: "
        )
    package = {"ZipFile": zipped(layer="")}
    assert client.publish_layer_version(LayerName="l" * 140, Content=package)["Version"] == 1
    for layer in ("l" * 141, "a b"):
        answer = refused("publish_layer_version", LayerName=layer, Content=package)
        assert violations(answer)[0].startswith(f"Value '{layer}' at 'layerName' failed to satisfy constraint: ")
    covers("A-05")
    client.delete_function(FunctionName="named")


#: Members with numbers, by their places in messages: the least and the largest, and how it is given.
RANGES = {
    "timeout": (1, 900, lambda number: {"Timeout": number}),
    "memorySize": (128, 10240, lambda number: {"MemorySize": number}),
    "ephemeralStorage.size": (512, 10240, lambda number: {"EphemeralStorage": {"Size": number}}),
}


@pytest.mark.parametrize("place", RANGES)
def test_numbers_are_within_their_ranges(client, refused, covers, place):
    least, most, given = RANGES[place]
    name = "range-" + place.replace(".", "-")
    for number in (least, most):
        (member, value), *_ = given(number).items()
        assert create(client, name, ECHO, **given(number))[member] == value
        client.delete_function(FunctionName=name)
    create(client, name, ECHO)
    for number, said in ((least - 1, too_short(place, least - 1, least)), (most + 1, too_long(place, most + 1, most))):
        assert violations(refused("create_function", **new(**given(number)))) == said
        assert violations(refused("update_function_configuration", FunctionName=name, **given(number))) == said
    covers("A-07")
    client.delete_function(FunctionName=name)


def test_what_a_function_needs_has_to_be_given(client, refused, covers):
    for member in ("FunctionName", "Role", "Code"):
        place = member[0].lower() + member[1:]
        said = [f"Value null at '{place}' failed to satisfy constraint: Member must not be null"]
        assert violations(refused("create_function", **new(**{member: None}))) == said
    assert len(violations(refused("create_function", **new(FunctionName=None, Role=None, Code=None)))) == 3
    for member in ("Handler", "Runtime"):
        assert refused("create_function", **new(**{member: None})) == (
            400,
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        )
    for code, part in (
        ({}, "Please provide a source for function code."),
        (
            {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/any:latest"},
            "Container images are not supported ",
        ),
        ({"S3Bucket": "any", "S3Key": "any.zip"}, "This server has no packages in S3, "),
    ):
        status, kind, message = refused("create_function", **new(Code=code))
        assert (status, kind) == (400, "InvalidParameterValueException") and message.startswith(part)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName="constraints")
    zip_file = client.create_function(**new())
    assert zip_file["CodeSize"] == len(new()["Code"]["ZipFile"])  # base64 on its way
    covers("A-10")
    client.delete_function(FunctionName="constraints")


@pytest.fixture(scope="module")
def of_zeros():
    """A package of so many bytes, which are few when they are packed."""

    def package(size):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(size - len(ECHO)))
            archive.writestr("app.py", ECHO)
        return packed.getvalue()

    return package


def test_packages_have_their_bounds(client, refused, covers, of_zeros):
    too_large = of_zeros(UNZIPPED_LIMIT + 1)
    largest = create(client, "large", of_zeros(UNZIPPED_LIMIT))["CodeSha256"]
    unzipped = (
        400,
        "InvalidParameterValueException",
        f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes",
    )
    assert refused("create_function", **new(Code={"ZipFile": too_large})) == unzipped
    assert refused("update_function_code", FunctionName="large", ZipFile=too_large) == unzipped
    assert refused("publish_layer_version", LayerName="large", Content={"ZipFile": too_large}) == unzipped
    assert client.get_function_configuration(FunctionName="large")["CodeSha256"] == largest
    over = bytes(52_428_801)
    assert len(base64.b64encode(over)) > REQUEST_LIMIT
    for operation, name, arguments in (
        ("create_function", "CreateFunction", new(Code={"ZipFile": over})),
        ("update_function_code", "UpdateFunctionCode", {"FunctionName": "large", "ZipFile": over}),
    ):
        assert refused(operation, **arguments) == (
            413,
            "RequestEntityTooLargeException",
            f"Request must be smaller than {REQUEST_LIMIT} bytes for the {name} operation",
        )
    covers("A-19")
    client.delete_function(FunctionName="large")


def test_members_of_another_type_are_refused(server):
    for member, value in (("FunctionName", 1), ("Code", "x"), ("Role", []), ("EphemeralStorage", {"Size": "1024"})):
        body = json.dumps({**new(Code={}), member: value})
        status, headers, _ = request(server, "POST", "/2015-03-31/functions", body)
        assert (status, headers["x-amzn-ErrorType"]) == (400, "SerializationException"), member
