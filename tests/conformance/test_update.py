"""`--update` writes what was seen, after showing it, and leaves all else in the suite as it was."""

import dataclasses
import functools
import json
import os
import pathlib
import resource
import stat

import pytest

HANDLER = """
def handler(event, context):
    if event == "fails":
        raise KeyError("a")
    print("said", event)
    return {"event": event, "id": context.aws_request_id, "price": 0.1}
"""

ECHO = """
def handler(event, context):
    return event

def other(event, context):
    return [event]
"""

SUITE = """{
  // a comment that stays
  "functions": {"f": {"implementations": {"python": {"handler": "app.handler", "code": "python"}}}},
  "cases": [
    {"name": "as it is", "event": 1, "expect": {"json": {"event": 1, "id": {"$uuid": true}, "price": 0.1}}},
    {"name": "another value", "event": 2,
     "expect": {"json": {"event": 1, "id": {"$uuid": true}, "old": 3}, "log": ["said 2"], "noLog": ["ERROR"]}},
    {"name": "an error", "event": "fails", "expect": {"json": 1}}, // and this one
    {"name": "none yet", "event": 3},
    {"name": "with parameters", "parameters": [{"x": 1}], "event": "${x}", "expect": {"json": "${x}"}}
  ]
}
"""


def _suite(tmp_path, text=SUITE, source=HANDLER):
    (tmp_path / "python").mkdir(exist_ok=True)
    (tmp_path / "python" / "app.py").write_text(source, encoding="utf-8")
    (tmp_path / "suite.json").write_text(text, encoding="utf-8")
    return tmp_path / "suite.json"


@dataclasses.dataclass
class OneCase:
    """The one case of a suite, as it was and, called, as it is."""

    file: pathlib.Path
    before: dict

    def __call__(self):
        return json.loads(self.file.read_text(encoding="utf-8"))["cases"][0]


@pytest.fixture
def two_languages(tmp_path):
    """Writes a suite with one case, whose function is `handler` of ECHO in one language and `other` in another."""
    implementations = {
        "python": {"handler": "app.handler", "code": "python"},
        "other": {"handler": "app.other", "code": "python", "runtime": "python"},
    }

    def write(case):
        text = json.dumps({"functions": {"f": {"implementations": implementations}}, "cases": [case]})
        return OneCase(_suite(tmp_path, text, ECHO), case)

    return write


def test_what_was_seen_becomes_what_is_expected(conform, tmp_path):
    file = _suite(tmp_path)
    run = conform(file, "--update")
    assert run.status == 1, "one is left"
    shown, _, written = run.out.partition("left as it was: ")
    assert "json at $.event" in shown and "3 cases written" in written, "it is shown first"
    assert "left as it was: " in run.out and "with parameters[x=1] (python): it has parameters" in run.out
    assert f"{file}: 3 cases written" in run.out
    before, after = SUITE.splitlines(), file.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before][:5] == before[:5], "what was right stays as it stood"
    written = file.read_text(encoding="utf-8")
    assert "// a comment that stays" in written and "// and this one" in written
    cases = {case["name"]: case for case in json.loads(_without_comments(written))["cases"]}
    assert cases["another value"]["expect"] == {
        "json": {"event": 2, "id": {"$uuid": True}, "price": 0.1},
        "log": ["said 2"],
        "noLog": ["ERROR"],
    }
    assert cases["an error"]["expect"] == {"error": {"type": "KeyError", "message": "'a'"}}
    assert cases["none yet"]["expect"]["json"]["event"] == 3
    again = conform(file)
    assert [result["name"] for result in again.results if result["verdict"] == "differs"] == [
        "none yet",  # its id is another each time: it wants a matcher
        "with parameters[x=1]",
    ]


def test_what_is_right_is_not_written(conform, suite):
    folder = suite(HANDLER, {"event": "fails", "expect": {"error": {"type": "KeyError"}}})
    before = (folder / "suite.json").stat()
    run = conform(folder, "--update")
    after = (folder / "suite.json").stat()
    assert (run.status, before.st_ino, before.st_mtime_ns) == (0, after.st_ino, after.st_mtime_ns)


def test_the_cases_that_are_written_are_counted(conform, suite):
    folder = suite(ECHO, {"event": 1, "expect": {"json": 2}})
    file = folder / "suite.json"
    assert conform(folder, "--update").out.endswith(f"{file}: 1 case written\n")


def test_languages_that_differ_have_expectations_of_their_own(conform, two_languages):
    case = two_languages({"name": "a", "event": 1, "expect": {"json": 1}})
    run = conform(case.file, "--update")
    assert (run.status, case()) == (0, {**case.before, "expectFor": {"other": {"json": [1]}}})
    assert conform(case.file).status == 0


