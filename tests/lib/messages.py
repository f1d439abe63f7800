"""The messages of Tandem's own: in the code, as string literals, and in docs/errors.md, as code spans.

A literal counts as a message when it has two words at least. It is compared piece by piece: what lies between the
values that are put in at run time, in the code between literals or at a format's `{}` and `%s`, in the page at `…`.
"""

import ast
import dataclasses
import re
from pathlib import Path

PLACEHOLDER = "…"
SOURCES = [
    "cli/*.cc",
    "cli/*.h",
    "core/src/*.cc",
    "core/src/*.h",
    "core/include/tandem/*.h",
    "templates/src/*.cc",
    "templates/src/*.h",
    "host/*.cc",
    "host/*.h",
    "host/http/*.cc",
    "host/logs/*.cc",
    "host/api/event_invocation.cc",
    "host/api/event_invoke_operations.cc",
    "host/api/signature.cc",
    "workers/*.cc",
    "workers/*.h",
    "workers/*/*.cc",
    "workers/*/*.h",
    "java-bridge/src/*.cc",
    "java-bridge/src/*.h",
    "java-bridge/java/src/main/java/**/*.java",
    "python-bridge/src/*.cc",
    "python-bridge/src/*.h",
    "python-bridge/finder/*.cc",
    "python-bridge/finder/*.h",
    "python-bridge/python/_tandem/*.py",
]

#: Literals with two words that no user gets as a message: file, the literal's pattern, why.
NO_MESSAGES = [
    ("cli/*", r"Usage: tandem .*|\nExit status.*|Tandem runs AWS-Lambda-style.*", "help"),
    ("cli/data_folder_choice.cc", r"the folder of functions.*", "help"),
    ("cli/remote_invocation.cc", r"invoke: --endpoint:? ", "what goes before messages of its client and of the API"),
    ("cli/function_environment.cc", r" ?-XX:.*|/(hs_err|replay)_pid%p\.log.*", "options for the JVM"),
    ("core/src/platform_lines.cc", r"(START|END|REPORT) RequestId: |( ms| MB)\t(Billed Duration|Memory Size|Max Memory Used): |"
     r"Init Duration: ", "the service's lines, L-41 to L-43"),
    ("core/src/loader_module.cc", r"undefined symbol: ", "the dynamic linker's"),
    ("core/src/loader_process.cc", r" let an exception out of fill_cache| did not fill its cache .*", "of a cache, which nobody depends on"),
    ("core/src/package.cc", r"the start cache", "likewise"),
    ("java-bridge/src/class_archive.cc", r"nobody can tell .*| has (ended with|written no) .*", "likewise"),
    ("Rehearsal.java", r"\{.*\}", "an event"),
    ("core/src/platform_lines.cc", r"[a-z/]+( [a-z0-9()/]+)*| \(core dumped\)", "the names of signals, E-42"),
    ("core/src/request_id.cc", r"the lowest byte .*", "a static_assert"),
    ("host/http/connection.cc", r"HTTP/1\.1 100 .*|%a, %d .*", "HTTP"),
    ("host/lambda_api.cc", r"The (head of the )?request .*|A request of .*|Expect: .*|This server .*|Request must be .*| bytes for the .*| is no operation .*|out of memory", "the API's answers"),
    ("host/api/event_*.cc", r"The function .*| doesn't have .*|You (must|can't) .*|Member must .*| byte payload is .*", "the API's answers"),
    ("host/api/signature.cc", r"Missing Auth.*|Date in Credential .*|The (Authorization|security|request) .*|Signature .*| is (now|still) .*|[-+] 5 min.*", "the API's answers"),
    ("host/*", r"(; )?(SELECT|INSERT|DELETE|CREATE|BEGIN|PRAGMA) .*", "SQL"),
    ("workers/channel.cc", r"channel: there is no room", "of an invocation that ends otherwise"),
    ("workers/channel.cc", r"channel: it is of the process .*", "to a fork, which has no other end"),
    ("workers/claims.cc", r"claims: the file is of another size", "of a worker of another build, whose protocol is refused before"),
    ("workers/worker/worker.cc", r"there is nothing to serve with", "of a worker that has said why, and ends"),
    ("workers/runtime_api*", r"HTTP/1\.1 .*|Connection: close.*", "HTTP"),
    ("workers/runtime_api_text.cc", r"[A-Z][a-z]+( [A-Z][a-z]+)+|4\d\d .*|HTTP request .*|Invalid request ID|Exceeded maximum .*|"
     r"State transition .*| failed for runtime.*", "replies to runtimes, R-08 to R-18"),
    ("workers/*", r"user namespace", "a word for how processes are kept"),
    ("workers/supervisor/*", r"user namespace|death signal|mount namespace|limit of (open|core) files",
     "what is attempted"),
    ("java-bridge/src/start_output.cc", r".*", "HotSpot's words, and how it begins a line"),
    ("python-bridge/src/context.cc", r"Milliseconds until .*", "a docstring"),
    ("python-bridge/src/key_cache.h", r"Ends takes .*", "a static_assert"),
    ("python-bridge/src/native_module.cc", r"\w+\(.*\).*: .*", "docstrings"),
    ("python-bridge/src/native_module.cc", r"a hint is text", "to the Python half only"),
    ("python-bridge/src/log_stream.cc", r"write\(\) argument .*|I/O operation .*", "what Python's own streams say"),
    ("python-bridge/src/loader.cc", r"preparing Python for forks|going on after a fork", "to a zygote, which ends without a word"),
    ("java-bridge/src/standby.cc", r"code that is .*", "to a standby's host, which executes another worker"),
    ("Standby.java", r"the VM has read .*", "likewise"),
    ("python-bridge/src/start.cc", r"import _signal\n.*", "source text"),
    ("python-bridge/finder/discovery.cc", r"#define PY_VERSION", "looked for in a header"),
    ("java-bridge/src/jdk_probe.cc", r"unknown processor architecture", "an #error"),
    ("LinkHints.java", r"\^.*", "patterns"),
    ("python-bridge/python/_tandem/bytecode.py", r"<frozen .*|not a folder .*", "to the import system only"),
    ("python-bridge/python/_tandem/errors.py", r"Traceback \(most.*", "as Python has it, L-16"),
    ("python-bridge/python/_tandem/logs.py", r"\[%\(levelname.*", "a format, L-02"),
    ("python-bridge/python/_tandem/isolation.py", r"(more than once|interpreter change|CPU dispatcher) .*", "looked for in messages"),
    ("python-bridge/python/_tandem/hints.py", r"asynchat .*|aifc .*|aiobotocore .*", "names of modules"),
    ("python-bridge/python/_tandem/hints.py", r"; '\(.*|cannot import name .*", "looked for in the interpreter's messages"),
    ("python-bridge/python/_tandem/hints.py", r"\(\\S\+\).*|undefined symbol: .*|invalid ELF .*|wrong ELF .*",
     "looked for in the dynamic linker's messages"),
]  # fmt: skip

