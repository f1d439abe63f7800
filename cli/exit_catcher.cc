#include "exit_catcher.h"

#include <dlfcn.h>
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

// These stand before the C library's for all that is loaded into this process.
extern "C" {

__attribute__((visibility("default"))) void _exit(int status) {
  tandem::cli::Caught(status);
  tandem::cli::EndProcessNow(status);
}

__attribute__((visibility("default"))) void _Exit(int status) noexcept {
  tandem::cli::Caught(status);
  tandem::cli::EndProcessNow(status);
}

__attribute__((visibility("default"))) void quick_exit(int status) noexcept {
  tandem::cli::Caught(status);
  using QuickExit = void (*)(int);
  if (const auto next = reinterpret_cast<QuickExit>(dlsym(RTLD_NEXT, "quick_exit")); next != nullptr) next(status);
  tandem::cli::EndProcessNow(status);
}
}
