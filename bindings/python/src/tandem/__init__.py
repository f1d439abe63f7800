"""Java and Python handlers inside a Python program.

    with tandem.Runtime() as runtime:
        function = runtime.load("example.Hello::myHandler", code="hello.jar")
        print(function(123))

By default a handler runs in this process; ``isolation="process"`` gives a function worker processes of its own.
"""

from ._errors import Code, FunctionError, TandemError
from ._native import version as __version__
from ._runtime import Function, LogEvent, Runtime

__all__ = ["Code", "Function", "FunctionError", "LogEvent", "Runtime", "TandemError", "__version__"]
