"""Counts JUnit results for tests/run.

    junit.py settle DIR STEP STATUS SECONDS KIND   one step's results become final; prints "passed failed skipped"
    junit.py ended DIR STEP LABEL STATUS OUTPUT    a program that ended without results has failed; OUTPUT: a file
    junit.py failed DIR STEP                       which of its cases failed, each with the first lines of why
    junit.py total DIR                             the sum of all steps; prints "N passed, N failed, N skipped"

A step's results are the *.xml files in DIR/STEP. KIND is `cases` for a step whose programs write such files and
`check` for one that only succeeds or fails and then counts as one test. `settle` adds what the files do not say: a
program that failed without a failed case, a step that ran no case at all, a file that cannot be read.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

SHOWN_LINES = 20  # of why a case failed
SKIPPED_STATUSES = {"notrun", "skipped"}  # GoogleTest's words


def failures_of(case):
    return [*case.iter("failure"), *case.iter("error")]


def count(path):
    """Returns (passed, failed, skipped) of one results file."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).iter("testcase"):
        if failures_of(case):
            failed += 1
        elif (
            case.find("skipped") is not None
            or case.get("status") in SKIPPED_STATUSES
            or case.get("result") in ("skipped", "suppressed")
        ):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_all(folder):
    """Returns the sums over a folder's files, and the files that cannot be read."""
    sums = [0, 0, 0]
    unreadable = []
    for path in sorted(folder.rglob("*.xml")):
        try:
            sums = [total + more for total, more in zip(sums, count(path))]
        except (ElementTree.ParseError, OSError) as error:
            unreadable.append(f"{path.name}: {error}")
    return sums, unreadable


def write_case(folder, name, seconds, failure=None):
    suite = ElementTree.Element(
        "testsuite", name=folder.name, tests="1", failures=str(int(failure is not None)), time=seconds
    )
    case = ElementTree.SubElement(suite, "testcase", classname="tests.run", name=name, time=seconds)
    if failure is not None:
        ElementTree.SubElement(case, "failure").text = failure
    ElementTree.ElementTree(suite).write(folder / f"tests.run-{name}.xml", encoding="utf-8", xml_declaration=True)


def settle(folder, step, status, seconds, kind):
    (passed, failed, skipped), unreadable = count_all(folder)
    if unreadable:
        for path in folder.rglob("*.xml"):
            if any(line.startswith(f"{path.name}: ") for line in unreadable):
                path.rename(path.with_suffix(".unreadable"))
        write_case(folder, f"{step}-results", seconds, "unreadable results: " + "; ".join(unreadable))
    elif status != 0 and failed == 0:
        write_case(folder, step, seconds, f"ended with status {status}")
    elif kind == "check":
        write_case(folder, step, seconds)
    elif passed + failed + skipped == 0:
        write_case(folder, step, seconds, "no test ran")
    return count_all(folder)[0]


def ended(folder, label, status, output):
    lines = pathlib.Path(output).read_text(encoding="utf-8", errors="replace").splitlines()
    # XML has no control characters.
    last_lines = "\n".join(re.sub(r"[\0-\x1f\x7f]", " ", line) for line in lines[1 - SHOWN_LINES :])
    write_case(
        folder, label, "0", f"ended with status {status} and without results; the last it printed:\n{last_lines}"
    )


def show_failed(folder):
    for path in sorted(folder.rglob("*.xml")):
        for case in ElementTree.parse(path).iter("testcase"):
            for failure in failures_of(case):
                print(f"failed: {path.stem}: {case.get('classname')}.{case.get('name')}")
                lines = (failure.text or failure.get("message") or "").strip().splitlines()
                for line in lines[:SHOWN_LINES]:
                    print(f"  {line}")


def main(arguments):
    if arguments[:1] == ["settle"] and len(arguments) == 6:
        base, step, status, seconds, kind = arguments[1:]
        print(*settle(pathlib.Path(base) / step, step, int(status), seconds, kind))
        return 0
    if arguments[:1] == ["ended"] and len(arguments) == 6:
        base, step, label, status, output = arguments[1:]
        ended(pathlib.Path(base) / step, label, status, output)
        return 0
    if arguments[:1] == ["failed"] and len(arguments) == 3:
        show_failed(pathlib.Path(arguments[1]) / arguments[2])
        return 0
    if arguments[:1] == ["total"] and len(arguments) == 2:
        (passed, failed, skipped), unreadable = count_all(pathlib.Path(arguments[1]))
        failed += len(unreadable)
        print(f"{passed} passed, {failed} failed, {skipped} skipped")
        return 1 if failed or not passed else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
