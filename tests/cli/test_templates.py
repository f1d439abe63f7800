"""Functions of SAM and CloudFormation templates: `invoke NAME`, `list`, and what is said about them."""

import json
import os
import shutil
from pathlib import Path

import pytest
from support import example, write_files, write_zip

FIXTURES = Path(__file__).resolve().parent.parent / "templates" / "fixtures"
SHOW = """
    import os

    def handler(event, context):
        return {
            "name": context.function_name,
            "memory": context.memory_limit_in_mb,
            "remaining": context.get_remaining_time_in_millis(),
            "cwd": os.path.basename(os.getcwd()),
            "given": {name: os.environ.get(name) for name in ("A", "B", "C", "REGION")},
        }
"""
TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
    Resources:
      Show:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: code/
          Handler: app.handler
          Runtime: python3.11
          MemorySize: 256
          Timeout: 400
          Environment: {Variables: {A: !Ref Stage, B: b, REGION: !Ref AWS::Region}}
          Policies: AmazonS3ReadOnlyAccess
          Events: {Api: {Type: Api, Properties: {Path: /, Method: get}}}
      Other:
        Type: AWS::Serverless::Function
        Properties: {FunctionName: other-one, CodeUri: code, Handler: app.handler}
      Table: {Type: AWS::DynamoDB::Table}
