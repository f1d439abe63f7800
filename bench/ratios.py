"""Prints the medians of a bench-inline run and the ratio of Tandem to the work inside the language.

A ratio is formed within each round, as a machine's speed drifts between rounds; their median is what is printed, with
the least and the greatest.
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
    rounds = {}
    for run in runs:
        rounds.setdefault(run["run_name"].removesuffix("/manual_time"), []).append((run["tandem_ns"], run["inside_ns"]))
    print("{:<12} {:>12} {:>12} {:>8} {:>14}".format("workload", "tandem ns", "inside ns", "ratio", "of each round"))
    for name, pairs in sorted(rounds.items()):
        tandem, inside = zip(*pairs)
        ratios = [t / i for t, i in pairs]
        print(
            "{:<12} {:>12.0f} {:>12.0f} {:>8.2f}   {:.2f} to {:.2f}".format(
                name,
                statistics.median(tandem),
                statistics.median(inside),
                statistics.median(ratios),
                min(ratios),
                max(ratios),
            )
        )


if __name__ == "__main__":
    main(sys.argv[1])
