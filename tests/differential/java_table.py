"""Which Java handlers meet which events."""

import re
from pathlib import Path

import events
import java_events
from rows import Row

SOURCES = Path(__file__).resolve().parent / "java" / "src" / "main" / "java"

#: Of Shapes: by themselves, and what of them cannot be used.
_STREAMS = (
    "in out copy copyContext inContext outContext silent unflushed streamResult inResult overloadedStreams".split()
)
_CLASSES = "Concrete Simple OfObjects OfPojos OfVoid Failing Streams Both Inherits Bounded UsesDefault".split()
_BAD_CLASSES = "Raw Generic Neither Abstract Inner Absent WithDefault AnEnum".split()
_NESTED = (
    "Raw::handleRequest Generic::handleRequest Concrete::handleRequest Abstract::fixed NoConstructor::fixed "
    "ThrowingConstructor::fixed Concrete::answer Bounded::handleRequest Both::handleRequest"
).split()
_BAD_NESTED = (
    "Abstract::handle NoConstructor::handle HiddenConstructor::handle ThrowingConstructor::handle ThrowingStatic::handle "
    "Inner::handle Closed::handle AnEnum::handle Neither::absent"
).split()
_BAD_NAMES = (
    "differential.Shapes::absent differential.Absent::none absent.Shapes::none differential.Shapes:: ::none :: : "
    "differential.Shapes.none differential.Shapes:none differential.Shapes::none::none differential::Shapes::none "
    "differential/Shapes::none Shapes::none java.lang.String java.lang.Math::abs "
    "differential.shapes::none differential.Shapes::None differential.Shapes$::none"
).split()


def _source(name, package="differential"):
    return (SOURCES / package / f"{name}.java").read_text(encoding="utf-8")


def _methods(name, package="differential"):
    """The public methods of a source's outer class, each once."""
    text = _source(name, package)
    found = re.findall(r"^  public (?!class|interface|enum|abstract)[^=;{]*?(\w+)\(", text, re.MULTILINE)
    return list(dict.fromkeys(method for method in found if method != name))


def _declared():
    """The classes of Declared that are handlers."""
    return re.findall(r"^  public static class (\w+) extends Echo<", _source("Declared"), re.MULTILINE)


#: Types whose events differ by their shape, not by their text.
_WITHOUT_TEXT_FORM = (
    "anInt aLong aShort aByte aDouble aFloat aBoolean aChar boxedInt boxedLong boxedShort boxedByte boxedDouble boxedFloat "
    "boxedBoolean boxedChar text any number characters rawMap anyMap textMap intMap keyedMap mapOfLists mapOfPojos rawList "
    "anyList textList intList longList doubleList booleanList listOfLists listOfMaps pojoList intArray longArray "
    "doubleArray booleanArray textArray anyArray table pojoArray pojo fields nested recursive"
).split()

#: Of Reads: those that take numbers, for which most plain events are none.
_NUMERIC = "plusOne product half third not code scaled sum pojo sameNumber joined size length upper reversed".split()

#: Whose process ends after the answer (E-25), so that a second event would meet its end.
_FATAL = "noMemory ioError overflow".split()

#: By which only processes of their own are not the end of all.
_LEAVE = "exit exitAtPeace halt".split()

#: Of Results: whose response is not made of a value.
_WITHOUT_RESULT = "nothing aVoid".split()

#: Callers of a client library whose values another JSON library reads and writes (H-JAVA-76).
_ANDROID = '{"client":{"app_title":"title"},"custom":{"k":"v"},"env":{"platform":"Android"}}'
_FOR_ANDROID = (
    "Echoes::android Reads::half Types::pojo Types::doubleArray Types::textMap Types::colour Types::fields".split()
)

#: Of Declared: those that a one-pass writer writes, and what they give that is of their type.
_CHECKED = "AText AnyMap TextMap AnyList TextList".split()
_ECHOED = {"AnyMap": events.MAPS, "AnyList": events.LISTS, "AText": events.TEXTS, "AnyObject": events.MAPS}

#: What Plain's handlers take, by how their names begin.
_PLAIN = {"map": events.MAPS, "any": events.MAPS, "list": events.LISTS, "text": events.TEXTS}


def _plain_rows():
    for class_ in ("Plain", "Everyday"):
        for name in _methods(class_):
            handler = f"differential.{class_}::{name}"
            yield Row(handler, events.and_generated(_PLAIN[re.match("[a-z]+", name)[0]], handler, 4))


