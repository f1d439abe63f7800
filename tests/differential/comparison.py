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


def _without_own(frames):
    """A stack trace without the frames of Python's runtimes, and without the reflection frames at its end."""
    kept = [frame for frame in frames if not _OWN_PYTHON.match(frame)]
    while kept and _REFLECTION.match(kept[-1]):
        kept.pop()
    return kept


def _named_alike(body):
    return _OWN_CLASS.sub(b"runtime", body)


def _masked(answer):
    """An error's members in their order, with the user's frames only; None for what has no members."""
    try:
        members = json.loads(_named_alike(answer.body), object_pairs_hook=list)
    except ValueError:
        return None
    if not isinstance(members, list) or not members or not all(isinstance(m, tuple) for m in members):
        return None
    return [(key, _without_own(value) if key == "stackTrace" else value) for key, value in members]


def _head(body):
    """An error's bytes before its trace."""
    return body.partition(b'"stackTrace"')[0]


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
    masked = _masked(reference)
    if masked is None or masked != _masked(tandem):
        return False
    return _head(_named_alike(reference.body)) == _head(_named_alike(tandem.body))
