"""What is not for every JDK, and the runtime's interfaces without the runtime."""

import re
import subprocess
from pathlib import Path

from support import HANG_GUARD_S, command_path, compile_java, java_homes, write_files

RECORDS = """
    public class Records {
      public record Cup(String drink, int size) {}

      public Cup out(Object in) {
        return new Cup("tea", 2);
      }

      public String in(Cup cup) {
        return cup.drink();
      }
    }
    """
OUTSIDE = """
    import com.amazonaws.services.lambda.runtime.LambdaRuntime;

    public class Outside {
      public static void main(String[] arguments) {
        LambdaRuntime.getLogger().log("said outside");
      }
    }
    """


def version_of(home):
    return int(re.search('JAVA_VERSION="(?:1\\.)?(\\d+)', (Path(home) / "release").read_text())[1])


def test_records(tandem, tmp_path, covers):
    """H-JAVA-75: objects as results, and nothing that an event can become."""
    source = write_files(tmp_path / "source", {"Records.java": RECORDS}) + "/Records.java"
    package = compile_java(tmp_path / "package", [source], release=16)
    homes = [home for home in java_homes() if version_of(home) >= 16]
    assert homes, "no JDK under test has records"
    for home in homes:
        run = tandem.invoke("Records::out", package, "--java-home", home)
        assert (run.code, run.json) == (0, {"drink": "tea", "size": 2}), run.stderr
        run = tandem.invoke("Records::in", package, "--payload", '{"drink": "tea"}', "--java-home", home)
        assert (run.code, run.json["errorMessage"]) == (1, "An error occurred during JSON parsing"), run.stderr
    covers("H-JAVA-75")


def test_the_logger_outside_the_runtime(tmp_path, java_home, covers):
    """L-35: it is that of the interfaces' jar, which prints."""
    source = write_files(tmp_path / "source", {"Outside.java": OUTSIDE}) + "/Outside.java"
    package = compile_java(tmp_path / "package", [source])
    (core,) = command_path().parent.parent.glob("lib*/**/tandem/java/*core*.jar")
    done = subprocess.run(
        [f"{java_home}/bin/java", "-cp", f"{core}:{package}", "Outside"],
        capture_output=True,
        text=True,
        timeout=HANG_GUARD_S,
        check=True,
    )
    assert done.stdout == "said outside"
    covers("L-35")
