"""Every block of commands in README.md, docs/ and examples/ is run by a test: by this one, or by one that it names."""

import dataclasses
import os
import re
import shutil
import subprocess

import pytest

# The rules have texts that are no commands, and are not for pasting.
OTHER_PAGES = {"docs/behaviour.md"}

CONFORMANCE = "examples/conformance/README.md"

# A block is known by its page and what it begins with.
# Run here: the folder of the tree to be in, and what standard output has, in this order.
RUN = {
    ("README.md", "build/release/bin/tandem invoke --handler example.Hello::myHandler"): (
        ".",
        ['"123""123"FUNCTION ', "\nHelloJava ", "\nHelloPython ", "\nLANGUAGE ", "\njava ", "\npython "],
    ),
    ("examples/README.md", "build/release/bin/tandem invoke --handler example.order.OrderTotal"): (".", ['"total":']),
    ("docs/embedding-c.md", "cmake --install build/release"): (".", ['\n"123"\n{"message": "Hello Ada Lovelace"}\n']),
    ("docs/embedding-go.md", "cmake --install build/release"): (".", ['\n"123"\n{"message": "Hello Ada Lovelace"}\n']),
    ("examples/bootstrap-shell/README.md", "build/release/bin/tandem invoke --runtime provided.al2023"): (
        ".",
        ['{"message": "Hello Ada"}'],
    ),
    ("examples/out-of-tree-loader/README.md", "cmake --install ../../build/release"): (
        "examples/out-of-tree-loader",
        ["\n5\n", "12.566370614359172"],
    ),
    (CONFORMANCE, "build/release/bin/tandem conform examples/conformance/pricing "): (
        ".",
        ["\none item ", "\n82 passed, 0 differ, 0 skipped "],
    ),
    (CONFORMANCE, "build/release/bin/tandem conform examples/conformance/pricing-differs "): (
        ".",
        ["DIFFERS pricing-differs / quantity[quantity=1001,"],
    ),
    (CONFORMANCE, "build/release/bin/tandem conform --fuzz 1000 "): (
        ".",
        ["DIFFERS pricing-differs / price, 1000 events"],
    ),
}

# The status that a block ends with, where it is to be another one than 0.
STATUS = {
    (CONFORMANCE, "build/release/bin/tandem conform examples/conformance/pricing-differs "): 1,
    (CONFORMANCE, "build/release/bin/tandem conform --fuzz 1000 "): 1,
}

# What side-by-side prints, with other numbers.
OUTPUT = ("README.md", "One process, pid ")

# What the commands of a block print in the end, with other numbers.
SHOWN = {
    ("docs/embedding-c.md", "cmake --install build/release"): ("docs/embedding-c.md", '"123"'),
    ("docs/embedding-go.md", "cmake --install build/release"): ("docs/embedding-go.md", '"123"'),
    ("examples/out-of-tree-loader/README.md", "cmake --install ../../build/release"): (
        "examples/out-of-tree-loader/README.md",
        "the answer is 5",
    ),
    (CONFORMANCE, "build/release/bin/tandem conform examples/conformance/pricing-differs "): (
        CONFORMANCE,
        "DIFFERS pricing-differs / quantity[quantity=1001,",
    ),
}

