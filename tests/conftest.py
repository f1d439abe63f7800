"""A bound for every test: one that hangs fails, by its name. It only ends what would never end."""

import signal

import pytest

HANG_LIMIT_S = 300
AGAIN_S = 30  # for what waits once more on its way out


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
