// A host with a zygote that the tests kill: zygote_host TAG. It writes a byte to standard output once a fork has left a
// process of its own behind, and waits.
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "tandem/runtime.h"

int main(int argc, char** argv) {
  using namespace tandem;
  if (argc != 2) return 2;
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.workers.zygotes = ZygoteUse::kAlways;
  auto runtime = Runtime::Create(std::move(options));
  if (!runtime) return 3;
  for (const char* const handler : {"native.start", "native.daemon"}) {
    FunctionConfig config;
    config.name = handler + std::string_view("native.").size();
    config.handler = handler;
    config.code = ".";
    config.isolation = Isolation::kProcess;
    config.variables = {{"PYTHON_TANDEM_TEST_TAG", argv[1]}};  // which the zygote has, too
    auto function = (*runtime)->Add(std::move(config));
    if (!function) return 4;
    const InvokeResult result = (*runtime)->Invoke(**function, Event("{}"));
    if (!result.outcome.ok()) return 5;
    if (handler == std::string_view("native.start") && result.outcome.payload().view() != "forked") return 6;
  }
  if (write(STDOUT_FILENO, "r", 1) != 1) return 7;
  for (;;) pause();
}
