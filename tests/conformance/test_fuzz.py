"""`--fuzz` finds the smallest event on which two implementations differ, and the same one each time."""

import json

import pytest

#: Sees an x above a limit anywhere, however deep it lies.
HANDLER = """
def _large(value, limit):
    if isinstance(value, dict):
        x = value.get("x")
        if isinstance(x, (int, float)) and not isinstance(x, bool) and x > limit:
            return True
        return any(_large(each, limit) for each in value.values())
    return isinstance(value, list) and any(_large(each, limit) for each in value)

def handler(event, context):
    return {"large": False, "at": context.aws_request_id}

def other(event, context):
    return {"large": _large(event, 1000), "at": context.aws_request_id}
"""
EXAMPLE = {"order": {"lines": [{"x": 1, "name": "a"}, {"x": 2, "name": "b"}]}, "shop": "c"}
ANSWER = {"json": {"large": False, "at": {"$uuid": True}}}


def _implementations(*handlers):
    return {
        f"python{n}": {"handler": f"app.{handler}", "code": "python", "runtime": "python"}
        for n, handler in enumerate(handlers)
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_smallest_event_is_found(conform, suite, seed):
    folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER}, implementations=_implementations("handler", "other"))
    runs = [conform(folder, "--fuzz", "2000", "--seed", seed, "--target", "inline") for _ in range(2)]
    for run in runs:
        (result,) = run.results
        assert (run.status, result["verdict"]) == (1, "differs")
        event, *others = result["differences"]
        assert (event["what"], json.loads(event["expected"])) == ("event", {"x": 1001})
        assert [each["what"] for each in others] == ["json at $.large"]
    assert runs[0].results[0]["differences"] == runs[1].results[0]["differences"]
    assert '{"x": 1001}' in runs[0].out


def test_what_matchers_leave_open_may_differ(conform, suite):
    folder = suite(
        HANDLER, {"event": EXAMPLE, "expect": ANSWER}, implementations=_implementations("handler", "handler")
    )
    run = conform(folder, "--fuzz", "300", "--target", "inline", "--target", "process")
    assert (run.status, [result["verdict"] for result in run.results]) == (0, ["passed"] * 3)


def test_one_that_ends_differs_from_one_that_answers(conform, suite):
    source = HANDLER.replace(
        '{"large": _large(event, 1000)', '__import__("os")._exit(1) if _large(event, 1000) else {"large": False'
    )
    folder = suite(source, {"event": EXAMPLE, "expect": ANSWER}, implementations=_implementations("handler", "other"))
    run = conform(folder, "--fuzz", "200", "--target", "inline")
    (result,) = run.results
    assert (run.status, json.loads(result["differences"][0]["expected"])) == (1, {"x": 1001})


def test_without_two_implementations_there_is_nothing_to_compare(conform, suite):
    folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER})
    run = conform(folder, "--fuzz", "10")
    assert (run.status, run.err) == (2, "tandem: conform: there is no case to run\n")
