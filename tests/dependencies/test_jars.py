"""Java packages as Maven makes them: K-03 to K-08, H-JAVA-50, H-JAVA-51, H-JAVA-55."""

import re
import shutil
import zipfile

from support import archived, hint_of

OUR_CORE = re.compile(r"/tandem/java/aws-lambda-java-core-[0-9.]+\.jar")


#: Whole, as the serializer of these events takes no less (H-JAVA-85).
S3_RECORD = {
    **{"awsRegion": "r", "eventName": "e", "eventSource": "s", "eventVersion": "2"},
    "eventTime": "1970-01-01T00:00:00.000Z",
    "s3": {
        "bucket": {"name": "b", "arn": "a", "ownerIdentity": {"principalId": "p"}},
        "object": {"key": "a+b%C3%A9.txt", "size": 1, "eTag": "e", "versionId": "v", "sequencer": "s"},
        **{"s3SchemaVersion": "1", "configurationId": "c"},
    },
    "requestParameters": {"sourceIPAddress": "1"},
    "responseElements": {"x-amz-id-2": "a", "x-amz-request-id": "b"},
    "userIdentity": {"principalId": "p"},
}


def succeeded(run, log=""):
    """The response of a handler that has written the given lines."""
    assert run.code == 0, run.stdout.decode() + run.stderr
    assert run.handler_log() == log
    return run.json


def without(source, target, *left_out):
    """A copy of a package without some entries, by how their names begin."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        names = [name for name in dict.fromkeys(old.namelist()) if not name.endswith("/")]
        for name in names:
            if not name.startswith(left_out):
                new.writestr(archived(name, method=zipfile.ZIP_STORED), old.read(name))
    assert len(new.namelist()) < len(names)
    return str(target)


def test_shaded_jar(on_java, java_archive, covers):
    """K-04, H-JAVA-50: a library under another name, and the runtime's interfaces before those in the jar."""
    package = java_archive("shaded")
    event = {"order": '{"tea": 2, "mate": 1}'}
    answer = succeeded(on_java(package, "shop.Prices", event))
    assert OUR_CORE.search(answer.pop("core"))
    expected = {"gson": "shop.shaded.gson.Gson", "doubled": '{"mate":2,"tea":4}'}
    assert answer == {"count": 1, "packed": True, **expected}
    answers = on_java.again(*[(package, "shop.Prices", event)] * 2)
    assert [(kind, answer["count"], answer["doubled"]) for kind, answer in answers] == [
        ("ok", 1, expected["doubled"]),
        ("ok", 2, expected["doubled"]),
    ]
    covers("K-04", "H-JAVA-50")


def test_shaded_jar_that_lacks_a_class(on_java, java_archive, tmp_path):
    """As a filter of the shade plug-in that takes too much leaves it."""
    package = without(java_archive("shaded"), tmp_path / "lacking.jar", "shop/shaded/gson/")
    run = on_java(package, "shop.Prices", {"order": "{}"})
    assert "shop.shaded.gson" in hint_of(run), run.stderr
    assert run.json["errorType"] == "java.lang.NoClassDefFoundError"


def api_request(name):
    return {
        "httpMethod": "GET",
        "pathParameters": {"name": name},
        "queryStringParameters": {"other": "ida"},
        "requestContext": {"identity": {"sourceIp": "203.0.113.9"}},
    }


def test_zip_with_lib(on_java, java_archive, covers):
    """K-03, H-JAVA-51: jars in lib/, the event classes among them."""
    package = java_archive("lib-folder")

    def response(body):
        return {"statusCode": 200, "headers": {"x-caller": "203.0.113.9"}, "body": body, "isBase64Encoded": False}

    assert succeeded(on_java(package, "web.Api", api_request("ada lovelace"))) == response("GET Ada Lovelace 10 1")
    notice = {"Records": [S3_RECORD]}
    assert on_java.again(
        (package, "web.Api", api_request("ada")),
        (package, "web.Api::keys", notice),
        (package, "web.Api", api_request("IDA B")),
    ) == [("ok", response("GET Ada 1 1")), ("ok", "b/a bé.txt"), ("ok", response("GET Ida B 5 2"))]
    covers("K-03", "H-JAVA-51")


