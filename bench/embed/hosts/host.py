"""Calls a Java handler as bench/embed asks it to, through Tandem or JPype: host.py tandem|jpype WORKLOAD CODE JDK EVENT_FILE BATCH

CODE is the handler's package, and for JPype the class path.
"""

import json
import sys
import time
from pathlib import Path


def through_tandem(workload, code, jdk):
    import tandem

    return tandem.Runtime(java_home=jdk).load(f"bench.Handlers::{workload}", code=code, timeout=30)


def through_jpype(workload, code, _jdk):
    import jpype

    # Of the JDK that JAVA_HOME has; a call with strings is faster so than by str().
    jpype.startJVM(classpath=code.split(":"), convertStrings=True)
    call = getattr(jpype.JClass("bench.ThroughJson"), workload)
    return lambda event: json.loads(call(json.dumps(event)))


def run_round(call, event, first, batch, seconds):
    """Calls for about so long, in batches, between which answers are compared outside of the time."""
    clock, batch, calls, taken = time.perf_counter_ns, range(batch), 0, 0
    while taken < seconds * 1e9:
        begin = clock()
        answers = [call(event) for _ in batch]
        taken += clock() - begin
        if any(answer != first for answer in answers):
            sys.exit("host.py: another answer than the first")
        calls += len(answers)
    return calls, taken


def main(side, workload, code, jdk, event_file, batch):
    call = {"tandem": through_tandem, "jpype": through_jpype}[side](workload, code, jdk)
    event = json.loads(Path(event_file).read_bytes())
    first = call(event)
    print(json.dumps(first), flush=True)
    for line in sys.stdin:
        print(*run_round(call, event, first, int(batch), float(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
