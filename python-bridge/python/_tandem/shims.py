"""What user code may import or read because the service's runtime has it."""

import importlib.machinery
import os
import sys

_TRACE_VARIABLE = "_X_AMZN_TRACE_ID"


def install(context_class, is_main):
    """Make ``awslambdaric.lambda_context`` importable where neither the package nor the interpreter has it (C-01).

    A further interpreter has copied the environment, and maybe a trace id that is another function's (C-31); the process
    keeps it.
    """
    if not is_main:
        os.environ._data.pop(os.environ.encodekey(_TRACE_VARIABLE), None)
    sys.meta_path.append(_Finder({"awslambdaric": {}, "awslambdaric.lambda_context": _context_members(context_class)}))


def _context_members(context_class):
    context = sys.modules[__package__ + ".context"]
    names = ("CognitoIdentity", "Client", "ClientContext")
    return {"LambdaContext": context_class, **{name: getattr(context, name) for name in names}}


class _Finder:
    """Last on ``sys.meta_path``: it answers only for what nobody else has."""

    def __init__(self, modules):
        self._modules = modules

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self._modules or not self._is_ours(fullname):
            return None
        is_package = fullname == "awslambdaric"
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def _is_ours(self, fullname):
        parent = sys.modules.get(fullname.rpartition(".")[0])
        return parent is None or getattr(parent.__spec__, "loader", None) is self

    def create_module(self, spec):
        return None  # as any other

    def exec_module(self, module):
        vars(module).update(self._modules[module.__name__])


def set_trace_id(trace_id):
    """Set or delete the tracing variable (C-31)."""
    if trace_id is None:
        os.environ.pop(_TRACE_VARIABLE, None)
    else:
        os.environ[_TRACE_VARIABLE] = trace_id
