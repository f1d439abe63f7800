"""The reports of one run, read by others: JSON by its schema, JUnit's XML and the page by their parsers."""

import base64
import hashlib
import html.parser
import json
import pathlib
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

SCHEMA = pathlib.Path(__file__).parents[2] / "conformance" / "report.schema.json"

#: Answers and logs what it is given by name.
HANDLER = r"""
import sys

HOSTILE = "</script><img src=x onerror=alert(1)>]]>\x1b[31m\0\u202e\uffff"

def handler(event, context):
    print(HOSTILE)
    sys.stdout.buffer.write(b"\xff\n")
    if event == "fail":
        raise ValueError(HOSTILE)
    return HOSTILE
"""
HOSTILE = "</script><img src=x onerror=alert(1)>]]>"
CASES = [
    {"event": "answer", "expect": {"log": ["script"]}},
    {"event": "answer", "expect": {"json": HOSTILE}},
    {"event": "fail", "expect": {"error": {"type": "ValueError", "message": "<b>"}}},
    {"event": "answer", "expect": {"json": 1}, "skip": {"python": "it is <b> not for it"}},
    {"event": "fail", "expect": {"json": 1}},
]
VERDICTS = ["passed", "differs", "differs", "skipped", "differs"]


class Elements(html.parser.HTMLParser):
    """The names and attributes of a page's elements, and the text of some."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.texts = {"script": "", "style": ""}
        self.inside = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside in self.texts:
            self.texts[self.inside] += data

    def all(self, attribute):
        return [attributes[attribute] for _, attributes in self.found if attribute in attributes]


@pytest.fixture(name="reports")
def reports_of_a_run(conform, suite, tmp_path):
    """The texts of the three, by their names."""
    files = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html")}
    run = conform(suite(HANDLER, *CASES), "--junit", files["junit"], "--html", files["html"])
    assert (run.status, [each["verdict"] for each in run.results]) == (1, VERDICTS)
    assert all(line.isprintable() for line in run.out.splitlines())
    return {name: file.read_text(encoding="utf-8") for name, file in files.items()}


def validator():
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def properties(schema):
    """All that a schema describes, by name."""
    if isinstance(schema, list):
        for each in schema:
            yield from properties(each)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from value.items()
            yield from properties(value)


def test_json_is_as_its_schema_says(reports):
    report = json.loads(reports["json"])
    validator().check_schema(validator().schema)
    validator().validate(report)
    answer = report["results"][0]["observation"]
    assert json.loads(answer["payload"]).startswith(HOSTILE)
    assert b"\xff" in base64.b64decode(answer["logBase64"])
    assert report["counts"] == {verdict: VERDICTS.count(verdict) for verdict in ("passed", "differs", "skipped")}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda result: result.pop("verdict"),
        lambda result: result.update(verdict="skipped"),
        lambda result: result.update(verdict="passed"),
        lambda result: result.update(differences=[]),
        lambda result: result.pop("evidence"),
        lambda result: result["observation"].pop("payload"),
        lambda result: result["observation"].update(payloadBase64=""),
        lambda result: result["differences"][0].pop("seen"),
        lambda result: result.update(more=1),
    ],
)
def test_the_schema_refuses_what_is_no_report(reports, spoil):
    report = json.loads(reports["json"])
    spoil(report["results"][1])
    assert not validator().is_valid(report)


def test_every_property_of_the_schema_is_described():
    described = list(properties(validator().schema))
    assert "chunksBase64" in dict(described)
    assert [
        name for name, schema in described if not schema.get("description") and schema.keys() & {"type", "$ref"}
    ] == []


def test_junit_is_xml_with_each_result(reports):
    suites = ElementTree.fromstring(reports["junit"])
    cases = suites.findall("testsuite/testcase")
    assert [case.get("classname") for case in cases] == ["suite.python.process"] * len(CASES)
    assert [len(case.findall("failure")) for case in cases] == [verdict == "differs" for verdict in VERDICTS]
    assert cases[3].find("skipped").get("message") == "it is <b> not for it"
    assert "\\xff" in cases[0].findtext("system-out")
    assert HOSTILE + "\\x1b[31m\\x00\\u202e\\uffff" in cases[2].findtext("failure")
    evidence = {each.get("name"): each.get("value") for each in cases[0].iter("property")}
    assert evidence["evidence.place"].startswith("pid ")
    assert evidence["evidence.runtime"].startswith("python 3.")


def test_the_page_needs_nothing_and_allows_nothing(reports):
    page = Elements(reports["html"])
    names = [name for name, _ in page.found]
    assert (names.count("script"), names.count("style"), names.count("img"), names.count("link")) == (1, 1, 0, 0)
    assert page.all("src") == page.all("style") == []
    assert [name for _, attributes in page.found for name in attributes if name.startswith("on")] == []
    policy = next(attributes["content"] for _, attributes in page.found if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for name, text in page.texts.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_each_cell_of_the_page_leads_to_its_result(reports):
    page = Elements(reports["html"])
    assert sorted(page.all("href")) == sorted(f"#{each}" for each in page.all("id"))
    assert len(page.all("href")) == len(CASES)