def test_zip_with_another_core_in_lib(on_java, java_archive, covers):
    """H-JAVA-50: the context is an instance of the interface that the package sees, which is the runtime's."""
    package = java_archive("lib-folder")
    with zipfile.ZipFile(package) as archive:
        assert "lib/aws-lambda-java-core-1.2.3.jar" in archive.namelist()
    path, _, is_instance = succeeded(on_java(package, "web.Api::core", 1)).partition(" ")
    assert OUR_CORE.search(path) and is_instance == "true"
    covers("H-JAVA-50")


def test_zip_that_lacks_a_jar(on_java, java_archive, tmp_path):
    """The hint says what to add and where."""
    package = without(java_archive("lib-folder"), tmp_path / "lacking.zip", "lib/commons-text")
    run = on_java(package, "web.Api", api_request("ada"))
    assert "lib/" in hint_of(run) and "org.apache.commons.text" in hint_of(run), run.stderr
    assert run.json["errorType"] == "java.lang.NoClassDefFoundError"


def test_kotlin(on_java, java_archive, covers):
    """H-JAVA-55: a class with a generic interface, data classes in and out, a handler's state over two invocations."""
    package = java_archive("kotlin")
    cups = [{"drink": "tea", "size": "LARGE", "extras": ["milk"]}, {"drink": "mate"}]
    receipt = {"text": "tea large +milk; mate small", "perDrink": {"mate": 1, "tea": 1}}
    assert succeeded(on_java(package, "cafe.Bar", cups), "served 2\n") == {**receipt, "cups": 2}
    assert on_java.again(
        (package, "cafe.Bar", cups),
        (package, "cafe.Bar", cups[:1]),
        (package, "cafe.Bar::one", cups[0]),
        (package, "cafe.HandlersKt::shout", "größe"),
        (package, "cafe.HandlersKt::shout", None),
        (package, "cafe.Counter::next", 3),
        (package, "cafe.Counter::next", 4),
    ) == [
        ("ok", {**receipt, "cups": 2}),
        ("ok", {"text": "tea large +milk", "cups": 3, "perDrink": {"tea": 1}}),
        ("ok", {"drink": "aet", "size": "LARGE", "extras": ["milk"]}),
        ("ok", "GRÖSSE"),
        ("ok", "nothing"),
        ("ok", 3),
        ("ok", 7),
    ]
    covers("H-JAVA-55")


def test_kotlin_errors(on_java, java_archive):
    """H-JAVA-55: a frame names the Kotlin source; what Lambda cannot make of Kotlin, neither can we."""
    package = java_archive("kotlin")
    run = on_java(package, "cafe.Bar::missing", {"drink": "tea"})
    assert (run.code, run.json["errorType"]) == (1, "java.util.NoSuchElementException")
    assert re.fullmatch(r"cafe\.Bar\.missing\(Handlers\.kt:\d+\)", run.json["stackTrace"][0])
    run = on_java(package, "cafe.Closed", "x")
    assert (run.code, run.json["errorMessage"]) == (1, "Class cafe.Closed has no public zero-argument constructor")
    run = on_java(package, "cafe.Till::take", {"cents": 3})
    assert (run.code, run.json["errorMessage"]) == (1, "An error occurred during JSON parsing")
    assert "Cannot construct instance of `cafe.Coin`" in run.stderr


def test_kotlin_without_its_library(on_java, java_archive, tmp_path):
    """As the jar plug-in alone makes it."""
    package = without(java_archive("kotlin"), tmp_path / "lacking.jar", "kotlin/")
    run = on_java(package, "cafe.Bar", [])
    assert "kotlin" in hint_of(run), run.stderr
    assert run.json["errorType"] == "java.lang.NoClassDefFoundError"


def test_scala(on_java, java_archive, covers):
    """H-JAVA-55: Java's maps read as Scala's, a case class with bean properties, methods of objects."""
    package = java_archive("scala")
    words = {"text": "to be or not to be"}
    answer = {"served": 1, "first": "to", "lengths": {"2": 5, "3": 1}}
    assert succeeded(on_java(package, "press.Words", words), "served 1\n") == answer
    page = {"title": "größe", "words": 3, "tags": ["a"]}
    assert on_java.again(
        (package, "press.Words", words),
        (package, "press.Words", {"text": "é"}),
        (package, "press.Printer", page),
        (package, "press.Printer", {}),
        (package, "press.Printer::pages", [page, {"words": 4}]),
        (package, "press.Counter::next", 3),
        (package, "press.Counter::next", 4),
    ) == [
        ("ok", answer),
        ("ok", {"served": 2, "first": "é", "lengths": {"1": 1}}),
        ("ok", {"title": "Größe", "words": 6, "tags": ["new", "a"]}),
        ("ok", {"title": "", "words": 0, "tags": ["new"]}),
        ("ok", 7),
        ("ok", 3),
        ("ok", 7),
    ]
    covers("H-JAVA-55")


