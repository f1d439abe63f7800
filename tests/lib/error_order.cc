// Invokes one handler through a loader's table, as core does, and prints the order in which the loader hands over the
// handler's failure ("error") and its log records ("log") (L-38).
//
//   error_order LOADERS LANGUAGE RUNTIME PACKAGE HANDLER
//
// RUNTIME is the JDK's home or the interpreter's path. A process has one VM, so that each look has a process of its
// own.
#include <dlfcn.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tandem/loader_abi.h"
#include "tandem/registry.h"

namespace {

[[noreturn]] void Give(const std::string& why) {
  std::fprintf(stderr, "error_order: %s\n", why.c_str());
  std::_Exit(2);
}

std::string Copy(tandem_string text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}
tandem_string Text(const std::string& text) {
  return {text.data(), text.size()};
}

void OnLog(tandem_host_context* /*host*/, const tandem_log_record* record) {
  if (record->text.size > 0 && record->origin == TANDEM_ORIGIN_FUNCTION) std::puts("log");
}
tandem_payload* NoPayload(tandem_host_context* /*host*/, size_t /*size*/) {
  return nullptr;
}
void KeepPayload(const tandem_payload* /*payload*/) {}
void OnResult(tandem_sink* /*sink*/, const tandem_result* /*result*/) {
  Give("the handler has not failed");
}
int32_t OnChunk(tandem_sink* /*sink*/, const uint8_t* /*data*/, size_t /*size*/) {
  return 1;
}
void OnError(tandem_sink* /*sink*/, const tandem_error* /*error*/) {
  std::puts("error");
}
void OnFault(tandem_sink* /*sink*/, int32_t /*fault*/, tandem_string message) {
  Give(Copy(message));
}
int64_t NoDeadline(const tandem_sink* /*sink*/) {
  return INT64_MAX;
}
int32_t NotCancelled(const tandem_sink* /*sink*/) {
  return 0;
}

const tandem_host kHost = {
    .struct_size = sizeof(tandem_host),
    .abi_major = TANDEM_LOADER_ABI_MAJOR,
    .abi_minor = TANDEM_LOADER_ABI_MINOR,
    .log = OnLog,
    .payload_new = NoPayload,
    .payload_retain = KeepPayload,
    .payload_release = KeepPayload,
    .result = OnResult,
    .result_chunk = OnChunk,
    .result_error = OnError,
    .result_fault = OnFault,
    .remaining_time_ms = NoDeadline,
    .is_cancelled = NotCancelled,
};

// The host's tokens are addresses, which the loader hands back without a look at them.
char token;
tandem_sink* Sink() {
  return reinterpret_cast<tandem_sink*>(&token);
}

tandem::RuntimeInfo Find(const std::string& loaders, const std::string& language, const std::string& path) {
  tandem::LanguageOptions options;
  options.path = path;
  auto registry = tandem::RuntimeRegistry::Open({loaders}, {{language, options}});
  if (!registry.ok()) Give(registry.status().message());
  const auto found = (*registry)->Find(language);
  if (found.size() != 1 || !found[0].usable()) Give("no usable runtime of " + language + " at " + path);
  return found[0];
}

void* Open(const std::string& library, int flags) {
  void* module = dlopen(library.c_str(), RTLD_NOW | flags);
  if (module == nullptr) Give(dlerror());
  return module;
}

const tandem_loader_table* Load(const tandem::RuntimeInfo& runtime, tandem_loader** loader) {
  if (!runtime.preload.empty()) Open(runtime.preload, RTLD_GLOBAL);
  void* module = Open(runtime.module, RTLD_LOCAL);
  const tandem_loader_table* table = reinterpret_cast<tandem_loader_entry>(dlsym(module, TANDEM_LOADER_SYMBOL))();
  const std::string data_dir = std::filesystem::path(runtime.module).parent_path();
  tandem_loader_config config{};
  config.struct_size = sizeof config;
  config.identifier = Text(runtime.identifier);
  config.version = Text(runtime.version);
  config.path = Text(runtime.path);
  config.library = Text(runtime.library);
  config.data_dir = Text(data_dir);
  if (table->create(&kHost, nullptr, &config, Sink(), loader) != TANDEM_OK) Give("the loader cannot start");
  return table;
}

tandem_handler* OpenHandler(const tandem_loader_table& table, tandem_loader* loader, const std::string& package,
                            const std::string& handler) {
  tandem_function_config config{};
  config.struct_size = sizeof config;
  config.function = reinterpret_cast<tandem_function*>(&token);
  config.handler = Text(handler);
  config.code_root = Text(package);
  config.name = Text(handler);
  config.max_concurrency = 1;
  tandem_handler* opened = nullptr;
  if (table.open(loader, &config, Sink(), &opened) != TANDEM_OK || opened == nullptr) Give("no handler " + handler);
  return opened;
}

void Invoke(const tandem_loader_table& table, tandem_handler* handler) {
  const std::string event = "1" + std::string(TANDEM_PAYLOAD_PADDING, ' ');
  const std::string json = "application/json";
  const std::string request_id = "an-id";
  const tandem_payload payload = {sizeof payload, reinterpret_cast<const uint8_t*>(event.data()), 1};
  tandem_invocation invocation{};
  invocation.struct_size = sizeof invocation;
  invocation.payload = &payload;
  invocation.content_type = Text(json);
  invocation.request_id = Text(request_id);
  invocation.deadline_ms = INT64_MAX;
  table.invoke(handler, &invocation, Sink());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) Give("needs LOADERS LANGUAGE RUNTIME PACKAGE HANDLER");
  tandem_loader* loader = nullptr;
  const tandem_loader_table* table = Load(Find(arguments[1], arguments[2], arguments[3]), &loader);
  tandem_handler* handler = OpenHandler(*table, loader, arguments[4], arguments[5]);
  Invoke(*table, handler);
  std::fflush(stdout);
  std::_Exit(0);  // with what the VM holds, as no host ends one
}
