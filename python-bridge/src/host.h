// The host's side of the loader ABI, in C++ words.
#ifndef TANDEM_PYTHON_HOST_H_
#define TANDEM_PYTHON_HOST_H_

#include <cstdint>
#include <string_view>

#include "tandem/loader_abi.h"

namespace tandem::python {

inline std::string_view View(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline tandem_string Borrowed(std::string_view text) {
  return {text.data(), text.size()};
}

// The host that made the loader.
// Threads: any. Lifetime: as long as the process.
class Host {
 public:
  Host(const tandem_host* table, tandem_host_context* context) : table_(table), context_(context) {}

  bool TakesHints() const { return table_->abi_minor >= 1; }
  void Log(const tandem_log_record& record) const { table_->log(context_, &record); }
  void Result(tandem_sink* sink, const tandem_result& result) const { table_->result(sink, &result); }
  // Whether the receiver wants more.
  bool Chunk(tandem_sink* sink, std::string_view part) const {
    return table_->result_chunk(sink, reinterpret_cast<const uint8_t*>(part.data()), part.size()) == 0;
  }
  void Error(tandem_sink* sink, const tandem_error& error) const { table_->result_error(sink, &error); }
  void Fault(tandem_sink* sink, int32_t fault, std::string_view message) const {
    table_->result_fault(sink, fault, Borrowed(message));
  }

 private:
  const tandem_host* table_;
  tandem_host_context* context_;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_HOST_H_
