"""Reads `tandem runtimes --json` and prints the interpreter that serves without --runtime."""

import json
import sys

runtimes = json.load(sys.stdin)
if isinstance(runtimes, dict):
    runtimes = runtimes["runtimes"]
for runtime in runtimes:
    if runtime["language"] == "python" and runtime.get("usable", not runtime.get("reason")):
        print(runtime["path"])
        break
else:
    sys.exit("no usable CPython")
