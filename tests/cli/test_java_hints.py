"""What the command advises where a Java function fails for a name, a dependency or its JDK: docs/errors.md, "Hints"."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from support import compile_java, hint_of, write_files

HELLO_JAVA = """
    package example;
    public class Hello {
      public static class Inner { public String in(String event) { return event; } }
      public String myHandler(String event) { return event; }
      public String odd(String a, String b, String c) { return a; }
      String hidden(String event) { return event; }
    }
"""
USER_JAVA = """
    package example;
    public class User {
      static class Early { static Object made = new lib.Helper(); }
      public String late(String event) { return new lib.Helper().toString(); }
      public String byName(String event) throws Exception { return Class.forName("org.drivers.Driver").getName(); }
      public String library(String event) { System.loadLibrary("speedy"); return event; }
    }
"""
EARLY_JAVA = """
    package example;
    public class Early extends lib.Helper { public String run(String event) { return event; } }
"""
HELPER_JAVA = "package lib; public class Helper {}"


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Three folders with compiled classes: example.Hello; what needs lib.Helper; and that."""
    source = tmp_path_factory.mktemp("source")
    write_files(
        source, {"Hello.java": HELLO_JAVA, "User.java": USER_JAVA, "Early.java": EARLY_JAVA, "Helper.java": HELPER_JAVA}
    )
    folders = [tmp_path_factory.mktemp(name) for name in ("hello", "user", "helper")]
    compile_java(folders[2], [str(source / "Helper.java")])
    compile_java(folders[1], [str(source / "User.java"), str(source / "Early.java")], folders[2])
    compile_java(folders[0], [str(source / "Hello.java")])
    return folders


def jar(path, folder):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.class")):
            archive.write(file, file.relative_to(folder))
    return str(path)


@pytest.mark.parametrize("place", ["process", "inline"])
def test_a_folder_whose_path_no_jvm_can_open(tandem, classes, java_home, tmp_path, place):
    """A JVM's file names are text; a package in an archive is unpacked where it can be."""
    folder = tmp_path / os.fsdecode(b"cl\xffx")
    shutil.copytree(classes[0], folder / "deeper")
    options = ("--java-home", java_home, "--isolation", place, "--payload", '"x"')
    run = tandem.invoke("example.Hello::myHandler", folder / "deeper", *options)
    assert hint_of(run) == (
        "the path of the package's folder is not UTF-8, and a JVM opens no file by such a name: rename the folder"
    )
    archive = jar(folder / "hello.jar", classes[0])
    for good in (
        shutil.copytree(classes[0], tmp_path / "cl\u00e9x"),
        shutil.copytree(classes[0], tmp_path / "a\ufffd"),
    ):
        assert tandem.invoke("example.Hello::myHandler", good, *options).stdout == b'"x"'
    assert tandem.invoke("example.Hello::myHandler", archive, *options).stdout == b'"x"'


@pytest.mark.parametrize(
    "handler, hint",
    [
        ("example.Helo::myHandler", "did you mean example.Hello::myHandler?"),
        ("example.hello::myHandler", "did you mean example.Hello::myHandler?"),
        ("example.Hello:myHandler", "did you mean example.Hello::myHandler?"),
        ("example.Hello::myHandler::x", "did you mean example.Hello::myHandler?"),
        ("example.Helo:myHandler", "did you mean example.Hello::myHandler?"),
        ("Hello::myHandler", "did you mean example.Hello::myHandler?"),
        ("com.example.Hello::myHandler", "did you mean example.Hello::myHandler?"),
        ("example.Hello.Inner::in", "did you mean example.Hello$Inner::in?"),
        ("example.Hello.myHandler", "did you mean example.Hello::myHandler?"),
        ("example.Hello::myhandler", "did you mean example.Hello::myHandler?"),
        ("example.Hello::hidden", "the class has a method hidden, which is not public: make it public"),
        (
            "example.Hello::absent",
            "a handler names a class and a public method of it; this class has example.Hello::myHandler, "
            "example.Hello::odd",
        ),
        (
            "example.Hello",
            "a handler names a class and a public method of it; this class has example.Hello::myHandler, "
            "example.Hello::odd",
        ),
        (
            "example.Hello::odd",
            "a handler method takes nothing, the input, the input and a Context, a Context, or an InputStream, an "
            "OutputStream and a Context in this order, of which some may be left out; what example.Hello::odd takes "
            "fits none of these",
        ),
        (
            "quite.Other::run",
            "no class of the package has a name near that; it has example.Hello",
        ),
    ],
)
def test_java_names(tandem, classes, handler, hint):
    """H-JAVA-05, H-JAVA-06, H-JAVA-13, H-JAVA-27, H-JAVA-28."""
    run = tandem.invoke(handler, classes[0], "--runtime", "java")
    assert hint_of(run) == hint


