"""Functions are created, read, listed, changed and deleted by boto3 as on the service."""

import base64
import hashlib
import io
import json
import re
import zipfile

import pytest
from support import ACCOUNT, REGION, ROLE, Server, create, invoke, zipped

ECHO = "def handler(event, context):\n    return event\n"


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def test_a_new_function_has_the_services_defaults(client, covers):
    package = zipped(app=ECHO)
    made = create(client, "defaults", package)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionArn"] == arn("defaults")
    assert {name: made[name] for name in ("Timeout", "MemorySize", "Description", "Version", "PackageType")} == {
        "Timeout": 3,
        "MemorySize": 128,
        "Description": "",
        "Version": "$LATEST",
        "PackageType": "Zip",
    }
    assert (made["Architectures"], made["TracingConfig"], made["EphemeralStorage"]) == (
        ["x86_64"],
        {"Mode": "PassThrough"},
        {"Size": 512},
    )
    covers("A-11")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", made["LastModified"])
    covers("A-14")
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert made["CodeSize"] == len(package)
    covers("A-15")
    assert "Environment" not in made
    covers("A-12")


def test_waiters_run_and_what_is_read_is_what_was_made(client, covers):
    made = create(client, "read-back", ECHO, Environment={"Variables": {"GREETING": "hi"}}, Tags={"team": "a"})
    for waiter in (
        "function_exists",
        "function_active",
        "function_active_v2",
        "function_updated",
        "function_updated_v2",
    ):
        client.get_waiter(waiter).wait(FunctionName="read-back", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    covers("A-13")
    read = client.get_function(FunctionName="read-back")
    assert read["Tags"] == {"team": "a"} and read["Code"]["RepositoryType"] == "S3"
    made.pop("ResponseMetadata")
    assert read["Configuration"] == made
    covers("A-25")
    qualified = client.get_function_configuration(FunctionName="read-back", Qualifier="$LATEST")
    assert qualified["FunctionArn"] == arn("read-back") + ":$LATEST"
    covers("A-26")


def test_names_are_taken_in_every_form(client, refused, covers):
    create(client, "forms", ECHO)
    client.publish_version(FunctionName="forms")
    for name in ("forms", "forms:1", f"{ACCOUNT}:function:forms", arn("forms"), arn("forms") + ":1"):
        assert client.get_function_configuration(FunctionName=name)["FunctionName"] == "forms", name
        assert invoke(client, name, b"1")["Payload"] == b"1", name
    covers("I-09")
    assert refused("get_function", FunctionName="forms:1", Qualifier="$LATEST") == (
        400,
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    )
    covers("I-10")
    other = f"arn:aws:lambda:us-west-1:{ACCOUNT}:function:forms"
    assert refused("get_function", FunctionName=other) == (
        404,
        "ResourceNotFoundException",
        f"Functions from 'us-west-1' are not reachable in this region ('{REGION}')",
    )
    covers("I-11")


def test_missing_functions_are_named_as_they_were_asked_for(refused, covers):
    for operation in ("get_function", "get_function_configuration", "delete_function", "list_versions_by_function"):
        status, code, message = refused(operation, FunctionName="missing")
        assert (status, code, message) == (404, "ResourceNotFoundException", f"Function not found: {arn('missing')}")
    covers("A-27", "A-39")
    assert refused("invoke", FunctionName="missing")[2] == f"Function not found: {arn('missing')}:$LATEST"
    covers("I-08")


@pytest.mark.parametrize(
    ("member", "value", "part"),
    [
        (
            "Role",
            "r1",
            "Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: ",
        ),
        (
            "Timeout",
            0,
            "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "Timeout",
            901,
            "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
        ),
        (
            "MemorySize",
            127,
            "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
        ),
        (
            "Handler",
            "a b",
            "Value 'a b' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+",
        ),
    ],
)
def test_constraints_that_are_violated_are_said(refused, member, value, part):
    settings = {
        "FunctionName": "constraints",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped(app=ECHO)},
        member: value,
    }
    status, code, message = refused("create_function", **settings)
    assert (status, code) == (400, "ValidationException")
    assert message.startswith("1 validation error detected: " + part)


def test_violations_are_counted_and_joined(refused, covers):
    status, code, message = refused(
        "create_function",
        FunctionName="joined",
        Runtime="python3.12",
        Role="r1",
        Handler="a b",
        Code={"ZipFile": zipped(app=ECHO)},
    )
    assert (status, code) == (400, "ValidationException")
    assert (
        message.startswith("2 validation errors detected: Value 'r1' at 'role'")
        and "; Value 'a b' at 'handler'" in message
    )
    covers("A-04")


