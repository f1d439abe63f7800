"""For every test: `covers`, and a bound. One that hangs fails, by its name; it only ends what would never end."""

import signal

import pytest

HANG_LIMIT_S = 300
AGAIN_S = 30  # for what waits once more on its way out
MOST_RULES_OF_A_TEST = 4


@pytest.fixture
def covers(record_property):
    """A function that records which rules of docs/behaviour.md the test has shown, behind the assertions that do.

    A rule with Δ is named with its side, as in `E-06/java`; tests/lib/coverage.py counts them.
    """
    shown = set()

    def record(*rules):
        shown.update(rules)
        assert len(shown) <= MOST_RULES_OF_A_TEST, f"covers more than {MOST_RULES_OF_A_TEST} rules: {sorted(shown)}"
        record_property("covers", " ".join(rules))

    return record


def _fail(number, frame):
    pytest.fail(f"hang: has not ended within {HANG_LIMIT_S} s")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    signal.signal(signal.SIGALRM, _fail)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _guard():
    signal.setitimer(signal.ITIMER_REAL, HANG_LIMIT_S, AGAIN_S)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    _guard()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call():
    _guard()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown():
    _guard()
