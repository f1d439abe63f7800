"""Layers, by boto3."""

import base64
import hashlib
import io
import json
import re
import urllib.parse
import zipfile
from pathlib import Path

from support import ACCOUNT, REGION, ROLE, Server, create, invoke, zipped

EXAMPLE = Path(__file__).parents[2] / "examples" / "bootstrap-shell"
ECHO = "def handler(event, context):\n    return event\n"
IMPORTS = "import tool\n\ndef handler(event, context):\n    return tool.NAME\n"


def arn(layer, version=None, region=REGION, account=ACCOUNT):
    return f"arn:aws:lambda:{region}:{account}:layer:{layer}" + (f":{version}" if version else "")


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        for name, contents in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100755 << 16
            written.writestr(entry, contents)
    return packed.getvalue()


def tool(name):
    """A layer with a module."""
    return archive({"python/tool.py": f"NAME = {name!r}\n"})


def publish(client, layer, content, **settings):
    return client.publish_layer_version(LayerName=layer, Content={"ZipFile": content}, **settings)


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_version_is_published_and_read_back(client, covers):
    content = tool("first")
    settings = {
        "Description": "tools",
        "LicenseInfo": "MIT",
        "CompatibleRuntimes": ["python3.12", "nodejs20.x"],
        "CompatibleArchitectures": ["x86_64", "arm64"],
    }
    made = publish(client, "read-back", content, **settings)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert {name: made[name] for name in settings} == settings
    assert (made["LayerArn"], made["LayerVersionArn"]) == (arn("read-back"), arn("read-back", 1))
    assert (made["Version"], made["Content"]["CodeSize"]) == (1, len(content))
    assert made["Content"]["CodeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", made["CreatedDate"])
    with open(urllib.parse.urlparse(made["Content"]["Location"]).path, "rb") as kept:
        assert kept.read() == content
    for read in (
        client.get_layer_version(LayerName="read-back", VersionNumber=1),
        client.get_layer_version(LayerName=arn("read-back"), VersionNumber=1),
        client.get_layer_version_by_arn(Arn=arn("read-back", 1)),
    ):
        assert without_metadata(read) == without_metadata(made)
    covers("A-52")


def test_numbers_only_grow(client, refused):
    assert [publish(client, "grows", tool(name))["Version"] for name in ("a", "b")] == [1, 2]
    deleted = client.delete_layer_version(LayerName="grows", VersionNumber=2)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    client.delete_layer_version(LayerName="grows", VersionNumber=2)  # as the service: nothing to do
    gone = (404, "ResourceNotFoundException", "The resource you requested does not exist.")
    assert refused("get_layer_version", LayerName="grows", VersionNumber=2) == gone
    assert refused("get_layer_version_by_arn", Arn=arn("grows", 2)) == gone
    assert publish(client, "grows", tool("b"))["Version"] == 3
    listed = client.list_layer_versions(LayerName="grows")["LayerVersions"]
    assert [version["Version"] for version in listed] == [3, 1]
    assert client.list_layer_versions(LayerName="never-published")["LayerVersions"] == []


def test_lists_go_page_by_page(tmp_path, covers):
    server = Server(tmp_path / "data")
    client = server.client()
    names = [f"layer-{number:02}" for number in range(7)]
    for name in names:
        publish(client, name, tool(name))
    for _ in range(6):
        publish(client, names[0], tool("again"))

    def paged(operation, member, **arguments):
        pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 3}, **arguments)
        answers = [page[member] for page in pages]
        assert [len(answer) for answer in answers] == [3, 3, 1]
        return [item for answer in answers for item in answer]

    layers = paged("list_layers", "Layers")
    assert [layer["LayerName"] for layer in layers] == names
    assert [layer["LatestMatchingVersion"]["Version"] for layer in layers] == [7, 1, 1, 1, 1, 1, 1]
    versions = paged("list_layer_versions", "LayerVersions", LayerName=names[0])
    assert [version["Version"] for version in versions] == [7, 6, 5, 4, 3, 2, 1]
    covers("A-30")
    client.delete_layer_version(LayerName=names[1], VersionNumber=1)
    assert len(client.list_layers()["Layers"]) == 6
    assert server.end() == 0


