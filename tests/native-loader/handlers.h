// The handlers of the native loader, by name.
#ifndef TANDEM_TESTS_NATIVE_LOADER_HANDLERS_H_
#define TANDEM_TESTS_NATIVE_LOADER_HANDLERS_H_

#include <atomic>
#include <string>
#include <string_view>

#include "tandem/loader_abi.h"

namespace tandem::native {

// What a handler can reach.
struct Call {
  const tandem_host* host;
  tandem_host_context* context;
  tandem_function* function;
  const tandem_invocation* invocation;
  tandem_sink* sink;
  const std::string& code_root;
  const std::string& name;
  const std::string& version;
  const std::string& log_group;
  const std::string& log_stream;
  std::int32_t memory_limit_mb;
  std::atomic<int>& counter;               // one per opened handler: its module state
  std::atomic<const char*>& cancelled_id;  // set by `cancel`

  std::string_view Event() const;
  void Succeed(std::string_view body, std::string_view content_type = {}, std::int32_t disposition = TANDEM_KEEP) const;
  void Fail(std::string_view type, std::string_view message, std::int32_t disposition = TANDEM_KEEP,
            std::int32_t exit_status = 0) const;
  void Log(std::string_view text, std::int32_t origin = TANDEM_ORIGIN_FUNCTION) const;
};

using HandlerFunction = std::int32_t (*)(const Call& call);

// Null when there is no such handler.
HandlerFunction FindHandler(std::string_view name);

inline tandem_string Text(std::string_view text) {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}

}  // namespace tandem::native

#endif  // TANDEM_TESTS_NATIVE_LOADER_HANDLERS_H_
