"""AWS Powertools for Python as it is published, in a process of its own and inline: L-04, L-09, L-15, L-22, K-02."""

import json

import pytest

HANDLERS = "powertools_app"
ORDER = {"id": "7", "lines": [{"sku": "ABC", "quantity": 2}, {"sku": "DEF", "quantity": "3"}]}


@pytest.fixture(params=["process", "inline"])
def where(request):
    return request.param


@pytest.fixture
def powertools(on_python, python_package, where):
    """Calls of (handler, event) in one environment; the answers and the log."""
    package = python_package("aws-lambda-powertools")

    def call(*calls, **env):
        named = [(package, f"{HANDLERS}.{handler}", event) for handler, event in calls]
        return on_python.logged(*named, isolation=where, env=env)

    return call


def objects(log):
    """The log's lines that are JSON, and the others."""
    lines = log.splitlines()
    return [json.loads(line) for line in lines if line[:1] == "{"], [line for line in lines if line[:1] != "{"]


def subset(record, *names):
    return {name: record.get(name) for name in names}


def test_logger(powertools, covers):
    """Once each, with the request's id; cold the first time only; beside the runtime's own text lines."""
    answers, log = powertools(("log", {"id": "a"}), ("log", {"id": "b"}))
    records, others = objects(log)
    assert [kind for kind, _ in answers] == ["ok", "ok"]
    assert [(record["level"], record["message"]) for record in records] == [
        *(("INFO", "größe a"), ("ERROR", "planted")),
        *(("INFO", "größe b"), ("ERROR", "planted")),
    ]
    assert [record["cold_start"] for record in records] == [True, True, False, False]
    (_, first), (_, second) = answers
    assert [record["function_request_id"] for record in records] == [first, first, second, second] and first != second
    assert [record["correlation_id"] for record in records] == ["a", "a", "b", "b"]
    assert subset(records[0], "service", "lines", "function_memory_size") == {
        **{"service": "orders", "lines": 2},
        "function_memory_size": "128",
    }
    assert records[0]["function_arn"].startswith("arn:aws:lambda:us-east-1:")
    assert records[1]["exception_name"] == "ValueError"
    assert records[1]["exception"].startswith("Traceback (most recent call last):\n")
    expected = []
    for request in (first, second):
        expected += [("[WARNING]", request, "beside"), ("printed",)]
    split = [tuple(line.split("\t")) for line in others]
    assert [part if len(part) == 1 else (part[0], *part[2:]) for part in split] == expected
    covers("L-22")


@pytest.mark.parametrize(
    "level, own, plain",
    [
        ("DEBUG", ["DEBUG", "INFO", "ERROR"], ["beside"]),
        ("WARN", ["ERROR"], ["beside"]),
        ("ERROR", ["ERROR"], []),
    ],
)
def test_logger_beside_json_lines(powertools, level, own, plain, covers):
    """AWS_LAMBDA_LOG_FORMAT=JSON formats the runtime's records, AWS_LAMBDA_LOG_LEVEL filters both loggers'."""
    answers, log = powertools(("log", {"id": "a"}), AWS_LAMBDA_LOG_FORMAT="JSON", AWS_LAMBDA_LOG_LEVEL=level)
    ((kind, request),) = answers
    records, others = objects(log)
    assert (kind, others) == ("ok", ["printed"])
    # The package's and the runtime's records differ in their keys.
    assert [record["level"] for record in records if record.get("service") == "orders"] == own
    beside = [record for record in records if "service" not in record]
    assert [record["message"] for record in beside] == plain
    assert all(subset(record, "logger", "requestId") == {"logger": "plain", "requestId": request} for record in beside)
    covers("L-15")


def test_metrics(powertools):
    """EMF on standard output, flushed by the end of each invocation; the cold start's is a line of its own."""
    answers, log = powertools(
        ("measure", {"city": "Oslo", "orders": 2}),
        ("measure_nothing", {}),
        ("measure", {"city": "Rome", "orders": 3}),
    )
    first, empty, second = answers
    assert (empty[0], empty[1]["errorType"]) == ("error", "SchemaValidationError")
    assert empty[1]["errorMessage"] == "Must contain at least one metric."
    records, others = objects(log)
    cold = [record for record in records if "ColdStart" in record]
    assert [(record["ColdStart"], record["service"]) for record in cold] == [([1.0], "orders")]
    orders = [record for record in records if "orders" in record]
    assert [subset(record, "orders", "city", "service", "request") for record in orders] == [
        {"orders": [2.0], "city": "Oslo", "service": "orders", "request": first[1]},
        {"orders": [3.0], "city": "Rome", "service": "orders", "request": second[1]},
    ]
    assert orders[0]["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "shop",
            "Dimensions": [["city", "service"]],
            "Metrics": [{"Name": "orders", "Unit": "Count"}],
        }
    ]
    assert len(records) == 3
    # The error's own log, and nothing else.
    assert others[0] == "[ERROR] SchemaValidationError: Must contain at least one metric."
    assert all(line.startswith(("Traceback", "\xa0")) for line in others[1:] if line), others


