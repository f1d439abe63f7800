"""Installs and compiles what bench/embed measures, below build/bench-embed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "build" / "bench-embed"
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install")


def run(*command, **options):
    """What it prints; where it fails, that is the last thing that is said."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}bench/embed: {command[0]} failed")
    return done.stdout


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Products:
    """The programs, packages and class paths, as they are on this machine."""

    def __init__(self, build, python, jdk):
        self.jdk = jdk
        self.prefix = fresh(OUT / "prefix")
        run("cmake", "--install", build, "--prefix", self.prefix)
        [pkg_config] = self.prefix.glob("lib*/**/tandem.pc")
        self.environment = {
            **os.environ,
            "TANDEM_PREFIX": str(self.prefix),
            "TANDEM_CACHE_DIR": str(OUT / "cache"),
            "JAVA_HOME": str(jdk),
            "PKG_CONFIG_PATH": str(pkg_config.parent),
            "LD_LIBRARY_PATH": str(pkg_config.parent.parent),
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "-buildvcs=false",
        }
        self.make_packages()
        self.make_python_host(python)
        self.make_java_host()
        self.make_native_hosts()

    def make_packages(self):
        [serialization] = self.prefix.glob("lib*/**/aws-lambda-java-serialization-*.jar")
        self.java_package = fresh(OUT / "packages" / "java")
        self.python_package = fresh(OUT / "packages" / "python")
        shutil.copy(HERE / "handlers" / "python" / "handlers.py", self.python_package)
        through_json = fresh(OUT / "rivals")
        jars = [str(jar) for jar in sorted(serialization.parent.glob("aws-*.jar"))]
        self.jpype_path = ":".join([str(through_json), str(self.java_package), *jars])
        self.javac(self.java_package, "", HERE / "handlers" / "java" / "bench" / "Handlers.java")
        self.javac(through_json, self.jpype_path, HERE / "rivals" / "bench" / "ThroughJson.java")

    def javac(self, to, class_path, source):
        run(self.jdk / "bin" / "javac", "-encoding", "UTF-8", "-d", to, "-cp", class_path, source)

    def make_python_host(self, python):
        venv = OUT / "venv"
        base = "import sys; print(sys.base_prefix, sys.version)"
        self.python = venv / "bin" / "python"
        if not self.python.exists() or run(self.python, "-c", base) != run(python, "-c", base):
            shutil.rmtree(venv, ignore_errors=True)
            run(python, "-m", "venv", venv)
        run(self.python, *PIP, "--requirement", HERE / "requirements.txt", env=self.environment)
        binding = OUT / "python-binding"  # pip writes into the folder that it builds
        shutil.rmtree(binding, ignore_errors=True)
        shutil.copytree(ROOT / "bindings" / "python", binding)
        run(self.python, *PIP, "--force-reinstall", "--no-deps", binding, env=self.environment)

    def make_java_host(self):
        maven = ("mvn", "--batch-mode", "--no-transfer-progress", "--quiet", "-Dstyle.color=never")
        project = ROOT / "bindings" / "java" / "pom.xml"
        binding = OUT / "java-binding"
        run(
            *(*maven, "--file", project, f"-DbuildDirectory={binding}", "-DskipTests", "package"),
            env=self.environment,
            stdin=subprocess.DEVNULL,
        )
        # The host's own Gson, of the version that the binding has inside.
        version = re.search(r"<artifactId>gson</artifactId>\s*<version>([^<]+)<", project.read_text()).group(1)
        run(
            *(*maven, "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"),
            *(f"-Dartifact=com.google.code.gson:gson:{version}", f"-DoutputDirectory={OUT / 'jars'}"),
            env=self.environment,
            stdin=subprocess.DEVNULL,
        )
        jep = Path(run(self.python, "-c", "import importlib.util as u; print(u.find_spec('jep').origin)")).parent
        [jep_jar] = jep.glob("jep-*.jar")
        self.jep_library = jep / "libjep.so"
        self.jep_python_path = f"{HERE / 'rivals'}:{self.python_package}:{jep.parent}"
        classes = fresh(OUT / "java-host")
        jars = (binding / "tandem.jar", OUT / "jars" / f"gson-{version}.jar", jep_jar)
        self.java_path = ":".join(str(each) for each in (classes, *jars))
        self.javac(classes, self.java_path, HERE / "hosts" / "Host.java")

    def make_native_hosts(self):
        self.c_host = OUT / "c-host"
        self.go_host = OUT / "go-host"
        flags = run("pkg-config", "--cflags", "--libs", "tandem", env=self.environment).split()
        run("cc", "-std=c99", "-O2", "-Wall", "-Wextra", HERE / "hosts" / "host.c", "-o", self.c_host, *flags)
        run("go", "build", "-o", self.go_host, ".", cwd=HERE / "hosts" / "go", env=self.environment)
