"""Prints the medians of a bench-inline run and the ratio of Tandem to the work inside the language.

A ratio is formed within each round, as a machine's speed drifts between rounds; its median is what is printed.
"""

import json
import statistics
import sys


def main(path):
    with open(path, encoding="utf-8") as file:
        runs = [run for run in json.load(file)["benchmarks"] if run["run_type"] == "iteration"]
    failed = [run["name"] + ": " + run["error_message"] for run in runs if run.get("error_occurred")]
    if failed:
        sys.exit("\n".join(failed))
    figures = {}
    for run in runs:
        name = run["name"].rsplit("/manual_time", 1)[0]
        figures.setdefault(name, {})[run["repetition_index"]] = run["per_invocation"] * 1e9
    print("{:<12} {:>14} {:>14} {:>8}".format("workload", "tandem ns", "inside ns", "ratio"))
    for name in sorted({name.rsplit("/", 1)[0] for name in figures}):
        tandem, inside = figures[name + "/tandem"], figures[name + "/inside"]
        ratio = statistics.median(tandem[i] / inside[i] for i in tandem)
        print(
            "{:<12} {:>14.0f} {:>14.0f} {:>8.2f}".format(
                name, statistics.median(tandem.values()), statistics.median(inside.values()), ratio
            )
        )


if __name__ == "__main__":
    main(sys.argv[1])
