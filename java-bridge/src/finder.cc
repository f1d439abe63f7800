// The finder's table: which JDKs this machine has, and whether a package looks like Java. Maps no VM.

#include <string>
#include <vector>

#include "jdk_probe.h"
#include "package_claim.h"
#include "tandem/finder_abi.h"

namespace tandem::java {
namespace {

tandem_string ToAbi(const std::string& text) {
  return text.empty() ? tandem_string{nullptr, 0} : tandem_string{text.data(), text.size()};
}

std::string FromAbi(tandem_string text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

void Report(const Jdk& jdk, tandem_runtime_found found, void* arg) {
  static const std::string module = "java.so";
  tandem_runtime_info info{};
  info.struct_size = sizeof(info);
  info.identifier = ToAbi(jdk.identifier);
  info.version = ToAbi(jdk.version);
  info.path = ToAbi(jdk.home);
  info.library = ToAbi(jdk.library);
  info.module = ToAbi(module);
  info.origin = ToAbi(jdk.origin);
  info.reason = ToAbi(jdk.reason);
  found(arg, &info);
}

JdkVariables VariablesFor(const tandem_find_request& request) {
  JdkVariables variables = JdkVariables::OfThisProcess();
  for (size_t at = 0; at < request.options_size; ++at) {
    if (FromAbi(request.options[at].key) == kJdkHomesKey) variables.homes = FromAbi(request.options[at].value);
  }
  return variables;
}

void Find(const tandem_find_request* request, tandem_runtime_found found, void* arg) {
  try {
    const std::string named = FromAbi(request->path);
    if (!named.empty()) {
      Report(ProbeNamed(named), found, arg);
      return;
    }
    for (const Jdk& jdk : FindJdks(FromAbi(request->data_dir), VariablesFor(*request))) Report(jdk, found, arg);
  } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory; what has been reported so far is all there is
  }
}

int32_t ClaimEntry(const tandem_claim_request* request) {
  try {
    std::vector<std::string> layers;
    layers.reserve(request->layers_size);
    for (size_t at = 0; at < request->layers_size; ++at) layers.push_back(FromAbi(request->layers[at]));
    return Claim(FromAbi(request->handler), FromAbi(request->code_root), layers);
  } catch (...) {
    return TANDEM_CLAIM_NONE;
  }
}

constexpr tandem_finder_table kTable = {
    sizeof(tandem_finder_table), TANDEM_FINDER_ABI_MAJOR, TANDEM_FINDER_ABI_MINOR, "java", &Find, &ClaimEntry,
};

}  // namespace
}  // namespace tandem::java

extern "C" __attribute__((visibility("default"))) const tandem_finder_table* tandem_finder_v1(void) {
  return &tandem::java::kTable;
}
