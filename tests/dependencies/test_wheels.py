"""Python packages with wheels as they are on the Python package index: K-01, K-02, E-05 to E-08."""

import hashlib
import json
import re
import zipfile

from support import archived, hint_of

ORDER = {"id": "7", "due": "2024-02-29", "lines": [{"sku": "ABC", "quantity": 2}, {"sku": "DEF", "quantity": 3}]}
CSV = "city,day,degrees\nOslo,2024-01-01,-3\nOslo,2024-01-09,1\nRome,2024-01-02,10.5\n"


def succeeded(run):
    """The response of a handler that has written nothing."""
    assert run.code == 0, run.stdout.decode() + run.stderr
    assert run.handler_log() == ""
    return run.json


def changed(source, target, rename):
    """A copy of a package: `rename` gives an entry's new name, or None for one that is left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if rename(name):
                new.writestr(archived(rename(name), method=zipfile.ZIP_STORED), old.read(name))
    return str(target)


def test_numpy(on_python, python_package, covers):
    """Linear algebra by the BLAS in the wheel; a second invocation in the same interpreter."""
    event = {"matrix": [[2, 1], [1, 3]], "vector": [3, 5]}
    package = python_package("numpy")
    first = succeeded(on_python(package, "numbers_app.handler", event))
    # The package's own numpy, and not one that the interpreter has.
    assert re.search(r"/packages/[0-9a-f]{64}-\d+/numpy/__init__\.py$", first.pop("file"))
    assert first == {
        "count": 1,
        "solution": [0.8, 1.4],
        "determinant": 5.0,
        "eigenvalues": [1.38196601125, 3.61803398875],
        "spectrum": [8.0, 2.0],
        "draws": [94, 62, 68],
    }
    calls = on_python.again(*[(package, "numbers_app.handler", event)] * 2)
    assert [(kind, answer["count"], answer["solution"]) for kind, answer in calls] == [
        ("ok", 1, [0.8, 1.4]),
        ("ok", 2, [0.8, 1.4]),
    ]
    covers("K-02")


def test_numpy_errors(on_python, python_package):
    """E-05: an array's number is no JSON; an error of numpy's own type."""
    package = python_package("numpy")
    run = on_python(package, "numbers_app.scalar", [1, 2])
    assert (run.code, run.json["errorType"]) == (1, "Runtime.MarshalError")
    assert run.json["errorMessage"] == "Unable to marshal response: Object of type int64 is not JSON serializable"
    run = on_python(package, "numbers_app.singular", None)
    assert (run.code, run.json["errorType"], run.json["errorMessage"]) == (1, "LinAlgError", "Singular matrix")
    assert "in singular\n    return numpy.linalg.inv" in run.json["stackTrace"][0]


def test_pandas(on_python, python_package):
    """Groups, descriptions, time series and time zones; twice in one interpreter, and an error between."""
    package = python_package("pandas")
    event = {"csv": CSV}
    expected = {
        "groups": {"Oslo": {"mean": -1.0, "max": 1.0, "count": 2}, "Rome": {"mean": 10.5, "max": 10.5, "count": 1}},
        "describe": {
            **{"count": 3.0, "mean": 2.8333333333, "std": 6.9342146876, "min": -3.0},
            **{"25%": -1.0, "50%": 1.0, "75%": 5.75, "max": 10.5},
        },
        "weeks": {"2024-01-01T00:00:00.000": 7.5, "2024-01-08T00:00:00.000": 1.0},
        "zones": ["31 23:00", "08 23:00", "01 23:00"],
    }
    assert succeeded(on_python(package, "tables_app.handler", event)) == {"count": 1, **expected}
    first, failed, second = on_python.again(
        (package, "tables_app.handler", event),
        (package, "tables_app.column", {"a": [1]}),
        (package, "tables_app.handler", event),
    )
    assert first == ("ok", {"count": 1, **expected})
    assert (failed[0], failed[1]["errorType"], failed[1]["errorMessage"]) == ("error", "KeyError", "'absent'")
    assert second == ("ok", {"count": 2, **expected})


def test_pydantic(on_python, python_package):
    """What a model dumps, what it says of an event that it refuses, and its error as the function's."""
    package = python_package("pydantic")
    order = {**ORDER, "id": 7, "total": 5}
    dumped = {"order": order, "required": ["id", "lines"]}
    answer = succeeded(on_python(package, "models_app.handler", ORDER))
    assert json.loads(answer.pop("text")) == {name: value for name, value in order.items() if name != "due"}
    assert answer == {"count": 1, **dumped}
    wrong = {"id": "x", "more": 1, "lines": [{"sku": "abc", "quantity": 0}]}
    (kind, refused), strict, (_, again) = on_python.again(
        (package, "models_app.handler", wrong),
        (package, "models_app.strict", {"id": 1, "lines": "none"}),
        (package, "models_app.handler", ORDER),
    )
    assert (kind, refused["count"]) == ("ok", 1)
    assert [(error["type"], error["loc"], error["input"]) for error in refused["errors"]] == [
        ("int_parsing", ["id"], "x"),
        ("string_pattern_mismatch", ["lines", 0, "sku"], "abc"),
        ("greater_than", ["lines", 0, "quantity"], 0),
        ("extra_forbidden", ["more"], 1),
    ]
    assert (strict[0], strict[1]["errorType"]) == ("error", "ValidationError")
    assert strict[1]["errorMessage"].startswith("1 validation error for Order\nlines\n  Input should be a valid list")
    assert (again["count"], again["order"]) == (2, order)


