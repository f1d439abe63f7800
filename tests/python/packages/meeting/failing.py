"""Fails at its first import, after the init that runs at the same time has imported its part."""

import failing_part
import meeting

if failing_part.runs == 1:
    meeting.failing_has_begun.wait()
    meeting.steady_has_imported.wait()
    raise RuntimeError("first time")


def fn(event, context):
    return failing_part.runs
