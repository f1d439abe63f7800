"""The published schema of suites takes and refuses what their reader does, on the fixtures of suite_test.cc."""

import json
import pathlib
import re

import jsonschema
import pytest

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
SCHEMA = pathlib.Path(__file__).parents[2] / "conformance" / "suite.schema.json"
PIECES = re.compile(r'("(?:\\.|[^"\\])*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)

# The second line of each bad suite, by what the schema can know of it.
REFUSES = "// the schema: refuses"
TAKES = "// the schema: takes"  # it is bad for a reason that only the reader knows
NO_JSON = "// the schema: no JSON"


def load(path):
    """A JSON file with comments."""
    return json.loads(PIECES.sub(lambda piece: piece[1] or " ", path.read_text(encoding="utf-8")))


def bad(kind):
    paths = sorted((FIXTURES / "bad").glob("*.json"))
    return [path for path in paths if path.read_text(encoding="utf-8").splitlines()[1] == kind]


def place(path):
    """Of what is bad, by the reader: cases[0].expect."""
    line = path.read_text(encoding="utf-8").splitlines()[0]
    return re.fullmatch(r"// suite\.json:\d+: (?:(\S+(?: \S+)?): )?.*", line)[1] or ""


def places(errors):
    """The same for all that the schema refuses."""
    for error in errors:
        steps = list(error.absolute_path)
        if "propertyNames" in error.absolute_schema_path:
            steps.append(error.instance)
        yield "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
        yield from places(error.context)


def name(path):
    return path.stem if path.parent.name == "bad" else path.parent.name


@pytest.fixture(scope="module")
def schema():
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_schema_is_one(schema):
    jsonschema.Draft202012Validator.check_schema(schema.schema)


@pytest.mark.parametrize("path", sorted((FIXTURES / "good").glob("*/suite.json")), ids=name)
def test_takes_what_the_reader_takes(schema, path):
    schema.validate(load(path))


@pytest.mark.parametrize("path", bad(REFUSES), ids=name)
def test_refuses_the_place_that_the_reader_does(schema, path):
    assert place(path) in places(schema.iter_errors(load(path)))


@pytest.mark.parametrize("path", bad(TAKES), ids=name)
def test_takes_what_only_the_reader_can_refuse(schema, path):
    schema.validate(load(path))


def test_each_bad_suite_says_what_the_schema_thinks_of_it():
    assert len(bad(REFUSES)) + len(bad(TAKES)) + len(bad(NO_JSON)) == len(list((FIXTURES / "bad").iterdir()))


def properties(schema, place="#"):
    """Each property that a schema describes, with its place."""
    if isinstance(schema, list):
        for i, element in enumerate(schema):
            yield from properties(element, f"{place}/{i}")
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from ((f"{place}/{each}", described) for each, described in value.items())
            yield from properties(value, f"{place}/{key}")


def test_every_property_is_described(schema):
    found = dict(properties(schema.schema))
    assert "#/$defs/expectation/maxDuration" in found
    assert [place for place, described in found.items() if not described.get("description")] == []
