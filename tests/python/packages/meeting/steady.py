"""Is still being imported when the other init has failed."""

import meeting

meeting.failing_has_begun.wait()
import steady_part

meeting.steady_has_imported.wait()
if not meeting.failing_has_failed.wait(meeting.LIMIT_S):
    raise RuntimeError("the other init has not failed")


def fn(event, context):
    import steady_part as again

    return again is steady_part
