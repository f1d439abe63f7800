"""AWS Powertools for Java as they are published, 1.18.0 and 2.9.0, woven in when the package is built: L-07, L-36, R-33."""

import json

import pytest

#: What the library for metrics looks for, which a worker has by itself (R-33).
INLINE = {
    **{"AWS_LAMBDA_FUNCTION_NAME": "f0", "AWS_EXECUTION_ENV": "AWS_Lambda_java17"},
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}
JSON_AT_WARN = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "WARN"}

CALLS = [
    ("store.Orders", {"id": "a", "city": "Oslo", "orders": 2}),
    ("store.Orders", {"id": "b", "city": "Rome", "orders": 0}),
    ("store.Orders", {"id": "c", "city": "Rome", "orders": 3}),
    ("store.Orders$Idle", {}),
]


def run(invoker, package, isolation, **env):
    """Answers and log lines of the calls, in one environment for each handler; the lines that are JSON as objects."""
    if isolation == "inline":
        env = {**INLINE, **env}
    calls = [(package, handler, event) for handler, event in CALLS]
    answers, log = invoker.logged(*calls, isolation=isolation, env=env)
    lines = log.splitlines()
    records = [json.loads(line) for line in lines if line[:1] == "{"]
    return answers, records, [line for line in lines if line[:1] != "{"]


def check_answers(answers, records, others, empty):
    """Those of CALLS; the request ids that the functions returned and the library logged agree."""
    first, failed, second, idle = answers
    assert [kind for kind, _ in answers] == ["ok", "error", "ok", "error"]
    assert (failed[1]["errorType"], failed[1]["errorMessage"]) == ("java.lang.IllegalStateException", "planted")
    assert (idle[1]["errorType"], idle[1]["errorMessage"]) == empty
    metrics = [record for record in records if "orders" in record]
    assert [(metric["orders"], metric["city"], metric["Service"]) for metric in metrics] == [
        (2.0, "Oslo", "orders"),
        (0.0, "Rome", "orders"),
        (3.0, "Rome", "orders"),
    ]
    ids = [metric["function_request_id"] for metric in metrics]
    assert (ids[0], ids[2]) == (first[1], second[1]) and len(set(ids)) == 3
    (directive,) = metrics[0]["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Metrics"]) == ("shop", [{"Name": "orders", "Unit": "Count"}])
    assert ["city"] in directive["Dimensions"]
    cold = [record for record in records if "ColdStart" in record]
    assert [(record["ColdStart"], record["function_request_id"]) for record in cold] == [(1.0, ids[0])]
    # The function's errors, as the runtime logs them.
    assert [line for line in others if line.startswith(("planted: ", f"{empty[1]}: "))] == [
        "planted: java.lang.IllegalStateException",
        f"{empty[1]}: {empty[0]}",
    ]
    return ids


@pytest.mark.parametrize("isolation", ["process", "inline"])
def test_powertools_1(on_java, java_archive, isolation):
    """1.18.0: lines with the request's id, cold the first time only; metrics that an error does not lose."""
    answers, records, others = run(on_java, java_archive("powertools-1"), isolation)
    empty = "No metrics captured, at least one metrics must be emitted"
    ids = check_answers(
        answers, records, others, ("software.amazon.lambda.powertools.metrics.ValidationException", empty)
    )
    lines = [record for record in records if "message" in record]
    named = ("level", "message", "function_request_id", "coldStart", "correlation_id", "lines")
    assert [tuple(line[name] for name in named) for line in lines] == [
        ("INFO", "größe a", ids[0], "true", "a", "2"),
        ("INFO", "größe b", ids[1], "false", "b", "2"),
        ("ERROR", "refused", ids[1], "false", "b", "2"),
        ("INFO", "größe c", ids[2], "false", "c", "2"),
    ]
    assert (lines[2]["thrown"]["name"], lines[2]["thrown"]["message"]) == ("java.lang.IllegalStateException", "planted")


@pytest.mark.parametrize(
    "isolation, env", [("process", {}), ("process", JSON_AT_WARN), ("inline", {})], ids=["process", "json", "inline"]
)
def test_powertools_2(on_java_11, java_archive, isolation, env):
    """2.9.0: the same, and by AWS_LAMBDA_LOG_LEVEL less."""
    answers, records, others = run(on_java_11, java_archive("powertools-2"), isolation, **env)
    if env:
        # The runtime's records of the two errors (L-34), which are not the library's.
        texts = [record["message"] for record in records if "AWSRequestId" in record]
        others = [line for text in texts for line in text.splitlines()]
        records = [record for record in records if "AWSRequestId" not in record]
    ids = check_answers(answers, records, others, ("java.lang.IllegalStateException", "No metrics were emitted"))
    lines = [record for record in records if "message" in record]
    named = ("level", "message", "function_request_id", "cold_start", "correlation_id", "function_memory_size")
    expected = [
        ("INFO", "größe a", ids[0], True, "a", 128),
        ("INFO", "größe b", ids[1], False, "b", 128),
        ("ERROR", "refused", ids[1], False, "b", 128),
        ("INFO", "größe c", ids[2], False, "c", 128),
    ]
    assert [tuple(line[name] for name in named) for line in lines] == [
        line for line in expected if not env or line[0] == "ERROR"
    ]
    assert [line["lines"] for line in lines if line["level"] == "INFO"] == ([] if env else [2, 2, 2])
    (error,) = [line["error"] for line in lines if line["level"] == "ERROR"]
    assert (error["name"], error["message"]) == ("java.lang.IllegalStateException", "planted")
