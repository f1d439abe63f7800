"""Invokes a Java and a Python handler in this process: main.py JAR ZIP."""

import sys

import tandem


def main(jar, package):
    with tandem.Runtime() as runtime:
        java = runtime.load("example.Hello::myHandler", code=jar)
        print(repr(java(123)))
        python = runtime.load("hello_python.my_handler", code=package)
        print(python({"first_name": "Ada", "last_name": "Lovelace"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
