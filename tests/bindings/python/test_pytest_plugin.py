"""The plug-in, in runs of pytest of their own: a folder with a template and tests, as a user has them."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

PACKAGES = pathlib.Path(os.environ["TANDEM_TEST_PACKAGES"])
TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {{Type: String, Default: hello}}
Globals:
  Function:
    Timeout: 60
    MemorySize: 512
Resources:
  Python:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {PACKAGES}/python
      Handler: handlers.greet
  Java:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {PACKAGES}/java
      Handler: capi.Handlers::greet
  State:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: state
      Handler: state.count
      Environment:
        Variables:
          GREETING: !Ref Greeting
"""
STATE = """
import os
calls = 0
def hello(event, context):
    return "Hello " + event["name"]
def count(event, context):
    global calls
    calls += 1
    print("counted", calls)
    return [calls, os.getpid(), os.environ["GREETING"]]
def fail(event, context):
    raise ValueError("on purpose")
"""
ONE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Only:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: state, Handler: state.count, Timeout: 60, Environment: {Variables: {GREETING: hello}}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.py").write_text(STATE, encoding="utf-8")
    return tmp_path


def run(project, tests, *arguments):
    """Runs the tests with the plug-in as it is installed. Returns how many of each there are, and what is printed."""
    (project / "test_functions.py").write_text(tests, encoding="utf-8")
    environment = {**os.environ, "JAVA_HOME": os.environ["TANDEM_TEST_JAVA_HOME"]}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(project), *arguments]
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    counts = re.search(r"=+ (.*) in [\d.]+s.*=+\n\Z", ended.stdout)
    return (counts[1] if counts else None), ended.stdout + ended.stderr


def test_invokes_both_languages(project):
    tests = """
import pytest, tandem
@pytest.mark.parametrize("function", ["Python", "Java"])
def test_greets(tandem_function, function):
    assert tandem_function(function)({"name": "Ada"}) == "Hello Ada from " + function
def test_error(tandem_function):
    with pytest.raises(tandem.FunctionError):
        tandem_function("Python", handler="handlers.fail")({"name": "Ada"})
"""
    counts, printed = run(project, tests)
    assert counts == "3 passed", printed


def test_the_page(project):
    """The test of docs/embedding-python.md, with a function that it could be of."""
    page = pathlib.Path(__file__).parents[3] / "docs" / "embedding-python.md"
    block = page.read_text(encoding="utf-8").partition("```python\ndef ")[2].partition("```")[0]
    template = (
        TEMPLATE
        + """
  Hello:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: state, Handler: state.hello}
"""
    )
    (project / "template.yaml").write_text(template, encoding="utf-8")
    counts, printed = run(project, "def " + block)
    assert counts == "1 passed", printed


def test_functions_stay_warm_and_have_their_environment(project, monkeypatch):
    tests = """
import os
def test_first(tandem_function):
    calls, process, greeting = tandem_function("State")()
    assert (calls, greeting) == (1, "good day") and process != os.getpid()
def test_second(tandem_function):
    assert tandem_function("State")()[0] == 2
def test_own(tandem_function):
    calls, process, greeting = tandem_function("State", isolation="inline", timeout=None)()
    assert (calls, process) == (1, os.getpid())
"""
    (project / "pytest.ini").write_text("[pytest]\ntandem_parameters = Greeting=good day\n", encoding="utf-8")
    monkeypatch.setenv("GREETING", "inline")  # there the environment is the program's own
    counts, printed = run(project, tests)
    assert counts == "3 passed, 1 warning", printed
    assert "variables are ignored inline" in printed


def test_shows_what_a_function_logs_where_its_test_fails(project):
    tests = """
def test_fails(tandem_function):
    assert tandem_function("State")() == "something else"
"""
    counts, printed = run(project, tests)
    assert counts == "1 failed", printed
    assert "counted 1" in printed


def test_what_a_test_unloads_is_loaded_anew(project):
    tests = """
def test_first(tandem_function):
    with tandem_function("State") as function:
        assert function()[0] == 1
def test_second(tandem_function):
    assert tandem_function("State")()[0] == 1
    assert tandem_function("State")()[0] == 2
"""
    counts, printed = run(project, tests)
    assert counts == "2 passed", printed


@pytest.mark.parametrize("names", ["None, 'Only'", "'Only', None"])
def test_the_only_function_is_one_by_any_name(project, names):
    (project / "template.yaml").write_text(ONE, encoding="utf-8")
    tests = f"""
def test_calls(tandem_function):
    functions = [tandem_function(name) for name in ({names})]
    assert [function()[0] for function in functions] == [1, 2]
    functions[0].unload()
    assert [tandem_function(name)()[0] for name in ({names})] == [1, 2]
"""
    counts, printed = run(project, tests)
    assert counts == "1 passed", printed


def test_is_not_loaded_where_no_test_uses_it(project):
    tests = """
import sys
def test_without(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("tandem")
    assert not [name for name in sys.modules if name.partition(".")[0] == "tandem"]
"""
    counts, printed = run(project, tests)
    assert counts == "1 passed", printed


@pytest.mark.parametrize("call", ["tandem_function('State', handler='state.fail')()", "tandem_function('Missing')"])
def test_a_failure_is_shown_where_the_test_has_it(project, call):
    """Without frames of this package."""
    counts, printed = run(project, f"def test_fails(tandem_function):\n    {call}\n")
    assert counts == "1 failed", printed
    assert "test_functions.py:2: " in printed
    assert "_runtime.py" not in printed and "tandem_pytest" not in printed


@pytest.mark.parametrize(("minor", "counts"), [(9, "1 passed, 1 warning"), (sys.version_info.minor + 1, "1 failed")])
def test_another_runtime_than_the_tests_own(project, minor, counts):
    """An older one has a warning, where the tests' own is not the oldest; a newer one is refused."""
    template = ONE.replace("Timeout: 60", f"Timeout: 60, Runtime: python3.{minor}")
    (project / "template.yaml").write_text(template, encoding="utf-8")
    found, printed = run(project, "def test_calls(tandem_function):\n    assert tandem_function()()[0] == 1\n")
    assert found == (counts if minor != sys.version_info.minor else "1 passed"), printed
    assert found == "1 passed" or f"python3.{minor}" in printed


def test_a_stack_trace_in_the_log_has_lines_of_its_own(project):
    tests = """
import pytest
def test_fails(tandem_function, capsys):
    with pytest.raises(Exception, match="on purpose"):
        tandem_function("State", handler="state.fail")()
    error = capsys.readouterr().err
    assert "Traceback (most recent call last):\\n" in error and "\\r" not in error
"""
    counts, printed = run(project, tests)
    assert counts == "1 passed", printed


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("tandem_template = nowhere.yaml", "nowhere.yaml"),
        ("tandem_parameters = Greeting", "tandem_parameters: 'Greeting' is not NAME=VALUE"),
        ("tandem_parameters = Unknown=1", "Unknown"),
        ("", "has no function 'Missing'; its functions are Python, Java, State"),
    ],
)
def test_tells_what_is_wrong(project, settings, message):
    (project / "pytest.ini").write_text(f"[pytest]\n{settings}\n", encoding="utf-8")
    tests = """
def test_missing(tandem_function):
    tandem_function("Missing")
"""
    counts, printed = run(project, tests)
    assert counts in {"1 failed", "1 error"}, printed
    assert message in printed


def test_looks_for_a_template(project):
    (project / "template.yaml").unlink()
    counts, printed = run(project, "def test_any(tandem_function):\n    tandem_function()\n")
    assert counts == "1 error", printed
    assert "there is no template.yaml, template.yml, template.json in" in printed
