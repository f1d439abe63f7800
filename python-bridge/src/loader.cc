// The loader's table: every entry catches what is thrown and says what failed.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "runtime.h"
#include "start.h"
#include "tandem/loader_abi.h"
#include "threads.h"

namespace tandem::python {
namespace {

Runtime& Of(tandem_loader* loader) {
  return *reinterpret_cast<Runtime*>(loader);
}
Handler& Of(tandem_handler* handler) {
  return *reinterpret_cast<Handler*>(handler);
}

// What an entry does, for the message of a fault: `what`, and the name of the handler where there is one.
struct Doing {
  const char* what;
  std::string_view handler;
};

// Sends a fault's message, without memory: a handler's name and a reason that are too long are cut.
void SendFault(const Host& host, tandem_sink* sink, int32_t fault, const Doing& doing, const char* reason) {
  constexpr int kLongest = 1000;
  constexpr size_t kSize = 3000;
  std::array<char, kSize> text{};
  int handler = static_cast<int>(std::min<size_t>(doing.handler.size(), kLongest));
  while (handler > 0 && static_cast<size_t>(handler) < doing.handler.size() &&
         (static_cast<unsigned char>(doing.handler[static_cast<size_t>(handler)]) & 0xC0) == 0x80) {
    --handler;  // not within a character
  }
  const char* quote = handler == 0 ? "" : "'";
  const int size = std::snprintf(text.data(), text.size(), "%s%s%s%.*s%s: %.*s", doing.what, handler == 0 ? "" : " ",
                                 quote, handler, handler == 0 ? "" : doing.handler.data(), quote, kLongest, reason);
  host.Fault(sink, fault, {text.data(), static_cast<size_t>(std::max(size, 0))});
}

// Runs an entry's body; a C++ exception becomes a fault.
template <typename Body>
int32_t Guarded(const Host& host, tandem_sink* sink, const Doing& doing, const Body& body) noexcept {
  try {
    body();
    return TANDEM_OK;
  } catch (const StartFailure& failure) {
    host.Fault(sink, TANDEM_FAULT_UNAVAILABLE, failure.what());
  } catch (const HostEnded& failure) {
    host.Fault(sink, TANDEM_FAULT_UNAVAILABLE, failure.what());
  } catch (const std::exception& failure) {
    SendFault(host, sink, TANDEM_FAULT_INTERNAL, doing, failure.what());
  } catch (...) {
    SendFault(host, sink, TANDEM_FAULT_INTERNAL, doing, "unknown failure");
  }
  return TANDEM_FAULT;
}

int32_t Create(const tandem_host* table, tandem_host_context* context, const tandem_loader_config* config,
               tandem_sink* sink, tandem_loader** loader) {
  const Host host(table, context);
  return Guarded(host, sink, {"starting Python", {}},
                 [&] { *loader = reinterpret_cast<tandem_loader*>(new Runtime(host, *config)); });
}

// CPython stays, and so does what its threads may still call.
void Destroy(tandem_loader*) {}

int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink, tandem_handler** handler) {
  *handler = nullptr;
  Runtime& runtime = Of(loader);
  return Guarded(runtime.host(), sink, {"opening the handler", View(config->handler)},
                 [&] { *handler = reinterpret_cast<tandem_handler*>(runtime.Open(*config, sink).release()); });
}

void Close(tandem_handler* handler) {
  Handler::Closer()(&Of(handler));
}

int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  Handler& self = Of(handler);
  return Guarded(self.interpreter().host(), sink, {"invoking a handler", {}}, [&] { self.Invoke(*invocation, sink); });
}

void Cancel(tandem_handler* handler, tandem_string request_id) {
  try {
    CancelLater(Of(handler).run(), std::string(View(request_id)));
    // Cancelling is a request; without a thread to make it on it is not made.
  } catch (...) {  // NOLINT(bugprone-empty-catch): see above
  }
}

void ThreadDetach(tandem_loader*) {
  try {
    HostThread::Release();
  } catch (...) {  // NOLINT(bugprone-empty-catch): nothing is left to release
  }
}

int32_t ForkReady(tandem_loader* loader, tandem_sink* sink, int32_t* user_code) {
  Runtime& runtime = Of(loader);
  return Guarded(runtime.host(), sink, {"preparing Python for forks", {}},
                 [&] { *user_code = runtime.PrepareFork() ? 1 : 0; });
}

void BeforeFork(tandem_loader* loader) {
  Of(loader).BeforeFork();
}

int32_t AfterFork(tandem_loader* loader, tandem_sink* sink) {
  Runtime& runtime = Of(loader);
  return Guarded(runtime.host(), sink, {"going on after a fork", {}}, [&] { runtime.AfterFork(); });
}

const tandem_loader_table kTable = {
    sizeof(tandem_loader_table),
    TANDEM_LOADER_ABI_MAJOR,
    TANDEM_LOADER_ABI_MINOR,
    TANDEM_LOADER_MAIN_THREAD | TANDEM_LOADER_FORKABLE,
    0,
    "python" TANDEM_PYTHON_VERSION,
    &Create,
    &Destroy,
    &Open,
    &Close,
    &Invoke,
    &Cancel,
    nullptr,
    &ThreadDetach,
    &ForkReady,
    &BeforeFork,
    &AfterFork,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace
}  // namespace tandem::python

extern "C" __attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1(void) {
  return &tandem::python::kTable;
}
