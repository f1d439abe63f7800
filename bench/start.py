"""Times whole `tandem invoke` commands, from start to exit, for both languages in turn, with their answers checked.

start.py BUILD_DIR ROUNDS
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = {
    "java": (["--handler", "example.Hello::myHandler", "--code", "hello-java.jar", "--payload", "123"], b'"123"'),
    "python": (
        ["--handler", "hello_python.my_handler", "--code", "deployment-package.zip"]
        + ["--payload", '{"first_name": "Ada", "last_name": "Lovelace"}'],
        b'{"message": "Hello Ada Lovelace"}',
    ),
}


def run(build, arguments, answer):
    began = time.perf_counter()
    done = subprocess.run(
        [build / "bin" / "tandem", "invoke", *arguments], cwd=build / "examples", capture_output=True, check=False
    )
    taken = time.perf_counter() - began
    if (done.returncode, done.stdout) != (0, answer):
        sys.exit(f"tandem invoke: status {done.returncode}, {done.stdout!r}, {done.stderr.decode()}")
    return taken


def main(build, rounds):
    times = {language: [] for language in COMMANDS}
    for round_number in range(rounds + 1):
        for language, (arguments, answer) in COMMANDS.items():
            taken = run(build, arguments, answer)
            if round_number > 0:  # the first one fills the package cache
                times[language].append(taken * 1e3)
    print("{:<12} {:>12} {:>12}".format("command", "median ms", "longest ms"))
    for language, taken in times.items():
        print("{:<12} {:>12.0f} {:>12.0f}".format(language, statistics.median(taken), max(taken)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