def test_lists_have_what_is_asked_for(client):
    publish(client, "fits", tool("a"), CompatibleRuntimes=["java21"], CompatibleArchitectures=["arm64"])
    publish(client, "fits", tool("b"), CompatibleRuntimes=["python3.11"], CompatibleArchitectures=["x86_64"])

    def newest(**asked):
        found = [layer for layer in client.list_layers(**asked)["Layers"] if layer["LayerName"] == "fits"]
        return [layer["LatestMatchingVersion"]["Version"] for layer in found]

    assert (newest(), newest(CompatibleRuntime="java21"), newest(CompatibleRuntime="java17")) == ([2], [1], [])
    assert newest(CompatibleArchitecture="arm64") == [1]
    listed = client.list_layer_versions(LayerName="fits", CompatibleRuntime="python3.11")["LayerVersions"]
    assert [version["Version"] for version in listed] == [2]


def test_what_cannot_be_a_layer_is_refused(refused):
    good = {"LayerName": "refusals", "Content": {"ZipFile": tool("a")}}
    for change, part in (
        ({"LayerName": "no name"}, "Value 'no name' at 'layerName' failed to satisfy constraint: Member must satisfy"),
        ({"LayerName": "x" * 141}, "at 'layerName' failed to satisfy constraint: Member must satisfy regular"),
        (
            {"Description": "x" * 257},
            "at 'description' failed to satisfy constraint: Member must have length less than",
        ),
        ({"CompatibleRuntimes": ["python4"]}, "Value '[python4]' at 'compatibleRuntimes' failed to satisfy constraint"),
        ({"CompatibleArchitectures": ["x86"]}, "Value '[x86]' at 'compatibleArchitectures' failed to satisfy"),
        ({"Content": None}, "Value null at 'content' failed to satisfy constraint: Member must not be null"),
    ):
        given = {name: value for name, value in {**good, **change}.items() if value is not None}
        status, kind, message = refused("publish_layer_version", **given)
        assert (status, kind) == (400, "ValidationException"), message
        assert message.startswith("1 validation error detected: ") and part in message
    status, kind, message = refused("publish_layer_version", **{**good, "Content": {"ZipFile": b"no zip"}})
    assert (status, kind) == (400, "InvalidParameterValueException")
    assert message == "Could not unzip uploaded file. Please check your file, then try to upload again."
    assert refused("get_layer_version", LayerName="refusals", VersionNumber=0) == (
        400,
        "InvalidParameterValueException",
        "Layer Version Cannot be less than 1",
    )
    status, kind, message = refused("get_layer_version_by_arn", Arn="arn:aws:lambda:x")
    assert (status, kind) == (400, "ValidationException") and "at 'arn'" in message
    other = arn("refusals", region="us-west-1")
    assert refused("list_layer_versions", LayerName=other)[:2] == (404, "ResourceNotFoundException")


def test_a_functions_layers_are_checked(client, refused, covers):
    create(client, "checked", ECHO)
    for version in range(2):
        publish(client, "twice", tool(f"{version}"))
    for number in range(6):
        publish(client, f"many-{number}", tool(f"{number}"))
    many = [arn(f"many-{number}", 1) for number in range(6)]
    missing = arn("twice", 9)
    foreign = arn("twice", 1, account="999999999999")
    invalid = (
        (many, "Cannot reference more than 5 layers."),
        ([missing], f"Layer version {missing} does not exist."),
        ([foreign], f"Layer version {foreign} does not exist."),
        (
            [arn("twice", 1), arn("twice", 2)],
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{arn('twice', 1)} and {arn('twice', 2)} are versions of the same layer.",
        ),
        (
            [arn("twice", 1, region="us-west-1")],
            f"Layers are not in the same region as the function. Layers are expected to be in region {REGION}.",
        ),
    )
    good = {
        "FunctionName": "unmade",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped(app=ECHO)},
    }
    for layers, message in invalid:
        expected = (400, "InvalidParameterValueException", message)
        assert refused("create_function", **good, Layers=layers) == expected
        assert refused("update_function_configuration", FunctionName="checked", Layers=layers) == expected
    covers("A-53")
    status, kind, message = refused("create_function", **good, Layers=["twice"])
    assert (status, kind) == (400, "ValidationException") and "Value '[twice]' at 'layers'" in message
    assert refused("get_function", FunctionName="unmade")[0] == 404
    assert "Layers" not in client.get_function_configuration(FunctionName="checked")