"""


@pytest.fixture
def project(tmp_path):
    """A folder with a template and its code."""
    return Path(write_files(tmp_path / "project", {"template.yaml": TEMPLATE, "code/app.py": SHOW}))


def one_line(run, code=2):
    assert (run.code, run.stdout) == (code, b""), run.stderr
    assert run.stderr.count("\n") == 1, run.stderr
    return run.stderr


def warnings(run):
    return [line for line in run.stderr.splitlines() if line.startswith("tandem: warning: ")]


def test_a_function_by_its_logical_id(tandem, project, python):
    """What the template says is what the handler sees; one line for each thing that has no effect."""
    run = tandem("invoke", "Show", "--python", python, cwd=project, env={"AWS_REGION": "eu-west-1"})
    assert run.code == 0, run.stderr
    shown = run.json
    assert 100_000 < shown.pop("remaining") <= 400_000
    assert shown == {
        "name": "Show",
        "memory": "256",
        "cwd": "code",
        "given": {"A": "dev", "B": "b", "C": None, "REGION": "eu-west-1"},
    }
    assert warnings(run) == [
        "tandem: warning: template.yaml:20: Resources.Table: nothing of AWS::DynamoDB::Table is created here (ignored)",
        "tandem: warning: template.yaml:15: Resources.Show.Properties.Policies: not supported here (ignored)",
        "tandem: warning: template.yaml:16: Resources.Show.Properties.Events.Api: event sources are not served here "
        "(ignored)",
    ]


def test_a_function_by_its_name_from_elsewhere(tandem, project, tmp_path):
    run = tandem("invoke", "other-one", "--template", "project/template.yaml", cwd=tmp_path)
    assert (run.code, run.json["name"], run.json["memory"]) == (0, "other-one", "128")
    assert "Events" not in run.stderr, "what is about another function"


def test_options_go_before_the_template(tandem, project):
    write_files(project, {"elsewhere/own.py": SHOW})
    run = tandem(
        *(
            "invoke",
            "Show",
            "--handler",
            "own.handler",
            "--code",
            "elsewhere",
            "--memory-size",
            "512",
            "--timeout",
            "700",
        ),
        *("--function-name", "mine", "--env", "B=own", "--env", "C=c", "--parameter", "Stage=prod"),
        cwd=project,
    )
    assert run.code == 0, run.stderr
    shown = run.json
    assert 400_000 < shown.pop("remaining") <= 700_000
    assert shown == {
        "name": "mine",
        "memory": "512",
        "cwd": "elsewhere",
        "given": {"A": "prod", "B": "own", "C": "c", "REGION": "us-east-1"},
    }


def test_a_template_that_is_there_is_named(tandem, project):
    assert "name a function" not in one_line(tandem("invoke", cwd=project.parent))
    assert one_line(tandem("invoke", cwd=project)).endswith("my_handler, or name a function of template.yaml\n")


def test_quiet_leaves_the_warnings_out(tandem, project):
    run = tandem("invoke", "Show", "--quiet", cwd=project)
    assert (run.code, run.stderr) == (0, "")


@pytest.mark.parametrize("name", ["template.yaml", "template.yml", "template.json"])
def test_default_names(tandem, tmp_path, name):
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": "code", "Handler": "app.handler"}}
    text = json.dumps({"Resources": {"Show": function}})
    write_files(tmp_path, {name: text, "code/app.py": SHOW})
    assert tandem("invoke", "Show", cwd=tmp_path).json["name"] == "Show"


def test_the_only_function_needs_no_name(tandem, tmp_path):
    write_files(tmp_path, {"t.yaml": TEMPLATE.replace("Other:", "Second:"), "code/app.py": SHOW})
    said = one_line(tandem("invoke", "--template", "t.yaml", cwd=tmp_path))
    assert said == "tandem: invoke: t.yaml has several functions, so name one: Show, Second\n"
    function = "{Type: AWS::Lambda::Function, Properties: {Code: code, Handler: app.handler}}"
    write_files(tmp_path, {"one.yaml": f"Resources: {{A: {function}}}"})
    assert tandem("invoke", "--template", "one.yaml", cwd=tmp_path).json["name"] == "A"


def test_a_name_that_the_template_lacks_lists_its_functions(tandem, project):
    said = one_line(tandem("invoke", "Sho", cwd=project))
    assert said == (
        "tandem: invoke: template.yaml has no function 'Sho' (did you mean Show?); its functions are Show, Other\n"
    )


def test_no_template_anywhere(tandem, tmp_path):
    said = one_line(tandem("invoke", "Show", cwd=tmp_path))
    assert said.startswith("tandem: invoke: there is no template.yaml, template.yml or template.json in this folder")
    assert "--handler" in said and "--template" in said
    assert one_line(tandem("list", cwd=tmp_path)).startswith("tandem: list: there is no template.yaml")
    assert one_line(tandem("invoke", "--template", "gone.yaml", cwd=tmp_path)) == (
        "tandem: invoke: --template: there is no template gone.yaml\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Show", "Other"], "unexpected argument 'Other'"),
        (["Show", "--parameter", "Stage"], "--parameter takes NAME=VALUE, not 'Stage'"),
        (["Show", "--parameter", os.fsdecode(b"Stage=\xff")], "--parameter: Stage is not UTF-8, as a template is"),
        (["Show", "--parameter", "Stage=x"], "Parameters.Stage: 'x' is none of its AllowedValues: dev, prod"),
        (["Show", "--parameter", "Stag=dev"], "template.yaml has no parameter 'Stag'; it has Stage"),
        (["Show", "--template", ""], "--template is empty"),
        (["--handler", "app.handler", "--code", "code", "--parameter", "Stage=dev"], "--parameter needs a template"),
        (["Show", "--timeout", "x"], "--timeout: 'x'"),
    ],
)
def test_bad_use(tandem, project, arguments, said):
    assert said in one_line(tandem("invoke", *arguments, cwd=project))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Resources: {A: [1, 2\n", "t.yaml:2:1: "),
        ("Resources:\n  A: 1\n  A: 2\n", "t.yaml:3:3: the key 'A' is there twice, first in line 2"),
        (b"Resources:\n  A: \xe4\n", "t.yaml:2:6: this is no UTF-8 text"),
        ("[" * 2000, ": this is nested more than 100 levels deep"),
        ("# " + "x" * 1_000_000, "t.yaml: a template has 1000000 bytes at most"),
        ("{}", "t.yaml:1:1: there are no Resources, so this is no template"),
        ("Resources: {}", "t.yaml has no functions"),
    ],
    ids=["unfinished", "duplicate", "encoding", "depth", "size", "empty", "no functions"],
)
def test_malformed_templates(tandem, tmp_path, text, said):
    write_files(tmp_path, {"t.yaml": text})
    assert said in one_line(tandem("invoke", "A", "--template", "t.yaml", cwd=tmp_path))


@pytest.mark.parametrize("verb", ["list", "invoke"])
def test_a_pipe_is_no_template(tandem, tmp_path, verb):
    """It is not waited for."""
    pipe = tmp_path / "template.yaml"
    os.mkfifo(pipe)
    run = tandem(verb, "--template", pipe)
    assert (run.code, run.stdout) == (2, b"")
    assert run.stderr == f"tandem: {verb}: {pipe} is no regular file, so it is no template\n"


def test_aliases_do_no_harm(tandem, tmp_path):
    """Each level doubles what an expansion would be."""
    levels = "".join(f"  a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 25))
    function = "Resources: {A: {Type: AWS::Lambda::Function, Properties: {Code: code, Handler: app.handler, Tags: *a24,"
    function += " Description: !Join ['', *a24]}}}\n"
    write_files(tmp_path, {"t.yaml": "Metadata:\n  a0: &a0 x\n" + levels + function, "code/app.py": SHOW})
    run = tandem("invoke", "A", "--template", "t.yaml", cwd=tmp_path)
    assert run.code == 0, run.stderr
    assert len(warnings(run)) == 2
    assert "Properties.Description: this is too large to be worked out (ignored)" in run.stderr


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ("{CodeUri: code}", "t.yaml:1: Resources.A: there is no Handler"),
        ("{CodeUri: code, Handler: !ImportValue x}", "t.yaml:1: Resources.A.Properties.Handler: Fn::ImportValue needs"),
        ("{InlineCode: x, Handler: a.b}", "t.yaml:1: Resources.A.Properties.InlineCode: inline code is not run here"),
        ("{CodeUri: 's3://b/k', Handler: a.b}", "t.yaml:1: Resources.A.Properties.CodeUri: code in S3 is not fetched"),
        ("{PackageType: Image, ImageUri: x}", "t.yaml:1: Resources.A.Properties.PackageType: container images"),
        ("{CodeUri: gone, Handler: a.b}", "t.yaml:1: Resources.A.Properties.CodeUri: there is no /"),
        (
            "{CodeUri: code, Handler: a.b, Runtime: ruby3.2}",
            "t.yaml:1: Resources.A.Properties.Runtime: unknown runtime",
        ),
        ("{CodeUri: t.yaml, Handler: a.b}", "t.yaml:1: Resources.A.Properties.CodeUri: the package "),
        ("{CodeUri: code, Handler: a.b, Timeout: soon}", "t.yaml:1: Resources.A.Properties.Timeout: this must be"),
        (
            "{CodeUri: code, Handler: a.b, Environment: {Variables: {AWS_REGION: x}}}",
            "t.yaml:1: Resources.A.Properties.Environment.Variables.AWS_REGION: AWS_REGION is reserved",
        ),
        (
            "{CodeUri: code, Handler: a.b, Environment: {Variables: {a-b: x}}}",
            "t.yaml:1: Resources.A.Properties.Environment.Variables.a-b: 'a-b' is no name",
        ),
    ],
)
def test_an_unusable_function_is_one_line(tandem, tmp_path, properties, said):
    """Whatever else would be warned about."""
    text = f"Resources: {{A: {{Type: AWS::Serverless::Function, Properties: {properties}}}, B: {{Type: X}}}}\n"
    write_files(tmp_path, {"t.yaml": text, "code/app.py": SHOW})
    assert one_line(tandem("invoke", "A", "--template", "t.yaml", cwd=tmp_path)).startswith(f"tandem: invoke: {said}")


def test_a_variable_that_no_process_can_be_given(tandem, tmp_path):
    """It is named, and no runtime is blamed for it."""
    big = "x" * 200_000
    template = f"""
        Resources:
          Show:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.handler
              Runtime: python
              Environment: {{Variables: {{A: a, BIG: {big}}}}}
    """
    project = write_files(tmp_path, {"template.yaml": template, "code/app.py": SHOW})
    line = one_line(tandem("invoke", "Show", cwd=project))
    assert line.startswith(
        "tandem: invoke: the variables are larger than what a process can be given: BIG has 200000 bytes, and all of "
    ), line


def test_an_option_cures_what_it_replaces(tandem, tmp_path):
    properties = "{CodeUri: gone, Handler: !Ref X, Runtime: ruby3.2, Timeout: x, MemorySize: x, FunctionName: a b}"
    text = f"Resources: {{A: {{Type: AWS::Serverless::Function, Properties: {properties}}}}}\n"
    write_files(tmp_path, {"t.yaml": text, "code/app.py": SHOW})
    run = tandem(
        *("invoke", "A", "--template", "t.yaml", "--code", "code", "--handler", "app.handler", "--runtime", "python"),
        *("--timeout", "5", "--memory-size", "128", "--function-name", "a"),
        cwd=tmp_path,
    )
    assert (run.code, run.json["name"]) == (0, "a"), run.stderr


def test_an_option_cures_a_variable(tandem, tmp_path):
    text = "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: code, Handler: app.handler, "
    text += "Environment: {Variables: {A: !ImportValue x, B: !ImportValue y}}}}}\n"
    write_files(tmp_path, {"t.yaml": text, "code/app.py": SHOW})
    run = tandem("invoke", "A", "--template", "t.yaml", "--env", "A=given", cwd=tmp_path)
    assert (run.code, run.json["given"]["A"], run.json["given"]["B"]) == (0, "given", None)
    assert len(warnings(run)) == 1
    assert "Variables.B: " in warnings(run)[0]


def test_an_interpreter_that_is_named_goes_before_the_templates_runtime(tandem, project, python):
    write_files(project, {"template.yaml": TEMPLATE.replace("python3.11", "python3.9")})
    run = tandem("invoke", "Show", "--python", python, "-v", cwd=project)
    assert run.code == 0, run.stderr
    assert "template.yaml:11: Resources.Show.Properties.Runtime: python3.9 is set aside: --python names " in run.stderr


def test_layers(tandem, tmp_path):
    """H-PY-14, K-10: a folder and a zip."""
    write_zip(tmp_path / "zipped.zip", {"python/from_zip.py": "NAME = 'zip'\n"})
    source = """
        import os, from_folder, from_zip

        def handler(event, context):
            return [from_folder.NAME, from_zip.NAME, os.path.isfile(from_zip.__file__)]
    """
    text = """
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.handler
              Layers: [!Ref Folder, !Ref Zip, 'arn:aws:lambda:us-east-1:1:layer:x:1']
          Folder: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: shared}}
          Zip: {Type: AWS::Lambda::LayerVersion, Properties: {Content: zipped.zip}}
    """
    write_files(tmp_path, {"t.yaml": text, "code/app.py": source, "shared/python/from_folder.py": "NAME = 'folder'\n"})
    run = tandem("invoke", "A", "--template", "t.yaml", cwd=tmp_path)
    assert (run.code, run.json) == (0, ["folder", "zip", True]), run.stderr
    assert warnings(run) == [
        "tandem: warning: t.yaml:8: Resources.A.Properties.Layers: the layer arn:aws:lambda:us-east-1:1:layer:x:1 is not "
        "fetched (left out)"
    ]
    (tmp_path / "zipped.zip").write_bytes(b"no zip")
    said = one_line(tandem("invoke", "A", "--template", "t.yaml", cwd=tmp_path))
    assert said.startswith("tandem: invoke: t.yaml:8: Resources.A.Properties.Layers: the package ")


def test_the_log_format_of_a_template(tandem, project):
    """L-11: LoggingConfig is what AWS_LAMBDA_LOG_FORMAT is; the environment's own goes behind it, --env before it."""
    source = "import logging\ndef handler(event, context):\n    logging.getLogger().warning('told')\n"
    text = TEMPLATE.replace("MemorySize: 256", "LoggingConfig: {LogFormat: JSON, LogGroup: /own/group}")
    write_files(project, {"template.yaml": text, "code/app.py": source})
    run = tandem("invoke", "Show", cwd=project, env={"AWS_LAMBDA_LOG_FORMAT": "Text"})
    assert '"message": "told"' in run.stderr
    text_run = tandem("invoke", "Show", "--env", "AWS_LAMBDA_LOG_FORMAT=Text", cwd=project)
    assert "[WARNING]" in text_run.stderr


