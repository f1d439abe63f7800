"""The example packages, run by the command as their README says."""

import json
import subprocess
import zipfile

import pytest


@pytest.fixture(scope="module")
def invoke(build_dir, root):
    def run(handler, package, event):
        return subprocess.run(
            [
                *(build_dir / "bin" / "tandem", "invoke", "--handler", handler),
                *("--code", build_dir / "examples" / package, "-e", root / "examples" / event, "--timeout", "30"),
            ],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def test_order_total(invoke, covers):
    """POJO in, POJO out, a library in lib/ (K-03)."""
    done = invoke("example.order.OrderTotal::handleRequest", "order-total-java.zip", "order-total-java/event.json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"orderId": "A-17", "articles": 4, "total": "EUR 40.25"}
    assert "order A-17: EUR 40.25\n" in done.stderr
    covers("K-03")


def test_word_count(invoke, covers):
    """A dependency at the package's root (K-02), logging (L-11)."""
    done = invoke("word_count.handler", "word-count-python.zip", "word-count-python/event.json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["words"] == 13
    assert answer["top"][0] == {"word": "runner", "count": 3}
    assert "[INFO]" in done.stderr and "13 words" in done.stderr
    covers("K-02")


def test_hello_python(invoke, covers):
    """H-PY-38."""
    done = invoke("hello_python.my_handler", "deployment-package.zip", "hello-python/event.json")
    assert (done.returncode, done.stdout) == (0, '{"message": "Hello Ada Lovelace"}'), done.stderr
    covers("H-PY-38")


def test_packages_hold_what_users_would_ship(build_dir):
    """K-01, K-03: no wrapping folder, and no copy of what Tandem brings along."""

    def names(package):
        with zipfile.ZipFile(build_dir / "examples" / package) as archive:
            return {name.removeprefix("./") for name in archive.namelist() if not name.endswith("/")}

    assert names("deployment-package.zip") == {"hello_python.py"}
    assert names("hello-java.jar") == {"META-INF/MANIFEST.MF", "example/Hello.class"}
    order_total = names("order-total-java.zip")
    assert [name for name in order_total if name.startswith("lib/")] == ["lib/joda-money-1.0.5.jar"]
    assert "example/order/OrderTotal.class" in order_total
    assert {"word_count.py", "snowballstemmer/__init__.py"} <= names("word-count-python.zip")
