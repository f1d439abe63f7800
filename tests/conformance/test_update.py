"""`--update` writes what was seen, after showing it, and leaves all else in the suite as it was."""

import json
import os
import resource
import stat

HANDLER = """
def handler(event, context):
    if event == "fails":
        raise KeyError("a")
    print("said", event)
    return {"event": event, "id": context.aws_request_id, "price": 0.1}
"""

SUITE = """{
  // a comment that stays
  "functions": {"f": {"implementations": {"python": {"handler": "app.handler", "code": "python"}}}},
  "cases": [
    {"name": "as it is", "event": 1, "expect": {"json": {"event": 1, "id": {"$uuid": true}, "price": 0.1}}},
    {"name": "another value", "event": 2,
     "expect": {"json": {"event": 1, "id": {"$uuid": true}, "old": 3}, "log": ["said 2", "gone"], "noLog": ["ERROR"]}},
    {"name": "an error", "event": "fails", "expect": {"json": 1}}, // and this one
    {"name": "none yet", "event": 3},
    {"name": "with parameters", "parameters": [{"x": 1}], "event": "${x}", "expect": {"json": "${x}"}}
  ]
}
"""


def _suite(tmp_path, text=SUITE):
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "app.py").write_text(HANDLER, encoding="utf-8")
    (tmp_path / "suite.json").write_text(text, encoding="utf-8")
    return tmp_path / "suite.json"


def test_what_was_seen_becomes_what_is_expected(conform, tmp_path):
    file = _suite(tmp_path)
    run = conform(file, "--update")
    assert run.status == 1, "one is left"
    assert 'expected  {"price' in run.out or "$.event" in run.out, "it is shown first"
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


def test_languages_that_differ_have_expectations_of_their_own(conform, tmp_path):
    text = json.dumps(
        {
            "functions": {
                "f": {
                    "implementations": {
                        "python": {"handler": "app.handler", "code": "python"},
                        "other": {"handler": "app.other", "code": "python", "runtime": "python"},
                    }
                }
            },
            "cases": [{"name": "a", "event": "fails", "expect": {"json": 1}}],
        }
    )
    file = _suite(tmp_path, text)
    with (tmp_path / "python" / "app.py").open("a", encoding="utf-8") as source:
        source.write("\n\ndef other(event, context):\n    return 1\n")
    assert conform(file, "--update").status == 0
    case = json.loads(file.read_text(encoding="utf-8"))["cases"][0]
    assert {"expect", "expectFor"} <= set(case)
    assert conform(file).status == 0


def test_a_suite_of_recorded_answers_takes_those_of_the_clients_only(conform, tmp_path):
    text = SUITE.replace('"functions"', '"recorded": {"python": "awslambdaric 4.2.2"},\n  "functions"', 1)
    file = _suite(tmp_path, text)
    run = conform(file, "--update", "--target", "process")
    assert (run.status, file.read_text(encoding="utf-8")) == (2, text)
    assert run.err == f"tandem: conform: --update: {file} has recorded answers of the official clients: --target ric\n"
    run = conform(file, "--update", "--target", "ric", "--ric-python", os.environ["TANDEM_TEST_RIC_PYTHON"])
    recorded = json.loads(_without_comments(file.read_text(encoding="utf-8")))["recorded"]["python"]
    assert recorded.startswith("awslambdaric ") and " on CPython 3." in recorded


def test_one_target_is_written(conform, tmp_path):
    file = _suite(tmp_path)
    run = conform(file, "--update", "--target", "process", "--target", "inline")
    assert (run.status, file.read_text(encoding="utf-8")) == (2, SUITE)
    assert "name one by --target" in run.err


def test_a_suite_that_cannot_be_written_is_left_whole(conform, tmp_path):
    text = SUITE.replace("a comment", "a long comment" + " " * 200_000)
    file = _suite(tmp_path, text)
    before = set(tmp_path.iterdir())
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
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
