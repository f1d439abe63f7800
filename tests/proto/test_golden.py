"""The golden files, read by another implementation: Python's protobuf, with code that protoc makes on the spot.

TANDEM_PROTOC names the compiler; otherwise it is the protoc in PATH.
"""

import importlib
import os
import pathlib
import re
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2, text_format

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
GOLDEN = PROTO / "golden"
FILES = sorted(path.relative_to(PROTO) for path in PROTO.glob("tandem/v1/*.proto"))
TEXTS = sorted(GOLDEN.glob("*.txtpb"))


@pytest.fixture(scope="session")
def modules(tmp_path_factory):
    """The generated module of each .proto file, by the file's name."""
    out = tmp_path_factory.mktemp("generated")
    protoc = os.environ.get("TANDEM_PROTOC", "protoc")
    command = [protoc, f"--proto_path={PROTO}", f"--python_out={out}", *map(str, FILES)]
    subprocess.run(command, check=True, timeout=60)
    sys.path.insert(0, str(out))
    try:
        yield {file.stem: importlib.import_module(f"tandem.v1.{file.stem}_pb2") for file in FILES}
    finally:
        sys.path.remove(str(out))


def header(text, key):
    match = re.search(rf"^# proto-{key}: (\S+)$", text, re.MULTILINE)
    assert match, f"a golden text says its proto-{key} in a comment"
    return match.group(1)


def message_class(modules, text):
    module = modules[pathlib.Path(header(text, "file")).stem]
    return getattr(module, header(text, "message").removeprefix("tandem.v1."))


def decode(modules, name):
    text = (GOLDEN / f"{name}.txtpb").read_text(encoding="utf-8")
    return message_class(modules, text).FromString((GOLDEN / f"{name}.pb").read_bytes())


def test_every_golden_file_has_its_twin():
    assert TEXTS
    assert {path.stem for path in TEXTS} == {path.stem for path in GOLDEN.glob("*.pb")}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_bytes_and_text_are_the_same_message(modules, path):
    text = path.read_text(encoding="utf-8")
    expected = text_format.Parse(text, message_class(modules, text)())
    data = path.with_suffix(".pb").read_bytes()
    decoded = type(expected).FromString(data)
    assert decoded == expected
    assert decoded.SerializeToString(deterministic=True) == data


def test_invocation_values_C02_C28(modules):
    invocation = decode(modules, "invocation_full")
    types = modules["invocation"]
    assert invocation.type == types.INVOCATION_TYPE_EVENT
    assert invocation.log_type == types.LOG_TYPE_TAIL
    assert invocation.event.payload.inline_bytes == '{"ü": [1.0E16, 1e+16, NaN]}'.encode()
    context = invocation.context
    assert context.request_id == "7d3f4a52-9c1e-4f0a-8b6d-2e5c1a9f0b37"
    assert context.deadline_ms == 1767225600123
    assert context.function_name == "héllo"
    assert context.function_version == "7"
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:012345678912:function:héllo:live"
    assert context.memory_limit_mb == 512
    assert context.client_context == b'{"custom": {"k": "v"}}'
    assert context.tenant_id == b"tenant A"
    assert invocation.qualifier == "live"
    assert invocation.streaming is True


def test_no_deadline_differs_from_an_early_one_C05(modules):
    assert not decode(modules, "invocation_minimal").context.HasField("deadline_ms")
    early = decode(modules, "invocation_beside").context
    assert early.HasField("deadline_ms")
    assert early.deadline_ms == 0


def test_payload_places(modules):
    assert decode(modules, "invocation_beside").event.payload.WhichOneof("place") == "beside_size"
    empty = decode(modules, "event_empty").payload
    assert empty.WhichOneof("place") == "inline_bytes"
    assert empty.inline_bytes == b""


def test_outcome_kinds_E08_E40(modules):
    kinds = {path.stem: decode(modules, path.stem).WhichOneof("result") for path in GOLDEN.glob("outcome_*.pb")}
    assert set(kinds.values()) == {"success", "function_error", "fault"}
    error = decode(modules, "outcome_error").function_error
    assert (error.type, error.message) == ("KeyError", "'first_name'")
    assert list(error.stack_trace) == [
        "  File \"/task/hello_python.py\", line 4, in my_handler\n    event['first_name'],\n"
    ]
    exited = decode(modules, "outcome_error_exited").function_error
    assert exited.disposition == modules["outcome"].DISPOSITION_EXITED
    assert exited.exit_status == -9
    fault = decode(modules, "outcome_fault").fault
    assert fault.code == modules["outcome"].FAULT_CODE_UNAVAILABLE


def test_unknown_members_pass_through(modules):
    newer = (GOLDEN / "outcome_success.pb").read_bytes() + b"\xfa\x7f\x05newer"
    outcome = modules["outcome"].Outcome.FromString(newer)
    assert outcome.success.payload.inline_bytes == b'{"message": "Hello Ada L"}'
    assert outcome.SerializeToString(deterministic=True) == newer


# Descriptors tell types by number; these are the ones in use.
SCALARS = {3: "int64", 4: "uint64", 5: "int32", 8: "bool", 9: "string", 12: "bytes", 13: "uint32"}
REPEATED = 3


def field_line(field):
    typed = field.message_type or field.enum_type
    name = typed.full_name if typed else SCALARS[field.type]
    repeated = "repeated " if field.label == REPEATED else ""
    return f"{field.full_name} = {field.number} {repeated}{name}"


def schema(modules):
    """Returns the lines of golden/numbers.txt as the schema has them, and the reserved (message, number) pairs."""
    lines, reserved = set(), set()
    for module in modules.values():
        for enum in module.DESCRIPTOR.enum_types_by_name.values():
            lines.update(f"{enum.full_name} {value.name} = {value.number}" for value in enum.values)
        for message in module.DESCRIPTOR.message_types_by_name.values():
            assert not message.nested_types, "numbers.txt knows top-level messages only"
            lines.update(field_line(field) for field in message.fields)
            reserved.update((message.full_name, number) for number in reserved_numbers(message))
    return lines, reserved


def reserved_numbers(message):
    proto = descriptor_pb2.DescriptorProto()
    message.CopyToProto(proto)
    return [number for span in proto.reserved_range for number in range(span.start, span.end)]


def test_numbers_are_never_given_out_twice(modules):
    given_out = [line for line in (GOLDEN / "numbers.txt").read_text().splitlines() if not line.startswith("#")]
    lines, reserved = schema(modules)
    assert sorted(lines - set(given_out)) == [], "a new member: add its line to proto/golden/numbers.txt"
    for line in set(given_out) - lines:
        match = re.fullmatch(r"(?P<message>\S+)\.\w+ = (?P<number>\d+) .*", line)
        assert match, f"gone or changed: {line}"
        assert (match["message"], int(match["number"])) in reserved, f"gone or changed, and not reserved: {line}"
