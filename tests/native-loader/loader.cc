#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "faults.h"
#include "handlers.h"
#include "tandem/loader_abi.h"

struct tandem_loader {
  const tandem_host* host;
  tandem_host_context* context;
  std::string cold;  // why it cannot warm up; empty: it can
  std::string fork;  // what goes wrong where it is to be forked; empty: nothing
  std::atomic<int> opens{0};
};

struct tandem_handler {
  tandem_loader* loader;
  tandem_function* function;
  tandem::native::HandlerFunction run;
  std::string code_root;
  std::string name;
  std::string version;
  std::string log_group;
  std::string log_stream;
  std::int32_t memory_limit_mb;
  std::atomic<int> counter{0};
  std::atomic<const char*> cancelled_id{nullptr};
};

namespace tandem::native {
namespace {

std::string StringOf(tandem_string text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

std::int32_t Create(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                    tandem_sink* sink, tandem_loader** loader) {
  std::string cold;
  std::string fork;
  for (std::size_t i = 0; i < config->options_size; ++i) {
    if (StringOf(config->options[i].key) == "refuse") {
      host->result_fault(sink, TANDEM_FAULT_UNAVAILABLE, config->options[i].value);
      return TANDEM_FAULT;
    }
    if (StringOf(config->options[i].key) == "cold") cold = StringOf(config->options[i].value);
    if (StringOf(config->options[i].key) == "fork") fork = StringOf(config->options[i].value);
  }
  *loader = new tandem_loader{.host = host, .context = context, .cold = cold, .fork = fork};
  return TANDEM_OK;
}

std::int32_t Warm(tandem_loader* loader, tandem_sink* sink) {
  if (loader->cold.empty()) return TANDEM_OK;
  if (loader->cold != "silent") loader->host->result_fault(sink, TANDEM_FAULT_INTERNAL, Text(loader->cold));
  return TANDEM_FAULT;
}

std::int32_t ForkReady(tandem_loader* loader, tandem_sink* sink, std::int32_t* user_code) {
  const std::string& what = loader->fork;
  if (what == "refuses") {
    loader->host->result_fault(sink, TANDEM_FAULT_UNAVAILABLE, Text("it is not to be forked"));
    return TANDEM_FAULT;
  }
  if (what == "hangs") {
    for (;;) pause();
  }
  if (what == "dies") std::raise(SIGKILL);
  if (what == "has a thread") {
    std::thread([] {
      for (;;) pause();
    }).detach();
  }
  if (what == "speaks" && write(STDERR_FILENO, "here I am\n", 10) != 10) return TANDEM_FAULT;
  if (what == "opens a file" && open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return TANDEM_FAULT;
  if (what == "sets a variable") setenv("TANDEM_TEST_SET_AT_START", "set", 1);
  if (what == "runs user code") *user_code = 1;
  return TANDEM_OK;
}

void BeforeFork(tandem_loader* loader) {
  if (loader->fork == "keeper dies") _exit(9);
}

std::int32_t AfterFork(tandem_loader* loader, tandem_sink* sink) {
  if (loader->fork == "fork fails") {
    loader->host->result_fault(sink, TANDEM_FAULT_INTERNAL, Text("the fork is of no use"));
    return TANDEM_FAULT;
  }
  SetForked();
  return TANDEM_OK;
}

void ReportInitError(const tandem_loader& loader, tandem_sink* sink, const std::string& type,
                     const std::string& message, std::int32_t disposition) {
  tandem_error error{};
  error.struct_size = sizeof(error);
  error.type = Text(type);
  error.message = Text(message);
  error.disposition = disposition;
  error.exit_status = 1;
  loader.host->result_error(sink, &error);
}

// Handler names: "native.<handler>", or "init.<how it fails>".
std::int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink,
                  tandem_handler** handler) {
  const std::string name = StringOf(config->handler);
  const int open = ++loader->opens;
  if (name == "init.fault") {
    loader->host->result_fault(sink, TANDEM_FAULT_UNAVAILABLE, Text("no room for it here"));
    return TANDEM_FAULT;
  }
  if (name == "init.throw") throw std::runtime_error("escaped from open");
  if (name == "init.silent") return TANDEM_OK;
  if (name == "init.fail") {
    ReportInitError(*loader, sink, "Native.InitError", "open " + std::to_string(open), TANDEM_KEEP);
    return TANDEM_OK;
  }
  if (name == "init.broken") {
    ReportInitError(*loader, sink, "Native.InitError", "broken init", TANDEM_RECYCLE);
    return TANDEM_OK;
  }
  if (name == "init.sticky") {
    ReportInitError(*loader, sink, "Native.BadFunction", "open " + std::to_string(open), TANDEM_STICKY);
    return TANDEM_OK;
  }
  if (name == "init.hoard") {
    constexpr std::size_t kMore = std::size_t{1} << 32;  // than any test allows
    std::memset(new char[kMore], 1, kMore);
  }
  if (name == "init.stuck") {
    for (;;) pause();
  }
  const bool is_slow = name == "init.slow" || name == "init.slow_deadline";
  if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  if (name == "init.exit") {
    ReportInitError(*loader, sink, "", "", TANDEM_EXITED);
    return TANDEM_OK;
  }
  HandlerFunction run = name.starts_with("native.") ? FindHandler(name.substr(std::strlen("native."))) : nullptr;
  if (is_slow) run = FindHandler(name == "init.slow" ? "identity" : "deadline");
  if (run == nullptr) {
    ReportInitError(*loader, sink, "Runtime.HandlerNotFound", "there is no handler '" + name + "'", TANDEM_KEEP);
    return TANDEM_OK;
  }
  *handler = new tandem_handler{.loader = loader,
                                .function = config->function,
                                .run = run,
                                .code_root = StringOf(config->code_root),
                                .name = StringOf(config->name),
                                .version = StringOf(config->version),
                                .log_group = StringOf(config->log_group_name),
                                .log_stream = StringOf(config->log_stream_name),
                                .memory_limit_mb = config->memory_limit_mb};
  return TANDEM_OK;
}

void Close(tandem_handler* handler) {
  delete handler;
}

std::int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  const Call call{.host = handler->loader->host,
                  .context = handler->loader->context,
                  .function = handler->function,
                  .invocation = invocation,
                  .sink = sink,
                  .code_root = handler->code_root,
                  .name = handler->name,
                  .version = handler->version,
                  .log_group = handler->log_group,
                  .log_stream = handler->log_stream,
                  .memory_limit_mb = handler->memory_limit_mb,
                  .counter = handler->counter,
                  .cancelled_id = handler->cancelled_id};
  return handler->run(call);
}

void Cancel(tandem_handler* handler, tandem_string /*request_id*/) {
  handler->cancelled_id.store("asked");
}

}  // namespace
}  // namespace tandem::native

extern "C" __attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1() {
  static const tandem_loader_table kTable = {
      .struct_size = sizeof(tandem_loader_table),
      .abi_major = TANDEM_LOADER_ABI_MAJOR,
      .abi_minor = TANDEM_LOADER_ABI_MINOR,
      .flags = TANDEM_LOADER_CONCURRENT | TANDEM_LOADER_FORKABLE,
      .reserved = 0,
      .name = "native",
      .create = tandem::native::Create,
      .destroy = nullptr,  // optional, and this one keeps its runtime
      .open = tandem::native::Open,
      .close = tandem::native::Close,
      .invoke = tandem::native::Invoke,
      .cancel = tandem::native::Cancel,
      .warm = tandem::native::Warm,
      .thread_detach = nullptr,
      .fork_ready = tandem::native::ForkReady,
      .before_fork = tandem::native::BeforeFork,
      .after_fork = tandem::native::AfterFork,
      .fill_cache = nullptr,
      .stand_by = nullptr,
      .take_function = nullptr,
  };
  return &kTable;
}
