// The finder of the language "fuzz".
#include "fuzz/loader/hooks.h"

namespace {

void Find(const tandem_find_request* /*request*/, tandem_runtime_found found, void* arg) {
  tandem_fuzz_hooks.find(found, arg);
}

std::int32_t Claim(const tandem_claim_request* request) {
  return tandem_fuzz_hooks.claim(request);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const tandem_finder_table* tandem_finder_v1() {
  static const tandem_finder_table kTable = {
      .struct_size = sizeof(tandem_finder_table),
      .abi_major = TANDEM_FINDER_ABI_MAJOR,
      .abi_minor = TANDEM_FINDER_ABI_MINOR,
      .language = "fuzz",
      .find = Find,
      .claim = Claim,
  };
  return &kTable;
}
