"""Which rules of docs/behaviour.md the tests show, by the ids that passing tests record in their JUnit results.

    coverage.py [--missing] [--update] RESULTS STEP...

RESULTS is the folder of tests/run's results, STEP a step of it whose tests record rules. Prints covered / total by group
and tier. Fails where a step has no results, where a rule that coverage.json names is not covered any more, where one of
the first two tiers is neither covered nor listed in docs/compatibility.md, and where a test records a rule that does not
exist, that is listed there as not taken, as taken otherwise or as waiting, or more than four of them.

An id is as in `E-05`. A rule with Δ has a side for each language, `E-06/java` and `E-06/python`, which count separately.
"""

import argparse
import collections
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]

#: Each rule of theirs is covered or listed.
GROUPS = ("H-PY", "H-JAVA", "J", "C", "L", "E", "K", "I", "R", "A")
SIDES = ("java", "python")
#: Whose Δ tells two peers apart instead of two languages.
ONE_SIDED = {"J-48", "E-37"}
OPTIONAL = 3
TIERS = (1, 2, OPTIONAL)
MOST_RULES_OF_A_TEST = 4
MOST_NOT_TAKEN = 0.03  # of tier 2

RULE = re.compile(r"^- \*\*((?:H-PY|H-JAVA|[A-Z])-\d\d)\*\* (.*)$", re.MULTILINE)
TIER = re.compile(r"^\* \*\*Tier (\d) [^\n]*(?:\n  [^\n]*)*", re.MULTILINE)
#: `H-PY-01`, or `02` and a range of numbers of the group that was named before.
TIER_ITEM = re.compile("(?:(H-PY|H-JAVA|\\b[A-Z])-)?\\b(\\d\\d)(?:\N{EN DASH}(\\d\\d))?\\b")
PASSED_OVER = ("failure", "error", "skipped")
NOT_RUN = {"notrun", "skipped", "suppressed"}


def group_of(rule):
    return rule.rpartition("-")[0]


class Catalogue:
    """The rules: `tiers` has the tier of each by its id, with its side if it has any; `known` the ids of every group."""

    def __init__(self, text):
        explicit = {}
        for paragraph in TIER.finditer(text):
            group = None
            for named, first, last in TIER_ITEM.findall(paragraph.group(0)):
                group = named or group
                for number in range(int(first), int(last or first) + 1):
                    explicit[f"{group}-{number:02}"] = int(paragraph.group(1))
        self.tiers = {}
        self.known = set()
        for identifier, statement in RULE.findall(text):
            sides = SIDES if "Δ" in statement and identifier not in ONE_SIDED else ()
            names = [f"{identifier}/{side}" for side in sides] or [identifier]
            self.known.update(names)
            if group_of(identifier) in GROUPS:
                tier = OPTIONAL if "{U}" in statement.split("—")[0] else explicit.get(identifier, 2)
                self.tiers.update(dict.fromkeys(names, tier))


class Exceptions:
    """The rules that docs/compatibility.md lists: `by_kind` has its rows by the id and by what is said of the rules."""

    def __init__(self, text):
        self.by_kind = {
            "not taken": self._rows(text, "Rules that are not taken"),
            "otherwise": self._rows(text, "Rules that are taken otherwise"),
            "waiting": self._rows(text, "Rules that wait"),
        }
        self.rules = [rule for rows in self.by_kind.values() for rule in rows]

    @staticmethod
    def _rows(text, heading):
        """Returns the cells behind the id, by the id."""
        section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        rows = {}
        for line in section.group(1).splitlines() if section else ():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("|") and re.match(r"[A-Z]+-", cells[0]):
                rows[cells[0]] = cells[1:]
        return rows


class Recorded:
    """What tests have recorded: `by_rule` has the names of the tests by rule, `problems` what is wrong with results."""

    def __init__(self):
        self.by_rule = collections.defaultdict(set)
        self.problems = []

    def read_step(self, results, step):
        files = sorted((results / step).rglob("*.xml"))
        if not files:
            self.problems.append(f"no results of the step {step}: tests/run without --only has them all")
        for path in files:
            try:
                cases = list(ElementTree.parse(path).iter("testcase"))
            except (ElementTree.ParseError, OSError) as error:
                self.problems.append(f"{step}/{path.name}: {error}")
                continue
            for case in cases:
                self._read_case(case, f"{step}: {case.get('classname')}.{case.get('name')}")

    def _read_case(self, case, name):
        if any(case.find(tag) is not None for tag in PASSED_OVER) or NOT_RUN & {case.get("status"), case.get("result")}:
            return
        rules = {
            rule for each in case.iter("property") if each.get("name") == "covers" for rule in each.get("value").split()
        }
        if len(rules) > MOST_RULES_OF_A_TEST:
            self.problems.append(f"{name} records more than {MOST_RULES_OF_A_TEST} rules")
        for rule in rules:
            self.by_rule[rule].add(name)


