"""bindings/go against an installed tree; the tests are its own, in Go."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINDING = ROOT / "bindings" / "go"
EXAMPLE = ROOT / "examples" / "embed-go"


def run(*words, **options):
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options
    )


@pytest.fixture(scope="module")
def environment():
    """What a program needs to be built against an installation, below a path with a space, and to run with it.

    Always at the same place, as what Go keeps of before names it.
    """
    build = pathlib.Path(os.environ["TANDEM_BUILD_DIR"])
    prefix = build / "go tests" / "installed tree"
    shutil.rmtree(prefix, ignore_errors=True)
    installed = run("cmake", "--install", build, "--prefix", prefix)
    assert installed.returncode == 0, installed.stderr
    return {
        **os.environ,
        "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig"),
        "LD_LIBRARY_PATH": str(prefix / "lib"),
        "GOCACHE": str(prefix.parent / "cache"),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-buildvcs=false",
        "GOPROXY": "off",
        "TANDEM_TEST_JAVA_HOME": os.environ["TANDEM_TEST_JAVA_HOMES"].split()[0],
        "TANDEM_TEST_PYTHON": os.environ["TANDEM_TEST_PYTHONS"].split()[0],
        "TANDEM_TEST_PACKAGES": str(build / "tests" / "c-api" / "packages"),
        "TANDEM_TEST_EXTENT": os.environ.get("TANDEM_TEST_EXTENT", "some"),
        "TANDEM_TEST_CASES": str(ROOT / "tests" / "bindings" / "cases.json"),
    }


def go(environment, *words):
    done = run("go", *words, cwd=BINDING, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_binding_passes_its_tests(environment):
    printed = go(environment, "test", "-count=1", "-timeout=20m", "-v", "./...")
    for name in ("TestTheCasesOfAllHosts", "TestGoKeepsItsSignals", "TestInlinePythonIsInThisProcess"):
        assert f"--- PASS: {name} " in printed
    assert "--- SKIP" not in printed


def test_it_has_no_data_race(environment):
    go(environment, "test", "-count=1", "-timeout=20m", "-race", "-run=Close|Context|Stream|Log|Cases", "./...")


@pytest.mark.parametrize("folder", [BINDING, EXAMPLE], ids=["bindings/go", "examples/embed-go"])
def test_its_form(environment, folder):
    """As gofmt writes it, and without what go vet finds."""
    formatted = run("gofmt", "-l", ".", cwd=folder)
    assert (formatted.returncode, formatted.stdout) == (0, "")
    vetted = run("go", "vet", "./...", cwd=folder, env=environment)
    assert vetted.returncode == 0, vetted.stderr
