// The finder's table.

#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "claim.h"
#include "discovery.h"
#include "tandem/finder_abi.h"

namespace tandem::python {
namespace {

// An option of the language's: the only interpreters that serve, with colons between, in the order of preference within
// one version.
constexpr char kInterpretersKey[] = "python.interpreters";

std::string_view View(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// Absent where empty.
tandem_string Borrowed(const std::string& text) {
  return text.empty() ? tandem_string{nullptr, 0} : tandem_string{text.data(), text.size()};
}

void Report(const Interpreter& python, tandem_runtime_found found, void* arg) {
  const bool known = python.major != 0;
  const std::string identifier = known ? "python" + python.Label() : "";
  const std::string module = known ? identifier + ".so" : "";
  tandem_runtime_info info{};
  info.struct_size = sizeof info;
  info.identifier = Borrowed(identifier);
  info.version = Borrowed(python.version);
  info.path = Borrowed(python.executable.native());
  info.library = Borrowed(python.library.native());
  info.preload = info.library;  // the loader leaves Python's symbols to be found in it
  info.module = Borrowed(module);
  info.origin = Borrowed(python.origin);
  info.reason = Borrowed(python.reason);
  found(arg, &info);
}

// The option's value; absent: there is none.
std::optional<std::string_view> OptionOf(const tandem_find_request& request, std::string_view key) {
  for (std::size_t at = 0; at < request.options_size; ++at) {
    if (View(request.options[at].key) == key) return View(request.options[at].value);
  }
  return std::nullopt;
}

void Find(const tandem_find_request* request, tandem_runtime_found found, void* arg) {
  try {
    const fs::path loaders = View(request->data_dir);
    if (request->path.size != 0) {
      Report(FindNamed(loaders, View(request->path)), found, arg);
    } else if (const auto named = OptionOf(*request, kInterpretersKey); named) {
      std::istringstream paths{std::string(*named)};
      for (std::string path; std::getline(paths, path, ':');) Report(FindNamed(loaders, path), found, arg);
    } else {
      for (const Interpreter& python : FindAll(loaders)) Report(python, found, arg);
    }
  } catch (const std::exception& failure) {
    Interpreter none;
    none.origin = "finder";
    none.reason = std::string("looking for Python failed: ") + failure.what();
    Report(none, found, arg);
  }
}

int32_t ClaimEntry(const tandem_claim_request* request) {
  try {
    std::vector<fs::path> layers;
    layers.reserve(request->layers_size);
    for (size_t at = 0; at < request->layers_size; ++at) layers.emplace_back(View(request->layers[at]));
    return Claim(View(request->handler), View(request->code_root), layers);
  } catch (const std::exception&) {
    return TANDEM_CLAIM_NONE;
  }
}

const tandem_finder_table kTable = {
    sizeof(tandem_finder_table), TANDEM_FINDER_ABI_MAJOR, TANDEM_FINDER_ABI_MINOR, "python", &Find, &ClaimEntry,
};

}  // namespace
}  // namespace tandem::python

extern "C" __attribute__((visibility("default"))) const tandem_finder_table* tandem_finder_v1(void) {
  return &tandem::python::kTable;
}