@pytest.mark.parametrize("isolation", ["process", "inline"])
def test_the_log_settings_of_a_template_as_variables(tandem, project, isolation):
    """L-07, L-08: libraries look at AWS_LAMBDA_LOG_FORMAT and AWS_LAMBDA_LOG_LEVEL; nothing is set that nobody said."""
    source = """\
        import os
        def handler(event, context):
            return {name[15:]: value for name, value in os.environ.items() if name in event}
    """
    names = json.dumps(["AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL"])
    settings = "LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: WARN}"
    text = TEMPLATE.replace("MemorySize: 256", settings)
    write_files(project, {"template.yaml": text, "code/app.py": source})
    call = ("invoke", "Show", "--isolation", isolation, "--payload", names)
    assert tandem(*call, cwd=project).json == {"FORMAT": "JSON", "LEVEL": "WARN"}
    write_files(project, {"template.yaml": TEMPLATE})
    assert tandem(*call, cwd=project).json == {}


def test_sources_of_java_are_not_built(tandem, tmp_path):
    shutil.copytree(FIXTURES / "sam-java", tmp_path / "app")
    said = one_line(tandem("invoke", "HelloWorldFunction", cwd=tmp_path / "app"))
    assert "Properties.CodeUri: there is a pom.xml and neither classes nor jars in " in said
    assert "run sam build, or mvn package" in said
    write_files(tmp_path / "app" / ".aws-sam" / "build", {"template.yaml": "Resources: {}"})
    said = one_line(tandem("invoke", "HelloWorldFunction", cwd=tmp_path / "app"))
    assert said.endswith("; --template .aws-sam/build/template.yaml is what sam build has made\n")


