// Finds what the environment variable TANDEM_NATIVE_RUNTIMES says, so that tests can describe any machine:
// "native1.2;native2:why not usable;native3@library to preload;native4#library". Unset: one usable native1. A "native0"
// is reported with a string that fits no memory, a "throw" by an exception. TANDEM_NATIVE_MODULE names another loader
// file.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tandem/finder_abi.h"

namespace {

tandem_string Text(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view View(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

void Find(const tandem_find_request* request, tandem_runtime_found found, void* arg) {
  const char* variable = std::getenv("TANDEM_NATIVE_RUNTIMES");
  std::string_view rest = variable == nullptr ? "native1" : variable;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    if (item == "throw") throw std::runtime_error("escaped from find");
    const std::string_view identifier = item.substr(0, item.find_first_of(":@#"));
    const std::string path = "/native/" + std::string(identifier);
    if (request->path.data != nullptr && View(request->path) != path) continue;
    tandem_runtime_info info{};
    info.struct_size = sizeof(info);
    info.identifier = Text(identifier);
    info.version = Text(identifier.substr(std::strlen("native")));
    info.path = Text(path);
    const char* module = std::getenv("TANDEM_NATIVE_MODULE");
    info.module = Text(module == nullptr ? "native.so" : module);
    info.origin = Text("the test");
    if (identifier.size() < item.size()) {
      const char kind = item[identifier.size()];
      const tandem_string text = Text(item.substr(identifier.size() + 1));
      (kind == ':' ? info.reason : info.library) = text;
      if (kind == '@') info.preload = text;
    }
    if (identifier == "native0") info.version.size = SIZE_MAX;
    found(arg, &info);
  }
}

std::int32_t Claim(const tandem_claim_request* request) {
  const std::string_view name = View(request->handler);
  if (name.starts_with("native.") || name.starts_with("init.")) return TANDEM_CLAIM_SYNTAX;
  for (std::size_t i = 0; i < request->layers_size; ++i) {
    const std::string_view layer = View(request->layers[i]);
    if (layer.substr(layer.rfind('/') + 1) == "native") return TANDEM_CLAIM_FILES;
  }
  return TANDEM_CLAIM_NONE;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const tandem_finder_table* tandem_finder_v1() {
  static const tandem_finder_table kTable = {
      .struct_size = sizeof(tandem_finder_table),
      .abi_major = TANDEM_FINDER_ABI_MAJOR,
      .abi_minor = TANDEM_FINDER_ABI_MINOR,
      .language = "native",
      .find = Find,
      .claim = Claim,
  };
  return &kTable;
}
