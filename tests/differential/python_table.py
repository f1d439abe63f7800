"""Which Python handlers meet which events."""

import ast
from pathlib import Path

import events
from rows import Row

PACKAGE = Path(__file__).resolve().parent / "python"

#: What handlers can be besides functions.
_READS_BESIDES = "Callable instance bound of_class of_none anonymous partial built_in builtin_pair decorated".split()
_RESULTS_BESIDES = "Plain Record not_callable a_text nothing_at_all".split()
_ERRORS_BESIDES = "one_argument no_argument three_arguments keyword_only Mine Loud".split()

#: A process ends, here or in the reference.
_LEAVE = "leave leave_at_peace leave_with_text leave_with_true interrupt loud generator_exit hostile surrogate".split()

#: By which only processes of their own are not the end of all.
_LEAVE_ABRUPTLY = "leave_abruptly killed aborted".split()

#: Limits that a handler sets, and how deep its result is then; the last one is as usual again.
_LIMITS = [(120, 20), (120, 150), (150, 110), (150, 199), (2000, 199), (2000, 1500), (1000, 20)]

_CLIENT_CONTEXT = '{"client": {"app_title": "title"}, "custom": {"k": "v"}, "env": {"platform": "Android"}}'

#: What is no JSON for the runtime (J-33), by content type.
_OTHER_BYTES = {"text/plain": [b"", b"text", b"\xff\x00"], "application/json; charset=utf-8": [b'{"charset": 1}']}

#: Resolution and init; what fails before an event is looked at needs one only.
_RESOLVED = (
    "folder/app.handler folder.app.handler folder/deep/app.handler folder.deep.app.handler plain_folder/my-mod.handler "
    "sub/sys.fn sub.sys.fn broken/getattr_any.whatever broken/getattr_any.ä json.dumps os.getcwd reads.__name__ "
    "json.JSONDecodeError bootstrap.handler math.floor results.__doc__ collections.abc.Mapping"
).split()
_UNRESOLVED = [
    *(
        "absent.handler results.absent results absent folder.absent.handler folder/absent.handler folder.handler "
        "reads.Callable.method reads..echo reads. .echo . .. /reads.echo ./reads.echo ../reads.echo folder\\app.handler "
        "sys.exit time.time builtins.print _io.open json.absent folder//app.handler reads/.echo Reads.echo reads.Echo"
    ).split(),
    "",
    " ",
    " reads.echo",
    "reads.echo ",
    "reads .echo",
    "reads. echo",
    "ünknown.handler",
    "reads.\u20ac",
    *("broken.%s.handler" % name for name in "dependency name key raises custom leaves interrupts".split()),
    *("broken.%s.handler" % name for name in "bad_syntax bad_indent imports_bad_syntax unicode recurses".split()),
    *("broken.%s.handler" % name for name in "surrogate getattr_key getattr_attribute bare_import_error".split()),
    *("broken.%s.handler" % name for name in "by_hand syntax_by_hand".split()),
    "broken/dependency.handler",
    "broken/bad_syntax.handler",
]


def _functions(module):
    """The names of a module's public functions of an event and a context."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return [node.name for node in functions if [a.arg for a in node.args.args][:1] in (["event"], [])]


def _answers():
    """The names that results.py gives to what it makes of its table."""
    tree = ast.parse((PACKAGE / "results.py").read_text(encoding="utf-8"))
    tables = [n.value for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "_ANSWERS"]
    return [key.value for key in tables[0].keys]


def _deep_rows():
    made = [Row(f"deep.{name}", events.DEPTHS) for name in ("lists", "maps", "tuples")]
    for name in ("echo", "depth"):
        made += [Row(f"deep.{name}", events.DEEP_LISTS), Row(f"deep.{name}_of_maps", events.DEEP_MAPS)]
    limits = [b'{"limit": %d, "depth": %d}' % pair for pair in _LIMITS]
    # One after the other in one process: Tandem has one interpreter for all.
    return [*made, Row("deep.below_a_limit", limits)]


def rows():
    made = []
    for name in dict.fromkeys([*_functions("reads"), *_READS_BESIDES]):
        if name in ("by_keywords", "decorate", "about"):
            continue
        handler = f"reads.{name}"
        made.append(Row(handler, events.and_generated(events.MIXED, handler, 14)))
    for list_, name in ((events.PLAIN, "plain"), (events.ODD, "odd"), (events.BROKEN, "broken")):
        made += [Row(f"echoes.{prefix}{name}", list_) for prefix in ("", "shown_")]
    for name in [*_answers(), *_functions("results"), *_RESULTS_BESIDES]:
        made.append(Row(f"results.{name}", events.TWO))
    made += _deep_rows()
    for client_context in ("", _CLIENT_CONTEXT, "{"):
        # Alone in a process, so that it is told the trace id (C-31).
        about = {"client_context": client_context, "isolation": "process", "has_values": False}
        made.append(Row("reads.about", events.FEW, client_context, **about))
    for content_type in ("text/plain", "application/json; charset=utf-8"):
        made.append(Row("echoes.shown_bytes", _OTHER_BYTES[content_type], content_type, content_type=content_type))
    for name in [*_functions("errors"), *_ERRORS_BESIDES]:
        isolation = "process" if name in _LEAVE_ABRUPTLY else "inline"
        one = name in _LEAVE or name in _LEAVE_ABRUPTLY
        row = Row(
            f"errors.{name}", events.ONE if one else events.FEW, isolation=isolation, has_values=isolation == "inline"
        )
        made.append(row)
    made += [Row(name, events.FEW) for name in _RESOLVED]
    made += [Row(name, events.ONE) for name in _UNRESOLVED]
    return made