def test_parser(powertools):
    """Models for an event and for what an envelope has; an event that they refuse is the function's error."""
    messages = {"Records": [sqs_record("m1", {"id": 1, "lines": []}), sqs_record("m2", {"id": 2, "lines": []})]}
    answers, _ = powertools(
        ("parse", ORDER), ("parse_messages", messages), ("parse", {"id": "x"}), ("parse", {**ORDER, "id": 8})
    )
    parsed, unwrapped, refused, again = answers
    assert parsed == ("ok", {"id": 7, "quantities": [2, 3]})
    assert unwrapped == ("ok", [{"id": 1, "lines": []}, {"id": 2, "lines": []}])
    assert (refused[0], refused[1]["errorType"]) == ("error", "ValidationError")
    assert refused[1]["errorMessage"].startswith("2 validation errors for Order\nid\n  Input should be a valid integer")
    assert again == ("ok", {"id": 8, "quantities": [2, 3]})


def test_validation(powertools):
    """JSON schemas for events and answers, both sides."""
    answers, _ = powertools(
        ("validate", {"detail": {"order": {"id": 3}}}),
        ("validate", {"detail": {"order": {"id": 0}}}),
        ("validate", {"detail": {"order": {}}}),
        ("answer_as_told", {"id": 4}),
        ("answer_as_told", {"id": "four"}),
    )
    assert (answers[0], answers[3]) == (("ok", 3), ("ok", {"id": 4}))
    refused = [answers[1], answers[2], answers[4]]
    assert [(kind, error["errorType"]) for kind, error in refused] == [("error", "SchemaValidationError")] * 3
    assert [message(error) for _, error in refused] == [
        "data.id must be bigger than or equal to 1",
        "data must contain ['id'] properties",
        "data.id must be integer",
    ]


def message(error):
    """What the validator says behind its introduction."""
    return error["errorMessage"].partition("Error: ")[2].partition(", Path")[0]


def sqs_record(name, body):
    return {
        **{"messageId": name, "receiptHandle": "h", "body": json.dumps(body), "messageAttributes": {}},
        "attributes": {
            **{"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO"},
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        **{"md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs"},
        **{"eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q", "awsRegion": "us-east-1"},
    }


def test_batch(powertools):
    """Some records fail: their ids are the answer; all fail: so does the function; nothing of that is left behind."""

    def records(*quantities):
        return {"Records": [sqs_record(f"m{at}", {"quantity": n}) for at, n in enumerate(quantities)]}

    some, every, none = powertools(("batch", records(1, 0, 2, 0)), ("batch", records(0, 0)), ("batch", records(1)))[0]
    assert some == ("ok", {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]})
    assert (every[0], every[1]["errorType"]) == ("error", "BatchProcessingError")
    assert every[1]["errorMessage"].startswith("All records failed processing. 2 individual errors")
    assert none == ("ok", {"batchItemFailures": []})


def test_idempotency(powertools):
    """A second call has the first one's result; one that failed runs again; one without a key is refused."""
    answers, _ = powertools(
        *(("pay", {"order": "a", "try": attempt}) for attempt in (1, 2)),
        *(("pay", {"order": "b", "try": attempt}) for attempt in (1, 2)),
        ("pay", {"try": 1}),
        ("pay", {"order": "a"}),
    )
    first, second, failed, retried, keyless, third = answers
    assert first[0] == "ok" and (first[1]["order"], first[1]["run"]) == ("a", 1)
    assert second == first == third
    assert (failed[0], failed[1]["errorType"], failed[1]["errorMessage"]) == ("error", "RuntimeError", "refused")
    assert retried[0] == "ok" and (retried[1]["order"], retried[1]["run"]) == ("b", 3)
    assert retried[1]["request"] != first[1]["request"]
    assert (keyless[0], keyless[1]["errorType"]) == ("error", "IdempotencyKeyError")


def test_logger_by_the_command(on_python, python_package):
    """As a user sees it."""
    run = on_python(python_package("aws-lambda-powertools"), f"{HANDLERS}.log", {"id": "a"})
    assert run.code == 0, run.stderr
    records, _ = objects(run.handler_log())
    assert [(record["level"], record["function_request_id"]) for record in records] == [
        ("INFO", run.request_id),
        ("ERROR", run.request_id),
    ]
    assert run.json == run.request_id
