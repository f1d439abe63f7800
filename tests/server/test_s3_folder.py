"""Packages that requests name by bucket and key, in a folder of the server's."""

import pytest
from support import ROLE, Server, create, invoke, zipped

CODE = "def handler(event, context):\n    return 'from a bucket'\n"
NO_KEY = (
    400,
    "InvalidParameterValueException",
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
)
NO_BUCKET = (
    400,
    "InvalidParameterValueException",
    "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: "
    "The specified bucket does not exist",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one bucket, and with links into and out of it."""
    made = tmp_path_factory.mktemp("s3")
    bucket = made / "folder" / "bucket"
    (bucket / "deep").mkdir(parents=True)
    (bucket / "code.zip").write_bytes(zipped(app=CODE))
    (bucket / "deep" / "tool.zip").write_bytes(zipped(tool="NAME = 'tool'\n"))
    (bucket / "text.zip").write_text("no zip")
    (bucket / "link.zip").symlink_to("code.zip")
    (made / "outside.zip").write_bytes(zipped(app=CODE))
    (made / "folder" / "beside.zip").write_bytes(zipped(app=CODE))
    (bucket / "out.zip").symlink_to("../../outside.zip")
    (bucket / "out").symlink_to(made)
    (made / "folder" / "linked").symlink_to(made)
    (made / "folder" / "bucket2").mkdir()
    (made / "folder" / "bucket2" / "other.zip").write_bytes(zipped(app=CODE))
    (bucket / "next.zip").symlink_to("../bucket2/other.zip")
    return made / "folder"


@pytest.fixture(scope="module")
def server(tmp_path_factory, folder):
    started = Server(tmp_path_factory.mktemp("data"), "--s3-folder", str(folder))
    yield started
    assert started.end() == 0, started.log


@pytest.fixture(scope="module")
def function(client):
    create(client, "function", CODE)
    return "function"


def in_bucket(key, bucket="bucket"):
    return {"S3Bucket": bucket, "S3Key": key}


def new(name, code):
    return {"FunctionName": name, "Runtime": "python3.12", "Role": ROLE, "Handler": "app.handler", "Code": code}


def test_a_key_is_a_file_below_its_buckets_folder(client, folder):
    package = (folder / "bucket" / "code.zip").read_bytes()
    made = client.create_function(**new("of-s3", in_bucket("code.zip")))
    assert made["CodeSize"] == len(package)
    assert invoke(client, "of-s3")["Payload"] == b'"from a bucket"'
    create(client, "changed", "def handler(event, context):\n    return 1\n")
    changed = client.update_function_code(FunctionName="changed", **in_bucket("link.zip"))
    assert changed["CodeSha256"] == made["CodeSha256"]  # the link stays in the bucket
    layer = client.publish_layer_version(LayerName="of-s3", Content=in_bucket("deep/tool.zip"))
    assert layer["Content"]["CodeSize"] == (folder / "bucket" / "deep" / "tool.zip").stat().st_size
    (folder / "bucket" / "code.zip").write_bytes(zipped(app="def handler(event, context):\n    return 2\n"))
    assert invoke(client, "of-s3")["Payload"] == b'"from a bucket"'  # as on the service: what was there then
    (folder / "bucket" / "code.zip").write_bytes(package)


@pytest.mark.parametrize(
    "key",
    [
        "missing.zip",
        "deep",
        "deep/",
        "/code.zip",
        "../beside.zip",
        "deep/../code.zip",
        "./code.zip",
        "deep//tool.zip",
        "../../outside.zip",
        "out.zip",
        "out/outside.zip",
        "next.zip",
        "code.zip\0",
        "code.zip/x",
    ],
)
def test_what_is_no_file_of_the_bucket_is_no_key(function, refused, key):
    assert refused("create_function", **new("unmade", in_bucket(key))) == NO_KEY
    assert refused("publish_layer_version", LayerName="unmade", Content=in_bucket(key)) == NO_KEY
    assert refused("update_function_code", FunctionName=function, **in_bucket(key)) == NO_KEY


@pytest.mark.parametrize("bucket", ["missing", "..", ".", "linked", "bucket/deep", "/", "beside.zip", "bucket\0"])
def test_what_is_no_folder_is_no_bucket(refused, bucket):
    assert refused("create_function", **new("unmade", in_bucket("code.zip", bucket))) == NO_BUCKET


def test_what_else_a_request_may_not_ask_of_a_bucket(refused, client):
    versioned = {**in_bucket("code.zip"), "S3ObjectVersion": "1"}
    for operation, arguments in (
        ("create_function", new("unmade", versioned)),
        ("publish_layer_version", {"LayerName": "unmade", "Content": versioned}),
    ):
        status, kind, message = refused(operation, **arguments)
        assert (status, kind) == (400, "InvalidParameterValueException")
        assert message.startswith("S3ObjectVersion is not supported by this server")
    status, kind, message = refused("create_function", **new("unmade", {"S3Bucket": "bucket"}))
    assert (status, kind) == (400, "ValidationException") and "Value null at 's3Key'" in message
    assert refused("create_function", **new("unmade", in_bucket("text.zip"))) == (
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    names = [function["FunctionName"] for function in client.list_functions()["Functions"]]
    assert "unmade" not in names


def test_without_a_folder_there_are_no_buckets(tmp_path):
    server = Server(tmp_path / "data")
    client = server.client()
    with pytest.raises(client.exceptions.InvalidParameterValueException) as failed:
        client.create_function(**new("unmade", in_bucket("code.zip")))
    assert "started without --s3-folder; send the package as ZipFile." in failed.value.response["Error"]["Message"]
    assert server.end() == 0
