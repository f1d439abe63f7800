// The loader's table: every entry catches what is thrown and says what failed.

#include <cstddef>
#include <exception>
#include <string>

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

// Runs an entry's body; a C++ exception becomes a fault. An ErrorSet that arrives here is a lack of memory.
template <typename Body>
int32_t Guarded(const Host& host, tandem_sink* sink, const std::string& doing, Body body) noexcept {
  try {
    body();
    return TANDEM_OK;
  } catch (const StartFailure& failure) {
    host.Fault(sink, TANDEM_FAULT_UNAVAILABLE, failure.what());
  } catch (const std::exception& failure) {
    host.Fault(sink, TANDEM_FAULT_INTERNAL, doing + ": " + failure.what());
  } catch (...) {
    host.Fault(sink, TANDEM_FAULT_INTERNAL, doing + ": unknown failure");
  }
  return TANDEM_FAULT;
}

int32_t Create(const tandem_host* table, tandem_host_context* context, const tandem_loader_config* config,
               tandem_sink* sink, tandem_loader** loader) {
  const Host host(table, context);
  return Guarded(host, sink, "starting Python",
                 [&] { *loader = reinterpret_cast<tandem_loader*>(new Runtime(host, *config)); });
}

// CPython stays, and so does what its threads may still call.
void Destroy(tandem_loader*) {}

int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink, tandem_handler** handler) {
  *handler = nullptr;
  Runtime& runtime = Of(loader);
  const std::string doing = "opening the handler '" + std::string(View(config->handler)) + "'";
  return Guarded(runtime.host(), sink, doing,
                 [&] { *handler = reinterpret_cast<tandem_handler*>(runtime.Open(*config, sink).release()); });
}

void Close(tandem_handler* handler) {
  Handler::Closer()(&Of(handler));
}

int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  Handler& self = Of(handler);
  try {
    self.Invoke(*invocation, sink);
    return TANDEM_OK;
  } catch (const std::exception& failure) {
    self.interpreter().host().Fault(sink, TANDEM_FAULT_INTERNAL, std::string("invoking a handler: ") + failure.what());
  } catch (...) {
    self.interpreter().host().Fault(sink, TANDEM_FAULT_INTERNAL, "invoking a handler: unknown failure");
  }
  return TANDEM_FAULT;
}

void Cancel(tandem_handler* handler, tandem_string request_id) {
  try {
    CancelLater(Of(handler).run(), std::string(View(request_id)));
  } catch (...) {
    // Cancelling is a request; without a thread to make it on it is not made.
  }
}

void ThreadDetach(tandem_loader*) {
  try {
    HostThread::Release();
  } catch (...) {
    // Nothing is left to release.
  }
}

const tandem_loader_table kTable = {
    sizeof(tandem_loader_table),
    TANDEM_LOADER_ABI_MAJOR,
    TANDEM_LOADER_ABI_MINOR,
    TANDEM_LOADER_MAIN_THREAD,
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
};

}  // namespace
}  // namespace tandem::python

extern "C" __attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1(void) {
  return &tandem::python::kTable;
}