# Run elsewhere: the test, or the step of tests/run.
PACKAGES = "tests/cli/test_packages.py::test_page_about_packages_is_true"
ERRORS = "tests/cli/test_error_page.py::test_the_examples_of_the_page"
SERVER = "tests/server/test_aws_cli.py::test_page_about_the_server_is_true"
ELSEWHERE = {
    # It takes minutes. The second line is what runs this test; tests/fresh runs both, on a machine without any of it.
    ("README.md", "examples/quickstart "): "quickstart",
    ("docs/packages.md", "mkdir project"): PACKAGES,
    ("docs/packages.md", "tandem: hint: the module is in the folder project"): PACKAGES,
    ("docs/packages.md", "cache=${TANDEM_CACHE_DIR:-"): PACKAGES,
    ("docs/errors.md", "$ tandem invoke --quiet --handler hello_python.my_handler "): ERRORS,
    ("docs/errors.md", "$ tandem invoke --handler hello_python.my_handlr "): ERRORS,
    ("docs/errors.md", "$ tandem invoke --handlr "): ERRORS,
    ("docs/errors.md", "$ tandem invoke --handler example.Hello::myHandler "): ERRORS,
    ("docs/errors.md", "$ tandem runtimes >&-"): ERRORS,
    # A wheel and a jar, and so a step of their own.
    ("docs/embedding-java.md", "mvn --batch-mode"): "tests/bindings/java_example.py::main",
    ("docs/embedding-java.md", "try (TandemRuntime"): "tests/bindings/java_example.py::main",
    ("docs/embedding-java.md", "@ExtendWith(TandemExtension.class)"): "tests/bindings/java_example.py::main",
    ("docs/embedding-python.md", "def test_greets(tandem_function)"): (
        "tests/bindings/python/test_pytest_plugin.py::test_the_page"
    ),
    ("docs/embedding-python.md", "python3 -m venv build/embed-python"): (
        "tests/bindings/python/test_host.py::test_the_example"
    ),
    ("docs/embedding-python.md", "import tandem"): "tests/bindings/python/test_host.py::test_the_example",
    ("examples/bootstrap-go/README.md", "go build -o bootstrap "): (
        "tests/workers/test_tandem_invoke.py::test_the_commands_of_the_go_example"
    ),
    ("examples/bootstrap-python/README.md", "python3 -m venv build/venv"): (
        "tests/workers/test_tandem_invoke.py::test_the_commands_of_the_python_example"
    ),
    ("docs/server.md", "$ tandem serve"): SERVER,
    ("docs/server.md", "export AWS_ACCESS_KEY_ID="): SERVER,
    ("docs/server.md", "tandem logs HelloPython --since"): SERVER,
    # A CMakeLists.txt.
    ("examples/README.md", "cmake_minimum_required("): (
        "tests/examples/test_installed_tree.py::test_what_the_readme_says_is_enough_to_embed"
    ),
}


@dataclasses.dataclass
class Block:
    page: str
    line: int
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}: {self.text.splitlines()[0]}"

    def is_of(self, key):
        page, beginning = key
        return self.page == page and self.text.startswith(beginning)


def blocks_of(page, text):
    """The fenced blocks of a page, also within lists, and the indented ones, each as it would be pasted."""
    fenced = r"^(?P<margin> *)(?P<fence>```+|~~~+).*\n(?P<fenced>(?:.*\n)*?) *(?P=fence) *$"
    indented = r"(?<=\n\n)(?P<indented>(?: {4}.*\n|\n(?= {4}))+)"
    for found in re.finditer(f"{fenced}|{indented}", text, re.MULTILINE):
        inside, margin = found["indented"], 4
        if inside is None:
            inside, margin = found["fenced"], len(found["margin"])
        plain = re.sub(rf"^ {{0,{margin}}}", "", inside, flags=re.MULTILINE)
        yield Block(page, text.count("\n", 0, found.start()) + 1, plain)


