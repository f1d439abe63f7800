"""The cases that every binding takes."""

import concurrent.futures
import json
import pathlib

import pytest
import tandem

CASES = json.loads((pathlib.Path(__file__).parent.parent / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("isolation", ["inline", "process"])
@pytest.mark.parametrize("case", [each for each in CASES if "callers" not in each], ids=lambda case: case["name"])
def test_case(load, log, case, isolation):
    function = load(case["package"], case["handler"], isolation=isolation)
    if "error" in case:
        with pytest.raises(tandem.FunctionError) as raised:
            function(case["event"])
        error = raised.value
        assert (error.error_type, error.error_message) == (case["error"]["type"], case["error"]["message"])
        assert case["error"]["message"] in str(error)
        assert "frame" not in case["error"] or case["error"]["frame"] in error.stack_trace[0]
        assert json.loads(error.payload)["errorMessage"] == case["error"]["message"]
    elif "stream" in case:
        assert b"".join(function.stream(case["event"])).decode() == case["stream"]
    else:
        assert function(case["event"]) == case["payload"]
    assert case.get("log", "") in "".join(event.text for event in log)


@pytest.mark.parametrize("case", [each for each in CASES if "callers" in each], ids=lambda case: case["name"])
def test_callers_meet(load, case):
    callers = case["callers"]
    if "max_concurrency" in case:
        functions = [load(case["package"], case["handler"], max_concurrency=case["max_concurrency"])] * callers
    else:
        functions = [load(case["package"], case["handler"]) for _ in range(callers)]
    with concurrent.futures.ThreadPoolExecutor(callers) as threads:
        answers = list(threads.map(lambda function: function(case["event"]), functions))
    assert answers == [case["payload"]] * callers