def test_a_function_finds_its_layers_in_order(client, covers):
    """Later ones overwrite, the package goes first, and all of that is at /opt where there can be one."""
    publish(client, "lower", archive({"python/tool.py": "NAME = 'lower'\n", "python/low.py": "", "data.txt": "lower"}))
    publish(client, "upper", archive({"python/tool.py": "NAME = 'upper'\n", "data.txt": "upper"}))
    layers = [arn("lower", 1), arn("upper", 1)]
    code = (
        "import low, tool\nfrom pathlib import Path\n\ndef handler(event, context):\n"
        "    return [tool.NAME, (Path(tool.__file__).parents[1] / 'data.txt').read_text()]\n"
    )
    made = create(client, "layered", code, Layers=layers)
    assert [layer["Arn"] for layer in made["Layers"]] == layers
    assert all(layer["CodeSize"] > 0 for layer in made["Layers"])
    assert json.loads(invoke(client, "layered")["Payload"]) == ["upper", "upper"]
    covers("K-11")
    client.update_function_configuration(FunctionName="layered", Layers=layers[::-1])
    assert json.loads(invoke(client, "layered")["Payload"]) == ["lower", "lower"]
    create(client, "own", zipped(app=IMPORTS, tool="NAME = 'own'\n"), Layers=layers)
    assert invoke(client, "own")["Payload"] == b'"own"'
    covers("K-13")


def test_layers_come_and_go_with_updates(client):
    publish(client, "comes", tool("come"))
    create(client, "updated", IMPORTS, Timeout=9)
    assert b"Runtime.ImportModuleError" in invoke(client, "updated")["Payload"]
    changed = client.update_function_configuration(FunctionName="updated", Layers=[arn("comes", 1)])
    assert (changed["Layers"][0]["Arn"], changed["Timeout"]) == (arn("comes", 1), 9)
    assert invoke(client, "updated")["Payload"] == b'"come"'
    version = client.publish_version(FunctionName="updated")["Version"]
    kept = client.update_function_configuration(FunctionName="updated", Timeout=8)
    assert kept["Layers"] == changed["Layers"]
    client.update_function_code(FunctionName="updated", ZipFile=zipped(app=IMPORTS + "\n"))
    assert invoke(client, "updated")["Payload"] == b'"come"'
    assert "Layers" not in client.update_function_configuration(FunctionName="updated", Layers=[])
    assert b"Runtime.ImportModuleError" in invoke(client, "updated")["Payload"]
    assert invoke(client, "updated", Qualifier=version)["Payload"] == b'"come"'


def test_a_java_function_finds_classes_of_a_layer(client, streaming_jar):
    """A layer has them below java/lib; the package has nothing of its own."""
    publish(client, "classes", archive({"java/lib/parts.jar": streaming_jar}), CompatibleRuntimes=["java17"])
    create(
        client,
        "of-a-layer",
        archive({"readme.txt": "nothing"}),
        handler="Parts::handle",
        runtime="java17",
        Timeout=60,
        MemorySize=512,
        Layers=[arn("classes", 1)],
    )
    assert invoke(client, "of-a-layer", b'"/"')["Payload"] == b"firstlast"


def test_a_function_finds_its_program_in_a_layer(client):
    publish(client, "program", archive({"bootstrap": (EXAMPLE / "bootstrap").read_bytes()}))
    package = archive({"greet.sh": (EXAMPLE / "greet.sh").read_bytes()})
    create(client, "shell", package, handler="greet.hello", runtime="provided.al2023", Layers=[arn("program", 1)])
    answer = invoke(client, "shell", b'{"name": "Ada"}')
    assert "FunctionError" not in answer and b"Ada" in answer["Payload"]