def test_a_new_project_for_python_runs_with_a_warning(tandem, tmp_path):
    """What `sam init` writes, whose requirements.txt names a package that the handler does not import."""
    shutil.copytree(FIXTURES / "sam-python", tmp_path / "app")
    run = tandem("invoke", "HelloWorldFunction", cwd=tmp_path / "app")
    assert (run.code, run.json["statusCode"]) == (0, 200), run.stderr
    assert sum("requirements.txt asks for what is not in " in line for line in warnings(run)) == 1
    assert len(warnings(run)) == 4
    venv = tmp_path / "venv"
    write_files(venv, {"lib/python3.11/site-packages/requests/__init__.py": ""})
    run = tandem("list", cwd=tmp_path / "app", env={"VIRTUAL_ENV": str(venv)})
    assert "requirements.txt" not in run.stderr


def test_list(tandem, project):
    run = tandem("list", cwd=project)
    assert run.code == 0
    lines = run.stdout.decode().splitlines()
    assert lines[0].split() == ["FUNCTION", "NAME", "RUNTIME", "HANDLER", "CODE"]
    assert lines[1].split() == ["Show", "Show", "python3.11", "app.handler", os.path.realpath(project / "code")]
    assert lines[2].split() == ["Other", "other-one", "-", "app.handler", os.path.realpath(project / "code")]
    assert len(lines) == 3
    assert len(warnings(run)) == 3