def test_cryptography(on_python, python_package):
    """Fernet and RSA there and back; a token of one invocation is another one's secret no more."""
    package = python_package("cryptography")
    event = {"text": "größe"}
    answer = succeeded(on_python(package, "secrets_app.handler", event))
    assert answer.pop("token").startswith("gAAAAA")
    expected = {
        "decrypted": "größe",
        "hidden": True,
        "verified": True,
        "forged": False,
        "digest": hashlib.sha256("größe".encode()).hexdigest(),
        "pem": "-----BEGIN PUBLIC KEY-----",
    }
    assert answer == {"count": 1, **expected}
    (_, first), (_, second) = on_python.again(*[(package, "secrets_app.handler", event)] * 2)
    assert first.pop("token") != second.pop("token")
    assert (first, second) == ({"count": 1, **expected}, {"count": 2, **expected})
    key = "A" * 43 + "="
    run = on_python(package, "secrets_app.open_token", {"key": key, "token": "gAAAAA"})
    assert (run.code, run.json["errorType"], run.json["errorMessage"]) == (1, "InvalidToken", "")


def test_requests(on_python, python_package, endpoint):
    """A session keeps its cookie from one invocation to the next, as the interpreter is kept."""
    package = python_package("requests")
    event = {"url": endpoint.url, "name": "größe"}
    seen = {"query": {"q": ["a b&c"]}, "json": {"name": "größe"}, "user": "user:pass"}
    expected = {"status": [200, 404], "seen": seen}
    answer = succeeded(on_python(package, "client_app.handler", event))
    assert answer == {"count": 1, "cookie": "1", **expected}
    assert [(request.method, request.path) for request in endpoint.requests] == [
        ("POST", "/echo?q=a+b%26c"),
        ("GET", "/missing"),
    ]
    assert endpoint.requests[0].headers["user-agent"] == "python-requests/2.32.5"
    first, second = on_python.again(*[(package, "client_app.handler", event)] * 2)
    assert first == ("ok", {"count": 1, "cookie": "1", **expected})
    assert second == ("ok", {"count": 2, "cookie": "2", **expected})
    run = on_python(package, "client_app.failing", event)
    assert (run.code, run.json["errorType"]) == (1, "HTTPError")
    assert run.json["errorMessage"] == f"404 Client Error: Not Found for url: {endpoint.url}/missing"