def test_scala_errors(on_java, java_archive, covers):
    """H-JAVA-55: a frame names the Scala source; what Lambda cannot make of Scala, neither can we."""
    package = java_archive("scala")
    missing, well, closed, last = on_java.again(
        (package, "press.Words::missing", {"text": "a"}),
        (package, "press.Well::take", {"colour": "red"}),
        (package, "press.Closed", "x"),
        (package, "press.Counter::next", 1),
    )
    assert (missing[0], missing[1]["errorType"]) == ("error", "java.util.NoSuchElementException")
    assert missing[1]["errorMessage"] == "key not found: absent"
    frames = [frame for frame in missing[1]["stackTrace"] if frame.startswith("press.")]
    assert re.fullmatch(r"press\.Words\.missing\(Handlers\.scala:\d+\)", frames[0])
    assert (well[0], well[1]["errorMessage"]) == ("error", "An error occurred during JSON parsing")
    refused = "Class does not implement an appropriate handler interface: press.Closed"
    assert closed == ("error", {"errorMessage": refused})
    assert last == ("ok", 1)
    covers("H-JAVA-55")


def test_scala_without_its_library(on_java, java_archive, tmp_path):
    """As the jar plug-in alone makes it."""
    package = without(java_archive("scala"), tmp_path / "lacking.jar", "scala/")
    run = on_java(package, "press.Words", {"text": "a"})
    assert "scala" in hint_of(run), run.stderr
    assert run.json["errorType"] == "java.lang.NoClassDefFoundError"


def entry(account, cents):
    return {"account_id": account, "cents": cents, "notes": {"k": "größe"}}


def test_own_jackson_and_log4j(on_java_with_records, java_archive, covers):
    """J-84, L-39: a Jackson of another release, records; Log4j's and SLF4J's lines with the request's id."""
    package = java_archive("own-jackson")
    run = on_java_with_records(package, "ledger.Entries", entry("a1", 5))
    lines = f"{run.request_id} INFO  Entries - entry of a1\n{run.request_id} WARN  Slf4j - 5 cents\n"
    answer = succeeded(run, lines)
    assert answer == {"again": entry("a1", -5), "count": 1, "jackson": "2.14.3"}
    answers = on_java_with_records.again(*[(package, "ledger.Entries", entry(name, 7)) for name in ("a2", "a3")])
    assert answers == [
        ("ok", {"again": entry("a2", -7), "count": 1, "jackson": "2.14.3"}),
        ("ok", {"again": entry("a3", -7), "count": 2, "jackson": "2.14.3"}),
    ]
    covers("J-84", "L-39")


def test_annotations_of_the_packages_jackson(on_java_with_records, java_archive, covers):
    """J-84: they name a property for the package's ObjectMapper, and nothing for the runtime's."""
    run = on_java_with_records(java_archive("own-jackson"), "ledger.Entries::total", {"value": 5, "sum": 7})
    assert (run.code, run.json) == (0, {"value": 5})
    first, second = run.handler_log().splitlines()[:2]
    assert first == f'{run.request_id} ERROR Entries - total {{"sum":5}}'
    assert second == "java.lang.IllegalStateException: planted"
    covers("J-84")


def test_jars_side_by_side(on_java_with_records, java_archive, tmp_path, covers):
    """Equal classes of several packages are each package's own."""
    shaded, kotlin, jackson = (java_archive(module) for module in ("shaded", "kotlin", "own-jackson"))
    twin = shutil.copy(jackson, tmp_path / "twin.jar")
    answers = on_java_with_records.again(
        (jackson, "ledger.Entries", entry("a1", 1)),
        (shaded, "shop.Prices", {"order": "{}"}),
        (kotlin, "cafe.Counter::next", 3),
        (twin, "ledger.Entries", entry("a1", 1)),
        (jackson, "ledger.Entries", entry("a1", 1)),
    )
    assert [kind for kind, _ in answers] == ["ok"] * 5
    assert [answer["count"] for _, answer in answers if isinstance(answer, dict)] == [1, 1, 1, 2]
    covers("K-23")
