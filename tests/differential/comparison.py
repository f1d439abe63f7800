"""Whether two answers agree, when all is masked that may differ: each runtime's own stack frames and class names."""

import json
import re

#: How frames of the runtimes themselves begin, in the order of Python and Java.
_OWN_PYTHON = re.compile(r'  File "[^"]*/(awslambdaric|_tandem)/[^"]*", line ')
_REFLECTION = re.compile(
    r"(?:[\w.]+@[\w.]+/|[\w.]+/)?(?:java\.lang\.reflect|jdk\.internal\.reflect|sun\.reflect|java\.lang\.invoke|jdk\.internal\.vm)\."
)

#: Classes of the runtimes, in the JDK's own messages about who may do what.
_OWN_CLASS = re.compile(rb"\b(?:com\.amazonaws\.services\.lambda\.runtime\.api\.client|tandem\.bridge)\.[\w$]+")


#: A text as it stands in JSON.
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


def _without_own(trace):
    """The frames of a trace as they stand in JSON, and behind how many of them were some of Python's runtimes.

    Left out are the latter, and reflection frames at the end, unless there is nothing else: then it is reflection that fails.
    """
    kept, own = [], set()
    for raw in _TEXT.findall(trace):
        frame = json.loads(raw)
        if _OWN_PYTHON.match(frame):
            own.add(len(kept))
        else:
            kept.append((raw, frame))
    if not all(_REFLECTION.match(frame) for _, frame in kept):
        while _REFLECTION.match(kept[-1][1]):
            kept.pop()
    return [raw for raw, _ in kept], own


def _named_alike(body):
    return _OWN_CLASS.sub(b"runtime", body)


def _masked(answer):
    """An error's bytes around its frames, the user's frames, where the runtime's were; None: its trace is odd."""
    head, found, trace = _named_alike(answer.body).partition(b'"stackTrace"')
    if not found:
        return head, set()
    ends = re.fullmatch(rb"(: ?)\[(.*)\]\}", trace, re.DOTALL)
    if not ends or re.sub(rb", ?", b"", _TEXT.sub(b"", ends[2])):
        return None
    frames, own = _without_own(ends[2])
    return (head, ends[1], frames), own


#: E-42.
_SIGNALS = {2: "interrupt", 6: "aborted (core dumped)", 9: "killed", 11: "segmentation fault (core dumped)"}


def ended_body(request_id, how):
    """E-40 to E-42: what the service answers for a process that has ended."""
    if how.startswith("signal: "):
        how = "signal: " + _SIGNALS[int(how.removeprefix("signal: "))]
    reason = "exited without providing a reason" if how == "exit status 0" else f"exited with error: {how}"
    members = {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: Runtime {reason}"}
    return json.dumps(members, separators=(",", ":")).encode()


def difference(pair):
    """What differs, in one line each; none: the sides agree."""
    reference, tandem = pair.reference, pair.tandem
    if tandem.fault:
        return [f"fault: {tandem.fault}"]
    if reference.ended is not None:
        expected = ended_body("8476a536-e9f4-41e8-9739-%012d" % pair.number, reference.ended)
        return [] if tandem.failed and tandem.body == expected else ["the reference ends: " + reference.ended]
    found = []
    if reference.failed != tandem.failed:
        found.append("only one side fails")
    if reference.content_type != tandem.content_type:
        found.append(f"content types: {reference.content_type} and {tandem.content_type}")
    if reference.reported_type != tandem.reported_type:
        found.append(f"reported types: {reference.reported_type!r} and {tandem.reported_type!r}")
    if reference.body != tandem.body and not (reference.failed and _agree_without_own(reference, tandem)):
        found.append("bodies")
    return found


def _agree_without_own(reference, tandem):
    """Tandem's frames are masked only where the reference has its own, too."""
    expected, masked = _masked(reference), _masked(tandem)
    return None not in (expected, masked) and expected[0] == masked[0] and masked[1] <= expected[1]
