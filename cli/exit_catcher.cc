#include "exit_catcher.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

std::atomic<InvocationEnd*> caught_by{nullptr};

void Caught(int status) {
  InvocationEnd* const end = caught_by;
  if (end != nullptr && IsFirstProcess()) EndAtException([=] { end->Exit(status); });
}

}  // namespace

void CatchExit(InvocationEnd& end) {
  caught_by = &end;
  on_exit([](int status, void* /*arg*/) { Caught(status); }, nullptr);
}

}  // namespace tandem::cli

// Stands before the C library's for all that is loaded into this process.
extern "C" __attribute__((visibility("default"))) void _exit(int status) {
  tandem::cli::Caught(status);
  tandem::cli::EndProcessNow(status);
}