def test_list_says_what_cannot_be_invoked(tandem):
    run = tandem("list", "--template", FIXTURES / "orders" / "template.yaml")
    assert run.code == 0
    assert "    cannot be invoked: " in run.stdout.decode()
    assert "Resources.Audit.Condition: IsProd does not hold" in run.stdout.decode()
    prod = tandem("list", "--template", FIXTURES / "orders" / "template.yaml", "--parameter", "Stage=prod")
    assert b"cannot be invoked" not in prod.stdout
    assert sum("Globals.Function.Tracing: not supported here (ignored)" in line for line in warnings(run)) == 1


@pytest.mark.parametrize(
    "runtime, said",
    [
        ("nodejs20.x", "unknown runtime 'nodejs20.x'; this Tandem has "),
        ("provided.al2023", None),
        ("provided8", "unknown runtime 'provided8'; this Tandem has "),
        ("python3", "unknown runtime 'python3'; near it are python3."),
        ("java998", "no runtime on this machine serves java998"),
        ("python3.6", None),
        ("java", None),
    ],
)
def test_list_says_what_is_not_served_here(tandem, tmp_path, runtime, said):
    """As the invocation says it, in the table and in JSON."""
    function = f"{{CodeUri: ., Handler: a.b, Runtime: {runtime}}}"
    text = f"Resources:\n  A: {{Type: AWS::Serverless::Function, Properties: {function}}}"
    write_files(tmp_path, {"template.yaml": text})
    place = "template.yaml:2: Resources.A.Properties.Runtime: "
    (problem,) = tandem("list", "--json", cwd=tmp_path).json["functions"][0]["problems"] or [None]
    lines = tandem("list", cwd=tmp_path).stdout.decode().splitlines()
    if said is None:
        assert (problem, len(lines)) == (None, 2)
        return
    assert problem.startswith(place + said)
    assert lines[2:] == [f"    cannot be invoked: {problem}"]
    assert tandem("invoke", "A", cwd=tmp_path).stderr.splitlines()[-1] == f"tandem: invoke: {problem}"