_TOKEN = re.compile(
    r"""
    //[^\n]* | /\*.*?\*/                                   # comments
    | R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"            # R"(...)"
    | "(?P<text>(?:\\.|[^"\\\n])*)"
    | '(?:\\.|[^'\\\n])+'
    | ^[ \t]*\#[ \t]*include[^\n]*
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_TABLES_OF_OPTIONS = re.compile(r"static const OptionTable kTable = \{.*?\n  \};", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


@dataclasses.dataclass(frozen=True)
class Literal:
    """A string literal, with the neighbours that the compiler joins it with."""

    file: str
    line: int
    text: str

    def pieces(self):
        """What is said between the values, as far as it has two words."""
        return [
            piece
            for piece in split(self.text)
            if sum(re.search(r"[A-Za-z]{2,}", word) is not None for word in piece.split()) >= 2
        ]


def split(text):
    """The fixed pieces of a format, without blanks at their ends."""
    parts = re.split(r"\{\d?\}|%[-+ #0-9.*]*[sdlu]+|" + PLACEHOLDER, text)
    return [" ".join(part.split()) for part in parts if part.strip()]


def literals(root):
    """All string literals of the code."""
    found = []
    for pattern in SOURCES:
        for path in sorted(Path(root).glob(pattern)):
            text = path.read_text(encoding="utf-8")
            read = _in_python if path.suffix == ".py" else _in_c
            found += [Literal(str(path.relative_to(root)), line, value) for line, value in read(text)]
    return found


def messages(root):
    """The literals that a user may get, and which of NO_MESSAGES no literal fits."""
    idle = set(range(len(NO_MESSAGES)))
    kept = []
    for literal in literals(root):
        if not literal.pieces():
            continue
        fits = {
            at
            for at, (file, pattern, _) in enumerate(NO_MESSAGES)
            if Path(literal.file).match(file) and re.fullmatch(pattern, literal.text, re.DOTALL)
        }
        idle -= fits
        if not fits:
            kept.append(literal)
    return kept, [NO_MESSAGES[at] for at in sorted(idle)]


def _in_c(text):
    """Of C++ and Java."""
    text = _TABLES_OF_OPTIONS.sub(lambda table: "\n" * table.group().count("\n"), text)
    found = []
    end = None
    for token in _TOKEN.finditer(text):
        value = token["raw"] if token["raw"] is not None else token["text"]
        if value is None:
            continue
        if token["raw"] is None:
            value = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), value)
        if end is not None and not text[end : token.start()].strip(" \n+"):  # adjacent, or joined by +
            line, before = found.pop()
            found.append((line, before + value))
        else:
            found.append((text.count("\n", 0, token.start()) + 1, value))
        end = token.end()
    return found


def _in_python(text):
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def spans(page):
    """The code spans of a page's text, without its blocks of code."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return [span[1].strip() for span in re.findall(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text)]


def listed(page):
    """The page's messages as (section, span): the code spans of the first columns of tables of messages and hints."""
    section, column, found = "", False, []
    for line in page.splitlines():
        if line.startswith("#"):
            section, column = line.lstrip("# "), False
        elif re.match(r"\| (message|hint) \|", line):
            column = True
        elif not line.startswith("|"):
            column = False
        elif column and not line.startswith("|---"):
            found += [(section, span) for span in spans(line.split(" | ")[0])]
    return found
