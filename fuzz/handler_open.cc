// Handler names, as the Python bridge resolves them: any bytes, in a package with a few modules.
//
// Input: a handler name.
#include <string>
#include <string_view>

#include "fuzz/lib.h"
#include "fuzz/python_half.h"

namespace tandem::fuzz {
namespace {

using python::Object;

// What the C++ half gives the Python half, as far as a failure needs it; and only the package can be imported from,
// once all is there that imports and failures themselves need.
constexpr char kScript[] = R"(
import importlib.metadata, json, linecache, os, tokenize, types
sys.modules["_tandem.native"] = types.SimpleNamespace(
    log=lambda *record: None, hint=lambda text: text + "", UNSET=0, DEBUG=2, INFO=3, WARN=4, ERROR=5, FATAL=6,
    LogStream=type("LogStream", (), {}))
from _tandem import errors, resolve
sys.path[:] = []
resolve.prepare(os.environ["TANDEM_FUZZ_PACKAGE"], [], True)
def try_name(name):
    try:
        resolve.open_handler(name)
        return None
    except Exception as error:
        report = errors.report(error, "id", False, False)
        json.loads(report[3])  # which knows lone surrogates, as the service's invokers do
        return report
)";

// The interpreter over a package.
class Place {
 public:
  Place() {
    Write(scratch_.path() / "module.py", "def handler(event, context):\n  return event\n");
    Write(scratch_.path() / "sub/__init__.py", "");
    Write(scratch_.path() / "sub/inner.py", "handler = print\n");
    Write(scratch_.path() / "broken.py", "def\n");
    Write(scratch_.path() / "raises.py", "raise KeyError('\\ud800')\n");
    setenv("TANDEM_FUZZ_PACKAGE", scratch_.path().c_str(), 1);
    static const PythonHalf kHalf(kScript);
    try_name_ = PythonHalf::Global("try_name");
    Require(Try("module.handler").ptr() == Py_None, "a handler that is there is not found");
  }

  Object Try(std::string_view name) const {
    return python::Steal(PyObject_CallOneArg(try_name_, python::MakeText(name).ptr()));
  }

 private:
  Scratch scratch_;
  PyObject* try_name_;
};

// A failure that ends no process has a type.
void RequireReport(PyObject* report, std::string_view name) {
  Require(PyTuple_GET_ITEM(report, 0) == Py_None, "a name ends the process", name);
  Require(!python::Text(PyTuple_GET_ITEM(report, 1)).empty(), "an error without a type", name);
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tandem::fuzz::Place place;
  const std::string_view name(reinterpret_cast<const char*>(data), size);
  try {
    const auto report = place.Try(name);
    if (report.ptr() != Py_None) tandem::fuzz::RequireReport(report.ptr(), name);
  } catch (const tandem::python::ErrorSet&) {
    PyErr_Print();
    tandem::fuzz::Find("a name cannot be reported", name);
  }
  return 0;
}
