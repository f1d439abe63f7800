"""What the comparison is made of: rows, pairs, answers."""

import collections
import dataclasses
import json
from typing import Optional

import events


@dataclasses.dataclass(frozen=True)
class Row:
    """A handler and its events. Rows of one handler with different `part` have reference processes of their own."""

    handler: str
    events: list
    part: str = ""
    client_context: str = ""
    content_type: str = ""  # of the events; empty: application/json
    isolation: str = "inline"  # of Tandem's function
    log_format: str = ""
    log_level: str = ""
    has_values: bool = True  # whether an event or a result is marshalled, where the probe can see it


def with_too_many(rows, most):
    """The handlers that meet more than `most` events that are not generated, with how many they meet."""
    counts = collections.Counter()
    for row in rows:
        counts[row.handler] += sum(not isinstance(event, events.Generated) for event in row.events)
    return [(handler, count) for handler, count in counts.items() if count > most]


@dataclasses.dataclass
class Answer:
    """What became of one invocation on one side."""

    body: bytes
    failed: bool
    content_type: str = ""
    reported_type: str = ""
    ended: Optional[str] = None  # how the process has ended that did not answer
    fault: str = ""  # of Tandem itself, which is never right

    def members(self):
        """Of an error's body; empty where it is none."""
        try:
            members = json.loads(self.body.decode("utf-8", "replace"))
        except ValueError:
            return {}
        return members if isinstance(members, dict) else {}


@dataclasses.dataclass
class Pair:
    """One event of a row, answered by both sides."""

    row: Row
    number: int
    event: bytes
    reference: Answer
    tandem: Answer
    paths: str  # which way its values took: "fast", "slow", or "none" where it has none

    @property
    def name(self):
        return f"{self.row.handler or chr(39) * 2} {self.event[:60]!r}"