def all_blocks(root):
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md")), *sorted((root / "examples").rglob("*.md"))]
    names = [path.relative_to(root).as_posix() for path in pages]
    return [
        block
        for name, path in zip(names, pages)
        if name not in OTHER_PAGES
        for block in blocks_of(name, path.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def blocks(root):
    return all_blocks(root)


def text_of(blocks, key):
    (block,) = [block for block in blocks if block.is_of(key)]
    return block.text


def test_blocks_are_found_in_every_form():
    text = "Text\n\n    one\n\n    two\n\nText\n\n```console\n$ three\n```\n\n"
    text += "- item\n\n  ~~~\n  four\n  ~~~\nText\n    no block\n"
    found = [(block.line, block.text) for block in blocks_of("page", text)]
    assert found == [(3, "one\n\ntwo\n"), (9, "$ three\n"), (15, "four\n")]


def test_every_block_is_run_here_or_elsewhere(blocks):
    known = [*RUN, *SHOWN.values(), *ELSEWHERE, OUTPUT]
    unknown = [str(block) for block in blocks if not any(block.is_of(key) for key in known)]
    if unknown:
        pytest.fail("no test runs these blocks; add them to RUN or ELSEWHERE:\n" + "\n".join(unknown), pytrace=False)
    for key in known:
        assert len([block for block in blocks if block.is_of(key)]) == 1, f"not one block begins like {key}"
    assert len(blocks) == len(known), "two entries are of one block"


def test_what_runs_the_others_is_there(root):
    table = (root / "tests" / "lib" / "steps.sh").read_text(encoding="utf-8")
    steps = re.findall(r"^  '([a-z-]+)\|", table, re.MULTILINE)
    assert "examples" in steps
    for where in set(ELSEWHERE.values()):
        file, _, test = where.partition("::")
        assert file in steps or f"def {test}(" in (root / file).read_text(encoding="utf-8"), where


@pytest.fixture
def tree(root, build_dir, tmp_path):
    """What the blocks use of a checkout after the quickstart; the tested build is in place of the release build."""
    folder = tmp_path / "a checkout"
    for name in ("bindings", "examples"):
        shutil.copytree(root / name, folder / name)
    (folder / "build").mkdir()
    (folder / "build" / "release").symlink_to(build_dir)
    return folder


@pytest.mark.parametrize("key", RUN, ids=[page for page, _ in RUN])
def test_a_block(blocks, tree, tmp_path, key):
    """Each of its commands ends as it is to, without make, which tools/setup does not install."""
    folder, expected = RUN[key]
    for name in ("home", "stand-ins"):
        (tmp_path / name).mkdir()
    for name in ("make", "gmake"):
        (tmp_path / "stand-ins" / name).write_text("#!/bin/sh\necho not installed by tools/setup >&2\nexit 127\n")
        (tmp_path / "stand-ins" / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text_of(blocks, key)],
        cwd=tree / folder,
        env={**os.environ, "HOME": str(tmp_path / "home"), "PATH": f"{tmp_path / 'stand-ins'}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if key in SHOWN else subprocess.PIPE,
        text=True,
        check=False,
    )
    said = done.stdout if done.stderr is None else done.stderr
    assert done.returncode == STATUS.get(key, 0), done.stdout + said
    assert "tandem: " not in said, said
    at = 0
    for piece in expected:
        assert piece in done.stdout[at:], f"no {piece!r} in its place in\n{done.stdout}"
        at = done.stdout.index(piece, at) + len(piece)
    if key in SHOWN:
        shown = text_of(blocks, SHOWN[key]).splitlines()
        for expected_line, line in zip(shown, done.stdout.splitlines()[-len(shown) :]):
            assert re.fullmatch(pattern_of(expected_line), line), (
                f"the page has\n{expected_line}\nand it prints\n{line}"
            )


def pattern_of(line):
    """A regular expression for a printed line with other identifiers, numbers, versions and paths."""
    masks = [(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[0-9a-f-]{36}"), (r"/\S+/", "/\\S+/")]
    masks += [(r"\d+(?:\.\d+)+", r"\d+(?:\.\d+)+"), (r"pid \d+", r"pid \d+"), ("…", ".*"), (r"\s+", r"\s+")]
    parts = re.split("(" + "|".join(mask for mask, _ in masks) + ")", line)
    chosen = [next((other for mask, other in masks if re.fullmatch(mask, part)), None) for part in parts]
    return "".join(re.escape(part) if other is None else other for part, other in zip(parts, chosen))


def in_order(text):
    """The lines, those of libraries, which any order will do for, by the libraries' names."""
    lines = text.splitlines()
    libraries = [number for number, line in enumerate(lines) if line.startswith("  /")]
    for number, line in zip(libraries, sorted((lines[number] for number in libraries), key=os.path.basename)):
        lines[number] = line
    return lines


def test_the_run_that_the_readme_shows(blocks, build_dir):
    done = subprocess.run([build_dir / "bin" / "side-by-side"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown, printed = in_order(text_of(blocks, OUTPUT)), in_order(done.stdout)
    assert len(shown) == len(printed), done.stdout
    for expected, line in zip(shown, printed):
        assert re.fullmatch(pattern_of(expected), line), f"README.md has\n{expected}\nand it prints\n{line}"