def test_boto3(on_python, python_package, endpoint):
    """Requests of two services with their signatures, their answers, and an error of the service's."""
    package = python_package("boto3")
    event = {"url": endpoint.url, "name": "größe"}
    expected = {
        "account": "123456789012",
        "status": 200,
        "answer": {"hello": "größe"},
        "refused": "ResourceNotFoundException",
    }
    run = on_python(package, "cloud_app.handler", event)
    assert (run.code, run.json) == (0, {"count": 1, **expected})
    assert [(request.method, request.path) for request in endpoint.requests] == [
        ("POST", "/"),
        ("POST", "/2015-03-31/functions/other/invocations"),
        ("GET", "/2015-03-31/functions/absent"),
    ]
    for request, service in zip(endpoint.requests, ["sts", "lambda", "lambda"]):
        assert re.fullmatch(
            rf"AWS4-HMAC-SHA256 Credential=dummy-id/\d{{8}}/eu-central-1/{service}/aws4_request, "
            r"SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}",
            request.headers["authorization"],
        )
        # botocore says so where the environment has it, which is set by us.
        assert "exec-env/AWS_Lambda_python3." in request.headers["user-agent"]
    answers = on_python.again(*[(package, "cloud_app.handler", event)] * 2)
    assert answers == [("ok", {"count": 1, **expected}), ("ok", {"count": 2, **expected})]


def test_packages_side_by_side(on_python, python_package, endpoint, covers):
    """Packages without extensions share a process; the one interpreter keeps their modules apart."""
    web, cloud = python_package("requests"), python_package("boto3")
    event = {"url": endpoint.url, "name": "Ada"}
    answers = on_python.again(
        (web, "client_app.handler", event),
        (cloud, "cloud_app.handler", event),
        (web, "client_app.handler", event),
        (cloud, "cloud_app.handler", event),
    )
    assert [(kind, answer["count"]) for kind, answer in answers] == [("ok", 1), ("ok", 1), ("ok", 2), ("ok", 2)]
    covers("K-23")


def test_numpy_in_a_second_package(on_python, python_package):
    """Which needs a process of its own: one line says so, each time, and the first package goes on."""
    secrets, numbers = python_package("cryptography"), python_package("numpy")
    first, early, again, late, last = on_python.again(
        (secrets, "secrets_app.handler", {"text": "a"}),
        (numbers, "numbers_app.handler", None),
        (numbers, "numbers_app.handler", None),
        (numbers, "numbers_app.scalar", [1]),
        (secrets, "secrets_app.handler", {"text": "a"}),
    )
    assert [(kind, answer["count"]) for kind, answer in (first, last)] == [("ok", 1), ("ok", 2)]
    for kind, error in (early, again, late):
        assert (kind, error["errorType"]) == ("error", "Runtime.ImportModuleError"), error
        remedy = "run this function with process isolation: "
        assert error["errorMessage"].startswith(f"Unable to import module 'numbers_app': {remedy}"), error
        assert "\n" not in error["errorMessage"]


def test_a_dependency_that_was_left_out(on_python, python_package, tmp_path):
    """The error is the service's, and the hint names the distribution."""
    package = changed(
        python_package("boto3"),
        tmp_path / "lacking.zip",
        lambda name: None if name.startswith("dateutil/") else name,
    )
    run = on_python(package, "cloud_app.handler", {})
    assert hint_of(run).startswith("the module dateutil is missing: add the distribution python-dateutil "), run.stderr
    assert run.json["errorType"] == "Runtime.ImportModuleError"
    assert run.json["errorMessage"] == "Unable to import module 'cloud_app': No module named 'dateutil'"


def test_a_wheel_of_another_version(on_python, python_package, tmp_path):
    """As `pip install --target` by the wrong interpreter leaves it."""
    package = changed(
        python_package("pydantic"),
        tmp_path / "other.zip",
        lambda name: re.sub(r"\.cpython-3\d+-", ".cpython-38-", name),
    )
    run = on_python(package, "models_app.handler", ORDER)
    assert "3.8" in hint_of(run), run.stderr
    assert run.json["errorMessage"] == (
        "Unable to import module 'models_app': No module named 'pydantic_core._pydantic_core'"
    )