def _without_event(name):
    """The methods of a source's outer class that take none."""
    text = (SOURCES / "differential" / f"{name}.java").read_text(encoding="utf-8")
    return re.findall(r"^  public [^=;{]*?(\w+)\((?:Context \w+)?\)", text, re.MULTILINE)


def _error_rows():
    without_event = ["stream", *_without_event("Errors")]  # and without a result anyway
    for name in _methods("Errors"):
        handler = f"differential.Errors::{name}"
        if name in _LEAVE:
            yield Row(handler, events.ONE, isolation="process", has_values=False)
        else:
            list_ = [b"5"] if name in _FATAL else [*events.FEW, *events.MAPS[3:7]]
            yield Row(handler, list_, has_values=name not in without_event)


def event_rows(package="listed"):
    """The classes that every version of the event library has, or that its 2.x has, too."""
    return [Row(f"{package}.Events::{name}", java_events.of(name)) for name in _methods("Events", package)]


#: What own.Serializer makes, does not read, or does not write.
_MADE = "null short int long double char boolean map list fails fails_badly unwritable no_json \N{SNOWMAN}".split()


def own_rows():
    """Of a package with a serializer of its own."""
    handlers = [f"own.Handlers::{name}" for name in _methods("Handlers", "own")]
    made = [name.encode() for name in [*_MADE, ""]]
    return [Row(name, made) for name in [*handlers, "own.Handlers$OfMaps", "own.Handlers$OfObjects"]]


#: Formats and levels of the log, which are known in any case, and those that end the client before it has a handler (L-33).
_KNOWN_LOGS = (("json", "warn"), ("Text", "UNDEFINED"), ("JSON", "FATAL"))
_UNKNOWN_LOGS = (("", "LOUD"), ("XML", ""), ("XML", "LOUD"), ("JSON", "LOUD"))


def _log_rows():
    inline = [("inline", *log) for log in (*_KNOWN_LOGS, *_UNKNOWN_LOGS)]
    for isolation, *log in inline + [("process", *log) for log in _UNKNOWN_LOGS]:
        settings = dict(zip(("log_format", "log_level"), log), isolation=isolation)
        yield Row("differential.Errors::mine", events.ONE, f"{isolation} {log}", **settings)


def rows():
    made = [*_plain_rows(), *_error_rows()]
    for name in _methods("Reads"):
        handler = f"differential.Reads::{name}"
        fixed = events.TYPED[:10] if name in _NUMERIC else events.PLAIN
        made.append(Row(handler, events.and_generated(fixed, handler, 6)))
    for list_, name in ((events.ODD, "odd"), (events.BROKEN, "broken")):
        made.append(Row(f"differential.Echoes::{name}", list_))
    for name in _methods("Types"):
        handler = f"differential.Types::{name}"
        made.append(Row(handler, events.TYPED[:10] if name in _WITHOUT_TEXT_FORM else events.TYPED[8:]))
    for name in _FOR_ANDROID:
        made.append(Row(f"differential.{name}", events.TYPED[::2], "Android", client_context=_ANDROID))
    for name in _declared():
        made.append(Row(f"differential.Declared${name}", events.ROOTS[::2] if name in _CHECKED else events.ROOTS[4::4]))
        if name in _ECHOED:
            made.append(Row(f"differential.Declared${name}", _ECHOED[name][:11], "fitting"))
    made += [
        Row(f"differential.Wide::{name}", events.WIDE if name == "any" else events.WIDE[::5])
        for name in _methods("Wide")
    ]
    for name in _methods("Results"):
        made.append(Row(f"differential.Results::{name}", events.TWO, has_values=name not in _WITHOUT_RESULT))
    for name in _methods("Shapes"):
        made.append(Row(f"differential.Shapes::{name}", events.FEW, has_values=name not in _STREAMS))
    for name in [*_CLASSES, *_NESTED]:
        made.append(Row(f"differential.Shapes${name}", events.FEW, has_values=name not in ("Streams", "Both")))
    made += [Row(f"differential.Events::{name}", java_events.of(name)) for name in _methods("Events")] + event_rows()
    bad = [f"differential.Shapes${name}" for name in [*_BAD_CLASSES, *_BAD_NESTED]] + _BAD_NAMES + [""]
    bad += ["differential.Shapes::hidden", "differential.Shapes::guarded", "differential.Shapes::packagePrivate"]
    made += [Row(name, events.ONE, has_values=False) for name in bad]
    return [*made, *_log_rows()]
