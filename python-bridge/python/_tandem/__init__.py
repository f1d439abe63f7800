"""The Python half of Tandem's Python loader: what runs beside the user's code in each interpreter.

The C++ half imports this package by path, so that nothing of it lies on ``sys.path``, calls :func:`start` once per
interpreter before any user code, and keeps the functions that it gets back.
"""

import importlib
import json  # noqa: F401  the service's runtime has these two in memory before the user's code (H-PY-14)
import logging  # noqa: F401  (H-PY-14), as json
import sys
import threading  # noqa: F401  the importing thread becomes this interpreter's main thread


def start(native, vendor, is_main, owns_process):
    """Prepare this interpreter for a deployment package, which ``hold`` then names.

    ``native`` is the C++ half's module, ``vendor`` the folder of our own libraries. The process is the
    function's where ``owns_process`` is true. Returns the functions and types that the C++ half calls, by name.
    """
    sys.modules[__name__ + ".native"] = native
    wire = importlib.import_module(__name__ + ".wire")
    wire.load(vendor, is_main)
    context = importlib.import_module(__name__ + ".context")
    errors = importlib.import_module(__name__ + ".errors")
    forks = importlib.import_module(__name__ + ".forks")
    logs = importlib.import_module(__name__ + ".logs")
    resolve = importlib.import_module(__name__ + ".resolve")
    shims = importlib.import_module(__name__ + ".shims")

    errors.owns_process = owns_process
    logs.install()
    shims.install(context.LambdaContext, is_main)
    return {
        "open": resolve.open_handler,
        "close": resolve.close_handler,
        "configure_logging": logs.configure,
        "report": errors.report,
        "cancelled": errors.Cancelled,
        "unmarshal": wire.unmarshal,
        "marshal": wire.marshal,
        "no_identity": context.no_identity,
        "parse_client_context": context.parse_client_context,
        "parse_identity": context.parse_identity,
        "set_trace_id": shims.set_trace_id,
        "hold": resolve.prepare,
        "has_user_code": forks.has_user_code,
        "renew": forks.renew,
    }
