"""Runs examples/embed-java, and the program of its page, with a jar of bindings/java and nothing else.

java_example.py JAR JDK EXAMPLES
"""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "embedding-java.md"
JUNIT = ROOT / "bindings" / "java" / "src" / "test" / "java" / "tandem" / "junit" / "TandemExtensionTest.java"
PROGRAM = ROOT / "examples" / "embed-java" / "EmbedJava.java"


def printed(jar, jdk, *words):
    done = subprocess.run([f"{jdk}/bin/java", "-cp", jar, *words], capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        sys.exit(f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def main(jar, jdk, examples):
    hello = f"{examples}/hello-java.jar"
    example = printed(jar, jdk, PROGRAM, hello, f"{examples}/deployment-package.zip")
    if example != "123\n{message=Hello Ada Lovelace}\n":
        sys.exit(f"examples/embed-java printed {example!r}")
    block = PAGE.read_text(encoding="utf-8").partition("```java\n")[2].partition("```")[0]
    body = block.replace("hello.jar", hello)
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "Page.java")
        program.write_text(
            f"import java.nio.file.Path; import tandem.*; class Page {{ public static void main(String[] a) {{ {body} }} }}",
            encoding="utf-8",
        )
        shown = printed(jar, jdk, program)
    if not shown.endswith("123\n"):
        sys.exit(f"the program of docs/embedding-java.md printed {shown!r}")
    # The page's test for JUnit, which a test of the binding runs.
    test = PAGE.read_text(encoding="utf-8").partition("```java\n@ExtendWith")[2].partition("```")[0]
    if not test or " ".join(test.split()) not in " ".join(
        JUNIT.read_text(encoding="utf-8").replace("static ", "").split()
    ):
        sys.exit("no test runs the test of docs/embedding-java.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