def test_java_classes_in_the_wrong_place(tandem, classes, tmp_path):
    """K-01, K-03, K-07."""
    shutil.copytree(classes[0], tmp_path / "maven" / "target" / "classes")
    assert hint_of(tandem.invoke("example.Hello::myHandler", tmp_path / "maven")) == (
        "the class is in the folder target/classes of the package: package what target/classes holds"
    )
    (tmp_path / "jars").mkdir()
    jar(tmp_path / "jars" / "hello.jar", classes[0])
    assert hint_of(tandem.invoke("example.Hello::myHandler", tmp_path / "jars")) == (
        "the class example.Hello is in hello.jar at the package's root, where jars are not searched: move it to lib/"
    )
    assert hint_of(tandem.invoke("quite.Other::run", tmp_path / "jars")) == (
        "the package holds no class file, nor a jar in lib/; jars at its root are not searched: move them to lib/, or "
        "name the one with the handler by itself"
    )
    write_files(tmp_path / "source", {"src/example/Hello.java": HELLO_JAVA})
    assert hint_of(tandem.invoke("example.Hello::myHandler", tmp_path / "source")) == (
        "the package has the source of the class, but not compiled: compile it, and package what javac writes"
    )
    write_files(tmp_path / "empty", {"notes.txt": ""})
    hint = hint_of(tandem.invoke("example.Hello::myHandler", tmp_path / "empty"))
    assert hint == "the package holds no class file, nor a jar in lib/"
    hint = hint_of(tandem.invoke("Hello::myHandler", classes[0] / "example"))
    assert hint == (
        "the file Hello.class holds the class example.Hello: it belongs into the folder of its Java package, and the "
        "handler names it by that"
    )


@pytest.mark.parametrize(
    "handler, hint",
    [
        ("com.me.Helper::run", "no class of the package has a name near that; it has example.Hello"),
        ("lib.Helpr::run", "did you mean lib.Helper::run?"),
        ("com.me.Hello::myHandler", "did you mean example.Hello::myHandler?"),
        ("lib.Hello::myHandler", "did you mean example.Hello::myHandler?"),
        ("other.Hallo::run", "did you mean other.Hello::run?"),
    ],
)
def test_a_librarys_class_of_the_same_simple_name(tandem, classes, tmp_path, handler, hint):
    """H-JAVA-05: it is no handler, unless the whole name is near."""
    package = shutil.copytree(classes[0], tmp_path / "package")
    (package / "lib").mkdir()
    library = shutil.copytree(classes[2], tmp_path / "library")
    write_files(tmp_path, {"Hello.java": "package other; public class Hello {}"})
    compile_java(library, [str(tmp_path / "Hello.java")])
    jar(package / "lib" / "dependency.jar", library)
    assert hint_of(tandem.invoke(handler, package)) == hint


@pytest.mark.parametrize(
    "handler, missing",
    [
        ("example.Early::run", "lib.Helper"),
        ("example.User::late", "lib.Helper"),
        ("example.User::byName", "org.drivers.Driver"),
    ],
)
def test_java_dependencies(tandem, java_home, classes, handler, missing):
    """H-JAVA-08, and what is linked late."""
    run = tandem.invoke(handler, classes[1], "--java-home", java_home, "--payload", '"x"')
    assert hint_of(run) == (
        f"the class {missing} is missing: add the jar that has it to the package's folder lib/, or build one jar with "
        "all dependencies (shaded)"
    )


def test_a_jar_at_the_root(tandem, classes, tmp_path):
    """K-07."""
    package = shutil.copytree(classes[1], tmp_path / "package")
    jar(package / "helper-1.0.jar", classes[2])
    hint = hint_of(tandem.invoke("example.Early::run", package))
    assert hint == (
        "the class lib.Helper is in helper-1.0.jar at the package's root, where jars are not searched: move it to lib/"
    )


def test_a_folder_of_jars_is_javas(tandem, classes, tmp_path):
    """K-07: also by a handler that names no method, which any language may write so."""
    jar(tmp_path / "hello.jar", classes[0])
    assert hint_of(tandem.invoke("example.Hello", tmp_path)) == (
        "the class example.Hello is in hello.jar at the package's root, where jars are not searched: move it to lib/"
    )
    run = tandem.invoke("nowhere.handler", write_files(tmp_path, {"app.py": ""}))
    assert run.json["errorType"] == "Runtime.ImportModuleError", "sources that run as they are go first"


def test_a_native_library(tandem, java_home, classes):
    hint = hint_of(tandem.invoke("example.User::library", classes[1], "--java-home", java_home, "--payload", '"x"'))
    assert hint == (
        "the native library libspeedy.so is missing: put it into a folder that LD_LIBRARY_PATH names when Tandem starts"
    )


def newer(classes, folder, jdk):
    """The package whose class says that it is compiled for that JDK."""
    package = shutil.copytree(classes[0], folder)
    file = package / "example" / "Hello.class"
    data = file.read_bytes()
    file.write_bytes(data[:6] + (44 + jdk).to_bytes(2, "big") + data[8:])
    return package


def test_classes_for_a_newer_jdk(tandem, java_home, classes, tmp_path):
    """The JDK that is needed, the one that runs, and the machine's that would do, if there are any."""
    fake = tmp_path / "jdk-99"
    library = next(Path(java_home).rglob("libjvm.so"))
    (fake / "lib" / "server").mkdir(parents=True)
    (fake / "lib" / "server" / "libjvm.so").symlink_to(library)
    (fake / "lib" / "modules").write_text("x")
    (fake / "lib" / "libjimage.so").write_text("x")
    (fake / "release").write_text('JAVA_VERSION="99.0.1"\n')
    package = newer(classes, tmp_path / "newer", 98)
    arguments = ("example.Hello::myHandler", package, "--java-home", java_home)
    head = "the class example.Hello is compiled for JDK 98 (class file version 142), and the one that runs here is "
    hint = hint_of(tandem.invoke(*arguments))
    assert hint.startswith(head)
    assert hint.endswith(
        "; no usable JDK of this machine is that new (tandem runtimes lists them): install one, or compile for the one "
        "that runs"
    )
    hint = hint_of(tandem.invoke(*arguments, env={"JAVA_HOME": str(fake)}))
    assert hint.startswith(head)
    assert hint.endswith(
        f"; usable here: java99 ({fake}); choose one with --runtime java99 or --java-home {fake}, or compile for the "
        "one that runs"
    )
