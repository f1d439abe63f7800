"""The differences that are meant: differences.json. Every other one is a defect, and fails the run.

An entry names its pairs (`language`, `handlers`, each with texts of which the event has one, and the runtime
identifier that they begin with, `since`), what differs (`ends`: the reference's process does; else the members of the error that
may), what Tandem answers (`tandem`: the error's type, or `success`), the rule, and `test`, which pins that.
docs/compatibility.md has a row for each. An entry that no pair needs any more is a failure, as is one that names a test that is not there.
"""

import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MOST = 40


class Differences:
    """The entries, and which of them pairs have needed."""

    def __init__(self):
        self.deliberate = json.loads((HERE / "differences.json").read_text(encoding="utf-8"))
        self._used = set()

    def explain(self, language, identifier, pair):
        """The entry that allows a pair to differ; None: nothing does."""
        for entry in self.deliberate:
            if entry["language"] == language and _serves(entry, identifier) and _is_about(entry, pair):
                self._used.add(entry["id"])
                return entry
        return None

    def complaints(self, identifiers):
        """What is wrong with the lists themselves, after a run on the machines of these identifiers."""
        found = []
        if len(self.deliberate) > MOST:
            found.append(f"{len(self.deliberate)} deliberate differences, of at most {MOST}")
        page = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
        for entry in self.deliberate:
            row = next((line for line in page.splitlines() if line.startswith(f"| {entry['id']} ")), "")
            for text in (entry["rule"], entry["test"].rpartition(":")[2]):
                if text not in row:
                    found.append(f"{entry['id']}: its row in docs/compatibility.md does not name {text}")
            if not _exists(entry["test"]):
                found.append(f"{entry['id']}: there is no test {entry['test']}")
        listed = set(re.findall(r"^\| (D-\d+) ", page, re.MULTILINE))
        known = {entry["id"] for entry in self.deliberate}
        found += [f"{id_}: in docs/compatibility.md, not in differences.json" for id_ in sorted(listed - known)]
        for entry in self.deliberate:
            has_run = any(name.startswith(entry["language"]) and _serves(entry, name) for name in identifiers)
            if has_run and entry["id"] not in self._used:
                found.append(f"{entry['id']}: no pair differs so any more")
        return found


def _numbers(identifier):
    return [int(number) for number in re.findall(r"\d+", identifier)]


def _serves(entry, identifier):
    return _numbers(identifier) >= _numbers(entry.get("since", ""))


def _is_about(entry, pair):
    texts = entry["handlers"].get(pair.row.handler, [])
    return any(text.encode() in pair.event for text in texts) and _differs_so(entry, pair)


def _differs_so(entry, pair):
    if _answer_of(pair) not in entry["tandem"]:
        return False
    if entry["differs"] == "ends":
        return pair.reference.ended is not None
    reference, tandem = pair.reference.members(), pair.tandem.members()
    different = [name for name in {**reference, **tandem} if reference.get(name) != tandem.get(name)]
    return pair.reference.ended is None and bool(different) and set(different) <= set(entry["differs"])


def _answer_of(pair):
    """The type of Tandem's error, or `success`."""
    return pair.tandem.members().get("errorType", "") if pair.tandem.failed else "success"


def _exists(test):
    """Whether the file defines the test, as `file:name` has them."""
    file, _, name = test.partition(":")
    path = ROOT / file
    defined = rf"^TEST(?:_[FP])?\(\w+,\s*{re.escape(name)}\)|^ *def {re.escape(name)}\("
    return path.is_file() and re.search(defined, path.read_text(encoding="utf-8"), re.MULTILINE) is not None