BAD_PACKAGES = {
    "slip.zip": (write_zip, {"../app.py": SHOW}, "cannot be used: its entry '../app.py' leaves the package"),
    "cut.zip": (
        write_zip,
        {"app.py": SHOW},
        "cannot be used: it is no zip archive: it has no end record, or was cut off",
    ),
    "app.py": (
        None,
        None,
        "cannot be used: it is no zip archive: it has no end record, or was cut off; to run a file ",
    ),
}


@pytest.mark.parametrize("what", ["CodeUri", "Layers"])
@pytest.mark.parametrize("name", BAD_PACKAGES)
def test_list_says_what_is_no_package(tandem, tmp_path, name, what):
    """As the invocation says it, and without unpacking anything."""
    write, files, said = BAD_PACKAGES[name]
    write_files(tmp_path, {"code/app.py": SHOW, "app.py": SHOW})
    path = tmp_path / name
    if write:
        write(path, files)
    if name == "cut.zip":
        path.write_bytes(path.read_bytes()[:-10])
    write_zip(tmp_path / "fine.zip", {"app.py": SHOW})
    code, layers = (name, "") if what == "CodeUri" else ("code", ", Layers: [!Ref L]")
    write_files(
        tmp_path,
        {
            "template.yaml": f"""
                Resources:
                  A:
                    Type: AWS::Serverless::Function
                    Properties: {{CodeUri: {code}, Handler: app.handler, Runtime: python{layers}}}
                  B: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: fine.zip, Handler: app.handler}}}}
                  L: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: {name}}}}}
            """
        },
    )
    cache = tmp_path / "cache"
    (problem,), fine = (
        function["problems"]
        for function in tandem("list", "--json", cwd=tmp_path, env={"TANDEM_CACHE_DIR": str(cache)}).json["functions"]
    )
    assert problem.startswith(f"template.yaml:5: Resources.A.Properties.{what}: the package {tmp_path / name} {said}")
    assert fine == []
    assert not cache.exists()
    assert tandem("list", cwd=tmp_path).stdout.decode().splitlines()[2] == f"    cannot be invoked: {problem}"
    assert one_line(tandem("invoke", "A", cwd=tmp_path)) == f"tandem: invoke: {problem}\n"


def test_list_json(tandem, project):
    run = tandem("list", "--json", cwd=project)
    assert run.json["template"] == "template.yaml"
    first, second = run.json["functions"]
    warned = first.pop("warnings")
    assert first == {
        "id": "Show",
        "name": "Show",
        "runtime": "python3.11",
        "handler": "app.handler",
        "code": os.path.realpath(project / "code"),
        "layers": [],
        "timeout": 400,
        "memorySize": 256,
        "environment": {"A": "dev", "B": "b", "REGION": "us-east-1"},
        "description": "",
        "architectures": [],
        "problems": [],
    }
    assert len(warned) == 2
    assert (second["id"], second["name"], second["runtime"], second["timeout"]) == ("Other", "other-one", "", 3)
    assert len(run.json["warnings"]) == 1
    assert run.stderr == ""


def test_the_examples_template(tandem):
    """README."""
    template = Path(__file__).resolve().parents[2] / "examples" / "template.yaml"
    if Path(example("")).parent.name != "release":
        text = template.read_text(encoding="utf-8").replace("../build/release/examples/", "")
        template = Path(example("template-under-test.yaml"))
        template.write_text(text, encoding="utf-8")
    run = tandem("invoke", "HelloJava", "--template", template, "--payload", "123")
    assert (run.code, run.stdout) == (0, b'"123"'), run.stderr
    event = '{"first_name": "Ada", "last_name": "Lovelace"}'
    run = tandem("invoke", "HelloPython", "--template", template, "--payload", event)
    assert (run.code, run.stdout) == (0, b'{"message": "Hello Ada Lovelace"}'), run.stderr
    assert warnings(run) == []