def test_an_expectation_of_all_languages_is_that_of_most(conform, two_languages):
    case = two_languages({"name": "a", "event": 1, "expect": {"json": 2}, "expectFor": {"other": {"json": 3}}})
    run = conform(case.file, "--update")
    assert run.status == 0
    assert case() == {**case.before, "expect": {"json": 1}, "expectFor": {"other": {"json": [1]}}}


def test_a_language_with_an_expectation_of_its_own_keeps_one(conform, two_languages):
    case = two_languages(
        {"name": "a", "event": 1, "expectFor": {"other": {"json": [1]}, "python": {"json": 2}}},
    )
    run = conform(case.file, "--update")
    assert (run.status, case()) == (
        0,
        {"name": "a", "event": 1, "expectFor": {"other": {"json": [1]}, "python": {"json": 1}}},
    )


@pytest.mark.parametrize("skipped", ["other", "python"])
def test_a_language_that_is_skipped_has_no_say(conform, two_languages, skipped):
    case = two_languages({"name": "a", "event": 1, "skip": {skipped: "a reason"}})
    assert conform(case.file, "--update").status == 0
    assert case() == {**case.before, "expect": {"json": [1] if skipped == "python" else 1}}
    assert conform(case.file).status == 0


def test_a_language_that_is_not_asked_keeps_what_it_has(conform, two_languages):
    case = two_languages({"name": "a", "event": 1, "expect": {"json": 2}})
    assert conform(case.file, "--update", "--language", "other").status == 0
    assert case() == {**case.before, "expectFor": {"other": {"json": [1]}}}
    case = two_languages({"name": "a", "event": 1})
    assert conform(case.file, "--update", "--language", "other").status == 0
    assert case() == {**case.before, "expect": {"json": [1]}}, "there is something to compare it with"
    assert conform(case.file).status == 1


def test_a_text_that_would_be_no_suite_is_not_written(conform, suite):
    nested = """
import sys
def handler(event, context):
    sys.setrecursionlimit(10000)
    value = []
    for _ in range(event):
        value = [value]
    return value
"""
    folder = suite(nested, {"event": 998, "expect": {"json": 1}})
    file = folder / "suite.json"
    before = file.read_text(encoding="utf-8")
    run = conform(folder, "--update")
    assert (run.status, file.read_text(encoding="utf-8")) == (1, before)
    last = run.out.splitlines()[-1]
    assert last.startswith(f"left as it was: {file}: with what was seen it would be no suite: "), last


@pytest.mark.parametrize("comment", ["// the one", "/* the one } */", "// the one\n    /* and */ // more"])
def test_what_is_new_is_written_before_a_comment(conform, tmp_path, comment):
    text = SUITE[: SUITE.index('    {"name"')] + f'{{\n  "name": "a", "event": 1 {comment}\n}}]}}\n'
    file = _suite(tmp_path, text, ECHO)
    assert f"{file}: 1 case written" in conform(file, "--update").out
    written = '"event": 1, "expect": {"json": 1} '
    assert file.read_text(encoding="utf-8") == text.replace('"event": 1 ', written)
    assert conform(file).status == 0


