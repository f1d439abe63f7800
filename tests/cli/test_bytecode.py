"""Byte code of what `tandem invoke` runs (K-19)."""

from pathlib import Path

from support import write_files

COUNTS = """
    import sys

    compiled = []
    sys.addaudithook(lambda event, about: compiled.append(str(about[1])) if event == "compile" else None)
    import part

    def handler(event, context):
        return [part.VALUE, *(name.endswith("part.py") for name in compiled)]
"""


def test_a_module_is_compiled_once(tandem, python, tmp_path):
    package = Path(write_files(tmp_path / "package", {"app.py": COUNTS, "part.py": "VALUE = 1\n"}))

    def answer():
        run = tandem.invoke(
            "app.handler", package, "--python", python, env={"TANDEM_CACHE_DIR": str(tmp_path / "cache")}
        )
        return run.json

    assert answer() == [1, True]
    assert answer() == [1]
    assert sorted(file.name for file in package.rglob("*")) == ["app.py", "part.py"]
    (package / "part.py").write_text("VALUE = 2\n")
    assert answer() == [2, True]


def test_a_cache_that_cannot_be_written_stops_nothing(tandem, python, tmp_path):
    package = write_files(tmp_path / "package", {"app.py": COUNTS, "part.py": "VALUE = 1\n", "file": ""})
    run = tandem.invoke("app.handler", package, "--python", python, env={"TANDEM_CACHE_DIR": package + "/file"})
    assert run.json == [1, True]
    assert run.handler_log() == ""
