// The loader of the language "fuzz": its handlers do what the program says.
#include <memory>

#include "fuzz/loader/hooks.h"

struct tandem_loader {
  const tandem_host* host;
  tandem_host_context* context;
};

struct tandem_handler {
  tandem_loader* loader;
  tandem_function* function;
};

namespace {

std::int32_t Create(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* /*config*/,
                    tandem_sink* /*sink*/, tandem_loader** loader) {
  static tandem_loader the_loader;
  the_loader = {.host = host, .context = context};
  *loader = &the_loader;
  return TANDEM_OK;
}

std::int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink,
                  tandem_handler** handler) {
  const std::int32_t status = tandem_fuzz_hooks.open(loader->host, config, sink);
  if (status == TANDEM_OK) *handler = new tandem_handler{.loader = loader, .function = config->function};
  return TANDEM_OK;
}

void Close(tandem_handler* handler) {
  const std::unique_ptr<tandem_handler> ended(handler);
}

std::int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  const tandem_loader& loader = *handler->loader;
  return tandem_fuzz_hooks.invoke(loader.host, loader.context, handler->function, invocation, sink);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1() {
  static const tandem_loader_table kTable = {
      .struct_size = sizeof(tandem_loader_table),
      .abi_major = TANDEM_LOADER_ABI_MAJOR,
      .abi_minor = TANDEM_LOADER_ABI_MINOR,
      .flags = 0,
      .reserved = 0,
      .name = "fuzz",
      .create = Create,
      .destroy = nullptr,
      .open = Open,
      .close = Close,
      .invoke = Invoke,
      .cancel = nullptr,
      .warm = nullptr,
      .thread_detach = nullptr,
      .fork_ready = nullptr,
      .before_fork = nullptr,
      .after_fork = nullptr,
      .fill_cache = nullptr,
      .stand_by = nullptr,
      .take_function = nullptr,
  };
  return &kTable;
}