def problems_of_exceptions(catalogue, exceptions, covered):
    """Yields what is wrong with the lists in docs/compatibility.md."""
    for kind, rows in exceptions.by_kind.items():
        for rule, cells in rows.items():
            if rule not in catalogue.tiers:
                yield f"{rule}, listed as {kind}, is no rule of the groups that are to be complete"
            elif rule in covered:
                yield f"{rule} is listed as {kind}, but {min(covered[rule])} shows it"
            elif not all(cells):
                yield f"{rule}, listed as {kind}, needs every cell of its row"
        if kind != "waiting" and any(catalogue.tiers.get(rule) == 1 for rule in rows):
            yield f"a rule of tier 1 cannot be listed as {kind}"
    not_taken = sum(catalogue.tiers.get(rule) == 2 for rule in exceptions.by_kind["not taken"])
    most = int(MOST_NOT_TAKEN * sum(tier == 2 for tier in catalogue.tiers.values()))
    if not_taken > most:
        yield f"{not_taken} rules of tier 2 are listed as not taken; {most} may be"


def count(rules, catalogue):
    """Returns numbers by group and tier."""
    counts = {group: dict.fromkeys(TIERS, 0) for group in GROUPS}
    for rule in rules:
        counts[group_of(rule)][catalogue.tiers[rule]] += 1
    return counts


def print_table(covered, total, exceptions):
    listed = collections.Counter((kind, group_of(rule)) for kind, rows in exceptions.by_kind.items() for rule in rows)
    heads = [f"tier {tier}" for tier in TIERS] + list(exceptions.by_kind)
    print(f"{'rules':8}" + "".join(f"{head:>12}" for head in heads))
    for group in (*GROUPS, "all"):
        of = GROUPS if group == "all" else (group,)
        cells = [
            f"{sum(covered[each][tier] for each in of)} / {sum(total[each][tier] for each in of)}" for tier in TIERS
        ]
        cells += [str(sum(listed[kind, each] for each in of)) for kind in exceptions.by_kind]
        print(f"{group:8}" + "".join(f"{cell:>12}" for cell in cells))


def print_missing(missing, catalogue):
    for tier in TIERS:
        rules = [rule for rule in missing if catalogue.tiers[rule] == tier]
        print(f"not covered, tier {tier}: {', '.join(rules) or 'none'}")


def lost(covered, kept):
    """Yields each rule of coverage.json that no test shows any more."""
    for rule in kept:
        if rule not in covered:
            yield f"{rule} was covered, and no test shows it any more"


def unmentioned(missing, catalogue):
    """Yields each rule that has to be covered or listed and is neither."""
    for rule in missing:
        if catalogue.tiers[rule] != OPTIONAL:
            yield f"{rule}, of tier {catalogue.tiers[rule]}, is neither covered nor listed in docs/compatibility.md"


def kept_text(covered):
    """What coverage.json says: the ids by group."""
    by_group = {group: sorted(rule for rule in covered if group_of(rule) == group) for group in GROUPS}
    return json.dumps(by_group, indent=2) + "\n"


def kept_rules(text):
    return [rule for rules in json.loads(text).values() for rule in rules]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=pathlib.Path, help="the folder of the results of tests/run")
    parser.add_argument("steps", nargs="+", metavar="STEP", help="a step whose tests record rules")
    parser.add_argument("--missing", action="store_true", help="names the rules that no test shows")
    parser.add_argument("--update", action="store_true", help="makes these rules the ones to keep")
    parser.add_argument("--rules", type=pathlib.Path, default=ROOT / "docs" / "behaviour.md")
    parser.add_argument("--exceptions", type=pathlib.Path, default=ROOT / "docs" / "compatibility.md")
    parser.add_argument("--kept", type=pathlib.Path, default=pathlib.Path(__file__).with_name("coverage.json"))
    options = parser.parse_args(arguments)

    catalogue = Catalogue(options.rules.read_text(encoding="utf-8"))
    exceptions = Exceptions(options.exceptions.read_text(encoding="utf-8"))
    recorded = Recorded()
    for step in options.steps:
        recorded.read_step(options.results, step)

    expected = [rule for rule in catalogue.tiers if rule not in exceptions.rules]
    covered = [rule for rule in expected if rule in recorded.by_rule]
    missing = [rule for rule in expected if rule not in recorded.by_rule]
    print_table(count(covered, catalogue), count(expected, catalogue), exceptions)
    if options.missing:
        print_missing(missing, catalogue)

    problems = list(recorded.problems)
    for rule in sorted(recorded.by_rule.keys() - catalogue.known):
        problems.append(f"{min(recorded.by_rule[rule])} records {rule}, which is no rule of docs/behaviour.md")
    problems += problems_of_exceptions(catalogue, exceptions, recorded.by_rule)
    problems += unmentioned(missing, catalogue)
    if options.update and not problems:
        options.kept.write_text(kept_text(covered), encoding="utf-8")
    problems += lost(recorded.by_rule, kept_rules(options.kept.read_text(encoding="utf-8")))
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
