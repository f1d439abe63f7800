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


def test_what_two_targets_cannot_be_compared_with_is_skipped(conform, suite):
    suite_folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER})
    run = conform(suite_folder, "--fuzz", "10")
    reason = "there is nothing to compare it with"
    assert (run.status, run.err) == (2, f"tandem: conform: process has run no case: {reason}\n")
    assert [(each["verdict"], each["reason"]) for each in run.results] == [("skipped", reason)]


def test_a_target_that_cannot_serve_is_skipped_with_its_reason(conform, suite):
    folder = suite(
        HANDLER, {"event": EXAMPLE, "expect": ANSWER}, implementations=_implementations("handler", "handler")
    )
    run = conform(folder, "--fuzz", "10", "--target", "inline", "--target", "ric")
    assert [each["verdict"] for each in run.results if each["target"] == "inline"] == ["passed"]
    skipped = [each for each in run.results if each["target"] == "ric"]
    assert [each["verdict"] for each in skipped] == ["skipped"] * 2
    assert all(each["reason"] for each in skipped)
    assert run.status == 2  # ric was named for nothing


def test_tags_are_refused(conform, suite):
    folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER, "tags": ["t"]})
    run = conform(folder, "--fuzz", "10", "--tag", "t")
    assert (run.status, run.err) == (2, "tandem: conform: --tag and --fuzz exclude each other\n")


def test_targets_that_are_both_dead_differ(conform, suite):
    folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER})
    run = conform(folder, "--fuzz", "10", "--endpoint", "http://127.0.0.1:1", "--endpoint", "http://127.0.0.1:2")
    assert (run.status, [each["verdict"] for each in run.results]) == (1, ["differs"])
    assert run.differences() == ["event", "outcome"]


def test_functions_that_never_answer_differ(conform, suite):
    implementations = _implementations("nosuch", "nosuch2")
    folder = suite(HANDLER, {"event": EXAMPLE, "expect": ANSWER}, implementations=implementations)
    run = conform(folder, "--fuzz", "10", "--target", "inline")
    assert (run.status, run.differences()) == (1, ["answers"])
    (difference,) = run.results[0]["differences"]
    assert (difference["expected"], difference["seen"]) == ("some event that both answer", "none of 10")


FAILING = """
def handler(event, context):
    if isinstance(event, dict) and "order" in event:
        return 1
    raise KeyError("order")

def other(event, context):
    if isinstance(event, dict) and "order" in event:
        return 1
    raise TypeError("there is no order")

def moody(event, context):
    raise ValueError(context.aws_request_id)
"""


def test_languages_may_word_errors_as_they_like(conform, suite):
    implementations = _implementations("handler", "other")
    folder = suite(FAILING, {"event": EXAMPLE, "expect": {"json": 1}}, implementations=implementations)
    run = conform(folder, "--fuzz", "200", "--target", "inline")
    assert (run.status, run.differences()) == (0, [])


def test_one_implementation_words_errors_alike_everywhere(conform, suite):
    source = """
import os

def handler(event, context):
    raise ValueError(os.getpid())
"""
    folder = suite(source, {"event": EXAMPLE, "expect": {"error": {"type": "ValueError"}}})
    run = conform(folder, "--fuzz", "10", "--target", "inline", "--target", "process")
    assert (run.status, run.differences()) == (1, ["event", "error message"])


def test_ids_of_requests_in_errors_are_no_difference(conform, suite):
    folder = suite(FAILING, {"event": EXAMPLE, "expect": {"json": 1}})
    text = (folder / "suite.json").read_text(encoding="utf-8").replace("app.handler", "app.moody")
    (folder / "suite.json").write_text(text, encoding="utf-8")
    run = conform(folder, "--fuzz", "10", "--target", "inline", "--target", "process")
    assert (run.status, run.differences()) == (0, [])


LOOSE = """
import uuid

def handler(event, context):
    ids = [str(uuid.uuid4()) for _ in range(30)]
    return {"ids": ids, "meta": {"id": ids[0]}, "near": 0, "set": [0, 1], "z": False}

def other(event, context):
    return {**handler(event, context), "near": 0.0015, "set": [1, 0]}

def different(event, context):
    return {**handler(event, context), "z": True}

def far(event, context):
    return {**handler(event, context), "near": 0.0021}
"""
LOOSE_ANSWER = {
    "json": {
        "ids": [{"$uuid": True}] * 30,
        "meta": {"$any": True},
        "near": {"$near": 0, "within": 0.001},
        "set": {"$unordered": [0, 1]},
        "z": {"$type": "boolean"},
    }
}


@pytest.mark.parametrize(
    "other, different",
    [("other", []), ("different", ["event", "json at $.z"]), ("far", ["event", "json at $.near"])],
)
def test_matchers_leave_open_what_they_say_and_hide_nothing_else(conform, suite, other, different):
    implementations = _implementations("handler", other)
    folder = suite(LOOSE, {"event": EXAMPLE, "expect": LOOSE_ANSWER}, implementations=implementations)
    run = conform(folder, "--fuzz", "20", "--target", "inline")
    assert run.differences() == different


def test_huge_integers_differ_by_their_digits(conform, suite):
    source = """
def handler(event, context):
    return 18446744073709551617

def other(event, context):
    return 18446744073709551999
"""
    case = {"event": {}, "expect": {"payload": "18446744073709551617"}}
    run = conform(suite(source, case, implementations=_implementations("handler", "other")), "--fuzz", "5")
    assert (run.status, run.differences()) == (1, ["event", "json at $"])
    assert run.results[0]["differences"][1]["seen"] == "18446744073709551999"