def test_what_uses_a_deleted_version_goes_on(tmp_path):
    first = Server(tmp_path / "data")
    client = first.client()
    publish(client, "deleted", tool("deleted"))
    made = create(client, "goes-on", IMPORTS, Layers=[arn("deleted", 1)], Publish=True)
    client.delete_layer_version(LayerName="deleted", VersionNumber=1)
    assert client.list_layers()["Layers"] == []
    assert invoke(client, "goes-on")["Payload"] == b'"deleted"'
    assert first.end() == 0
    second = Server(tmp_path / "data")
    client = second.client()
    assert client.get_function_configuration(FunctionName="goes-on", Qualifier="1")["Layers"] == made["Layers"]
    client.update_function_configuration(FunctionName="goes-on", Timeout=8)
    assert invoke(client, "goes-on")["Payload"] == b'"deleted"'
    assert invoke(client, "goes-on", Qualifier="1")["Payload"] == b'"deleted"'
    packages = tmp_path / "data" / "packages"
    assert len(list(packages.iterdir())) == 2  # the code, and what the function has of the layer
    assert second.end() == 0


def test_statements_of_a_layers_policy_come_and_go(client, refused):
    publish(client, "policy", tool("a"))
    statement = {"StatementId": "all", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    version = {"LayerName": "policy", "VersionNumber": 1}
    assert refused("get_layer_version_policy", **version) == (
        404,
        "ResourceNotFoundException",
        "No policy is associated with the given resource.",
    )
    added = client.add_layer_version_permission(**version, **statement, OrganizationId="o-a1b2c3d4e5")
    said = {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:GetLayerVersion",
        "Resource": arn("policy", 1),
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }
    assert json.loads(added["Statement"]) == said
    read = client.get_layer_version_policy(**version)
    assert (json.loads(read["Policy"])["Statement"], read["RevisionId"]) == ([said], added["RevisionId"])
    assert refused("add_layer_version_permission", **version, **statement)[:2] == (409, "ResourceConflictException")
    account = {**statement, "StatementId": "one", "Principal": "123456789012"}
    old = refused("add_layer_version_permission", **version, **account, RevisionId="old")
    assert old[:2] == (412, "PreconditionFailedException")
    client.add_layer_version_permission(**version, **account, RevisionId=added["RevisionId"])
    statements = json.loads(client.get_layer_version_policy(**version)["Policy"])["Statement"]
    assert statements[1]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    for name in ("all", "one"):
        client.remove_layer_version_permission(**version, StatementId=name)
    assert refused("get_layer_version_policy", **version)[0] == 404
    assert refused("remove_layer_version_permission", **version, StatementId="all") == (
        404,
        "ResourceNotFoundException",
        "Statement all is not found in resource policy.",
    )
    wrong = {**statement, "Action": "lambda:InvokeFunction"}
    assert refused("add_layer_version_permission", **version, **wrong)[:2] == (400, "ValidationException")
    status, kind, message = refused("add_layer_version_permission", LayerName="policy", VersionNumber=7, **statement)
    assert (status, kind, message) == (
        404,
        "ResourceNotFoundException",
        f"Layer version {arn('policy', 7)} does not exist.",
    )


def test_all_layers_are_there_after_a_restart(tmp_path):
    first = Server(tmp_path / "data")
    client = first.client()
    publish(client, "kept", tool("ä"), Description="ü", LicenseInfo="MIT", CompatibleRuntimes=["provided.al2023"])
    publish(client, "kept", tool("second"), CompatibleArchitectures=["arm64"])
    publish(client, "kept", tool("third"))
    client.delete_layer_version(LayerName="kept", VersionNumber=3)
    client.add_layer_version_permission(
        LayerName="kept", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*"
    )
    create(client, "user", IMPORTS, Layers=[arn("kept", 2)])

    def everything(of):
        answers = [
            of.list_layers(),
            of.list_layer_versions(LayerName="kept"),
            of.get_layer_version(LayerName="kept", VersionNumber=1),
            of.get_layer_version(LayerName="kept", VersionNumber=2),
            of.get_layer_version_policy(LayerName="kept", VersionNumber=1),
            of.get_function(FunctionName="user"),
            of.get_account_settings(),
        ]
        return [without_metadata(answer) for answer in answers]

    before = everything(client)
    assert first.end() == 0
    second = Server(tmp_path / "data")
    client = second.client()
    assert everything(client) == before
    assert invoke(client, "user")["Payload"] == b'"second"'
    assert publish(client, "kept", tool("fourth"))["Version"] == 4
    assert second.end() == 0
