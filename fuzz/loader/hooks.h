// What the loader and the finder in this folder leave to the program that opened them.
#ifndef TANDEM_FUZZ_LOADER_HOOKS_H_
#define TANDEM_FUZZ_LOADER_HOOKS_H_

#include <cstdint>

#include "tandem/finder_abi.h"
#include "tandem/loader_abi.h"

// The program's symbols; both modules are opened by it and by no other.
extern "C" {

struct TandemFuzzHooks {
  void (*find)(tandem_runtime_found found, void* arg);
  int32_t (*claim)(const tandem_claim_request* request);
  int32_t (*open)(const tandem_host* host, const tandem_function_config* config, tandem_sink* sink);
  int32_t (*invoke)(const tandem_host* host, tandem_host_context* context, tandem_function* function,
                    const tandem_invocation* invocation, tandem_sink* sink);
};

extern __attribute__((visibility("default"))) TandemFuzzHooks tandem_fuzz_hooks;
}

#endif  // TANDEM_FUZZ_LOADER_HOOKS_H_