def test_what_cannot_be_a_function_is_refused(client, refused, covers):
    good = {
        "FunctionName": "refusals",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped(app=ECHO)},
    }
    assert refused("create_function", **{**good, "Code": {"ZipFile": b"no zip"}}) == (
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    covers("A-18")
    for name in ("refusals:1", "refusals:$LATEST", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:refusals:a"):
        status, code, message = refused("create_function", **{**good, "FunctionName": name})
        assert (status, code) == (400, "InvalidParameterValueException")
        assert message.startswith("A function is created without a version or an alias, and the name has '")
    assert refused("get_function", FunctionName="refusals")[0] == 404
    status, code, message = refused("create_function", **{**good, "Runtime": "PYTHON3.9"})
    assert (status, code) == (400, "InvalidParameterValueException")
    assert message.startswith(
        "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    covers("A-20")
    too_large = {"Variables": {"LONG": "x" * 4096}}
    message = refused("create_function", **{**good, "Environment": too_large})[2]
    assert message.startswith(
        "Lambda was unable to configure your environment variables because the environment variables "
        "you have provided exceeded the 4KB limit. String measured: {"
    )
    covers("A-22")
    for name in ("AWS_REGION", "_X", "A"):
        assert refused("create_function", **{**good, "Environment": {"Variables": {name: "v"}}})[0] == 400, name
    covers("A-23")


def out_of_it(*, damaged=False):
    """A package with a link that leads out of it; or one whose content is not what its directory says."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", ECHO)
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "elsewhere" if damaged else "../../etc/passwd")
    return packed.getvalue().replace(b"return event", b"return empty") if damaged else packed.getvalue()


@pytest.mark.parametrize("damaged", [False, True])
def test_a_package_whose_content_is_bad_is_no_function(client, refused, covers, damaged):
    """Nor does one get it; not only when it is invoked."""
    bad = {"ZipFile": out_of_it(damaged=damaged)}
    no_zip = (
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    good = {"Runtime": "python3.12", "Role": ROLE, "Handler": "app.handler", "Code": bad}
    name = f"bad-content-{damaged}"
    assert refused("create_function", FunctionName=name, **good) == no_zip
    create(client, name, ECHO)
    assert refused("update_function_code", FunctionName=name, **bad) == no_zip
    assert refused("publish_layer_version", LayerName=name, Content=bad) == no_zip
    assert json.load(client.invoke(FunctionName=name, Payload=b"1")["Payload"]) == 1
    covers("K-15")
    covers("K-20")


def test_a_name_can_be_taken_once(client, refused, covers):
    create(client, "taken", ECHO)
    assert refused(
        "create_function",
        FunctionName="taken",
        Runtime="python3.12",
        Role=ROLE,
        Handler="a.b",
        Code={"ZipFile": zipped(app=ECHO)},
    ) == (409, "ResourceConflictException", "Function already exist: taken")
    covers("A-17")


def test_the_handlers_name_is_not_checked_at_creation(client, covers):
    create(client, "late", ECHO, handler="nowhere.handler")
    answer = invoke(client, "late")
    assert answer["FunctionError"] == "Unhandled" and b"Runtime.ImportModuleError" in answer["Payload"]
    covers("A-24")


def test_listing_goes_page_by_page(server, tmp_path, covers):
    own = Server(tmp_path / "data")
    client = own.client()
    names = [f"page-{number:03}" for number in range(60)]
    for name in names:
        create(client, name, ECHO)
    first = client.list_functions(MaxItems=1000)
    assert len(first["Functions"]) == 50 and "NextMarker" in first
    covers("A-28")
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 7})
    functions = [function for page in pages for function in page["Functions"]]
    assert [function["FunctionName"] for function in functions] == names
    covers("A-30")
    assert not any({"State", "LastUpdateStatus"} & function.keys() for function in functions)
    covers("A-29")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="Marker is not one of this list's"):
        client.list_functions(Marker="no marker")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="Marker is not one of this list's"):
        client.list_layers(Marker="no marker")
    assert own.end() == 0


def test_settings_that_are_not_given_stay(client, covers):
    create(client, "settings", ECHO, Timeout=7, Environment={"Variables": {"ONE": "1", "TWO": "2"}})
    changed = client.update_function_configuration(
        FunctionName="settings", MemorySize=256, Environment={"Variables": {"TWO": "22"}}
    )
    assert (changed["Timeout"], changed["MemorySize"]) == (7, 256)
    assert changed["Environment"] == {"Variables": {"TWO": "22"}}
    covers("A-33")


def test_a_revision_that_is_old_is_refused(client, refused, covers):
    old = create(client, "revisions", ECHO)["RevisionId"]
    new = client.update_function_configuration(FunctionName="revisions", Timeout=4, RevisionId=old)["RevisionId"]
    assert new != old
    status, code, message = refused(
        "update_function_configuration", FunctionName="revisions", Timeout=5, RevisionId=old
    )
    assert (status, code) == (412, "PreconditionFailedException")
    assert message.startswith(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias "
    )
    assert client.get_function_configuration(FunctionName="revisions")["Timeout"] == 4
    covers("A-08")


def test_new_code_serves_the_next_invocation(client, covers):
    create(client, "code", "def handler(event, context):\n    return 1\n")
    assert invoke(client, "code")["Payload"] == b"1"
    tried = client.update_function_code(
        FunctionName="code", ZipFile=zipped(app="def handler(e, c):\n    return 2\n"), DryRun=True
    )
    assert invoke(client, "code")["Payload"] == b"1"
    covers("A-32")
    done = client.update_function_code(FunctionName="code", ZipFile=zipped(app="def handler(e, c):\n    return 2\n"))
    assert done["CodeSha256"] == tried["CodeSha256"]
    assert invoke(client, "code")["Payload"] == b"2"
    covers("A-31", "A-36")


def test_a_change_is_made_when_it_is_answered(client):
    """So that nothing has to be waited for, and nothing is refused meanwhile, as I-12, A-34 and A-35 have it."""
    made = create(client, "at-once", ECHO)
    assert (made["State"], made["LastUpdateStatus"]) == ("Active", "Successful")
    assert invoke(client, "at-once", b"1")["Payload"] == b"1"
    for timeout in (4, 5):
        changed = client.update_function_configuration(FunctionName="at-once", Timeout=timeout)
        assert (changed["Timeout"], changed["LastUpdateStatus"]) == (timeout, "Successful")
        code = client.update_function_code(FunctionName="at-once", ZipFile=zipped(app=ECHO + f"T = {timeout}\n"))
        assert code["LastUpdateStatus"] == "Successful"
    client.get_waiter("function_updated_v2").wait(FunctionName="at-once")
    assert invoke(client, "at-once", b"2")["Payload"] == b"2"


def test_equal_packages_have_equal_digests(client, covers):
    package = zipped(app=ECHO, other="")
    digest = create(client, "equal-1", package)["CodeSha256"]
    assert invoke(client, "equal-1", b"1")["Payload"] == b"1"  # unpacked
    assert create(client, "equal-2", package)["CodeSha256"] == digest
    assert client.get_function_configuration(FunctionName="equal-1")["CodeSha256"] == digest
    assert create(client, "equal-3", zipped(app=ECHO, another=""))["CodeSha256"] != digest
    covers("K-22")


def test_a_deleted_function_is_gone(client, refused, covers):
    create(client, "gone", ECHO)
    assert invoke(client, "gone", b"1")["Payload"] == b"1"
    assert client.delete_function(FunctionName="gone")["ResponseMetadata"]["HTTPStatusCode"] == 204
    covers("A-37")
    assert refused("invoke", FunctionName="gone")[0] == 404
    create(client, "gone", ECHO)
    assert invoke(client, "gone", b"2")["Payload"] == b"2"


def test_the_account_has_the_servers_concurrency(tmp_path):
    server = Server(tmp_path / "data", "--quiet", "--concurrency", "7")
    client = server.client()

    def limits():
        limit = client.get_account_settings()["AccountLimit"]
        return limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]

    assert limits() == (7, 7)
    create(client, "has-two", ECHO)
    client.put_function_concurrency(FunctionName="has-two", ReservedConcurrentExecutions=2)
    assert limits() == (7, 5)
    assert server.end() == 0


def test_an_alias_deletes_no_version(client, refused):
    create(client, "aliased", ECHO)
    for _ in range(2):
        client.publish_version(FunctionName="aliased")
        client.update_function_configuration(FunctionName="aliased", Description="another")
    assert [each["Version"] for each in client.list_versions_by_function(FunctionName="aliased")["Versions"]] == [
        "$LATEST",
        "1",
        "2",
    ]
    for name in ("2-blue", "live"):
        client.create_alias(FunctionName="aliased", Name=name, FunctionVersion="1")
        status, kind, message = refused("delete_function", FunctionName="aliased", Qualifier=name)
        assert (status, kind) == (400, "InvalidParameterValueException"), message
    # A version has one name.
    assert refused("delete_function", FunctionName="aliased", Qualifier="01")[0] == 404
    assert refused("create_alias", FunctionName="aliased", Name="other", FunctionVersion="01")[0] == 404
    assert len(client.list_versions_by_function(FunctionName="aliased")["Versions"]) == 3
    client.delete_function(FunctionName="aliased")


def test_everything_is_there_after_a_restart(tmp_path):
    first = Server(tmp_path / "data")
    client = first.client()
    create(client, "kept", ECHO, Environment={"Variables": {"KEPT": "ü"}}, Tags={"a": "b"}, Publish=True)
    client.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    client.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=5)

    def everything(of):
        answers = [
            of.get_function(FunctionName="kept"),
            of.list_versions_by_function(FunctionName="kept"),
            of.get_alias(FunctionName="kept", Name="live"),
            of.get_function_concurrency(FunctionName="kept"),
        ]
        for answer in answers:
            answer.pop("ResponseMetadata")
        return answers

    before = everything(client)
    assert first.end() == 0
    second = Server(tmp_path / "data")
    client = second.client()
    assert everything(client) == before
    assert invoke(client, "kept:live", b'"still"')["Payload"] == b'"still"'
    assert second.end() == 0