def test_what_the_log_is_to_have_is_not_weakened(conform, suite):
    source = "def handler(event, context):\n    print('said', event)\n    return {'id': context.aws_request_id}\n"
    folder = suite(
        source,
        {"event": 1, "expect": {"log": ["said 1", "gone"]}},
        {"event": 2, "expect": {"noLog": ["ERROR", "said"]}},
        {"event": 3, "expect": {"log": ["gone"], "json": {"id": {"$uuid": True}, "old": 1}}},
    )
    file = folder / "suite.json"
    before = [case["expect"] for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
    run = conform(folder, "--update")
    lines = [line.partition("case ")[2] for line in run.out.splitlines() if line.startswith("left as it was: ")]
    assert (run.status, lines) == (
        1,
        [
            "1 (python): its log lacks /gone/: write it by hand",
            "2 (python): its log has /said/: write it by hand",
            "3 (python): its log lacks /gone/: write it by hand",
        ],
    )
    assert run.out.endswith(f"{file}: 1 case written\n")
    after = [case["expect"] for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
    assert after == [*before[:2], {"log": ["gone"], "json": {"id": {"$uuid": True}}}]


def test_chunks_become_those_that_were_seen(conform, suite):
    streams = "def handler(event, context):\n    yield from event\n"
    folder = suite(streams, {"event": ["a", "b"], "expect": {"chunks": ["ab"], "log": ["gone"]}})
    conform(folder, "--update")
    written = json.loads((folder / "suite.json").read_text(encoding="utf-8"))["cases"][0]
    assert written["expect"] == {"chunks": ["a", "b"], "log": ["gone"]}


def test_an_error_keeps_what_else_is_expected_of_it(conform, suite):
    body = {"errorType": "KeyError", "errorMessage": "'a'", "requestId": {"$uuid": True}, "stackTrace": {"$any": True}}
    folder = suite(HANDLER, {"event": "fails", "expect": {"error": {"type": "ValueError"}, "json": body}})
    assert conform(folder, "--update").status == 0
    written = json.loads((folder / "suite.json").read_text(encoding="utf-8"))["cases"][0]
    assert written["expect"] == {"error": {"type": "KeyError"}, "json": body}


def test_a_suite_of_recorded_answers_takes_those_of_the_clients_only(conform, tmp_path):
    text = SUITE.replace('"functions"', '"recorded": {"python": "awslambdaric 4.2.2"},\n  "functions"', 1)
    file = _suite(tmp_path, text)
    run = conform(file, "--update", "--target", "process")
    assert (run.status, file.read_text(encoding="utf-8")) == (2, text)
    assert run.err == f"tandem: conform: --update: {file} has recorded answers of the official clients: --target ric\n"
    run = conform(file, "--update", "--target", "ric", "--ric-python", os.environ["TANDEM_TEST_RIC_PYTHON"])
    recorded = json.loads(_without_comments(file.read_text(encoding="utf-8")))["recorded"]["python"]
    assert recorded.startswith("awslambdaric ") and " on CPython 3." in recorded


@pytest.mark.parametrize("tags", [["t"], []])
def test_whose_answers_are_recorded_is_said_where_all_of_a_language_are(conform, suite, tags):
    folder = suite(
        ECHO,
        {"event": 1, "expect": {"json": 1}, "tags": ["t"]},
        {"event": 2, "expect": {"json": 2}},
        {"event": 3, "expect": {"json": 2}, "skip": "a reason"},
    )
    file = folder / "suite.json"
    before = json.loads(file.read_text(encoding="utf-8"))
    before["recorded"] = {"python": "an old one"}
    file.write_text(json.dumps(before), encoding="utf-8")
    options = [option for tag in tags for option in ("--tag", tag)]
    run = conform(folder, "--update", "--target", "ric", "--ric-python", os.environ["TANDEM_TEST_RIC_PYTHON"], *options)
    recorded = json.loads(file.read_text(encoding="utf-8"))["recorded"]["python"]
    assert run.status == 0
    assert (recorded == "an old one") == bool(tags)


def test_one_target_is_written(conform, tmp_path):
    file = _suite(tmp_path)
    run = conform(file, "--update", "--target", "process", "--target", "inline")
    assert (run.status, file.read_text(encoding="utf-8")) == (2, SUITE)
    assert "name one by --target" in run.err


def test_a_suite_that_cannot_be_written_is_left_whole(conform, tmp_path):
    text = SUITE.replace("a comment", "a long comment" + " " * 200_000)
    file = _suite(tmp_path, text)
    before = set(tmp_path.iterdir())
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100_000, 100_000))
    run = conform(file, "--update", preexec_fn=limit)
    assert (run.status, file.read_text(encoding="utf-8")) == (4, text)
    assert run.err == f"tandem: conform: cannot write {file}: File too large\n"
    assert set(tmp_path.iterdir()) - before == {tmp_path / "report.json"}


def test_a_suite_stays_a_link_and_keeps_its_mode(conform, tmp_path):
    file = _suite(tmp_path)
    kept = tmp_path / "kept.json"
    file.rename(kept)
    kept.chmod(0o604)
    file.symlink_to("kept.json")
    assert f"{file}: 3 cases written" in conform(file, "--update").out
    assert file.is_symlink() and stat.S_IMODE(kept.stat().st_mode) == 0o604


def _without_comments(text):
    return "\n".join(line.split(" //")[0] for line in text.splitlines())


def test_the_request_id_of_a_message_may_be_another_one(conform, suite):
    folder = suite("import os\n\ndef handler(event, context):\n    os._exit(3)\n", {"expect": {"json": 1}})
    assert conform(folder, "--update").status == 0
    error = json.loads((folder / "suite.json").read_text(encoding="utf-8"))["cases"][0]["expect"]["error"]
    assert error["type"] == "Runtime.ExitError"
    assert error["message"]["pattern"].startswith("^RequestId: [0-9a-f-]{36} Error: Runtime exited with error")
    assert conform(folder).status == 0
