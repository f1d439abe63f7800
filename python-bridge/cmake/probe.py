"""Say, as `key=value` lines, what the build needs to know about the CPython that runs this."""

import os
import sys
import sysconfig


def shared_library():
    """The shared libpython of this interpreter's own prefix, or an empty string."""
    names = {sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LDLIBRARY")}
    for folder in (sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LIBPL")):
        multiarch = sysconfig.get_config_var("MULTIARCH") or ""
        for place in (folder, os.path.join(folder or "", multiarch)):
            for name in names:
                path = os.path.join(place or "", name or "")
                if name and ".so" in name and os.path.isfile(path):
                    return path
    return ""


def reason():
    """Why no loader can be built for this interpreter, or an empty string."""
    if sys.implementation.name != "cpython":
        return "not CPython"
    if sys.version_info < (3, 9):
        return "too old: 3.9 or later is needed"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "a free-threaded build"
    if not os.path.isfile(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        return "its headers are not installed"
    if not shared_library():
        return "it has no shared libpython"
    return ""


print("version=%d.%d" % sys.version_info[:2])
print("full=%d.%d.%d" % sys.version_info[:3])
print("include=" + sysconfig.get_paths()["include"])
print("base=" + os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
print("prefix=" + os.path.realpath(sys.base_prefix))
print("reason=" + reason())
