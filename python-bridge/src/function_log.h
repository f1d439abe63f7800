// One function's way to the host's log.
#ifndef TANDEM_PYTHON_FUNCTION_LOG_H_
#define TANDEM_PYTHON_FUNCTION_LOG_H_

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "host.h"

namespace tandem::python {

// The function's token and its running invocation, as print, logging and error reports need them.
// Threads: with the GIL of its interpreter, which is given up while the host logs; Close may be called without it.
// Lifetime: outlives its handler, as threads of the user's may still print; after Close what they print has no
// function.
class FunctionLog : public std::enable_shared_from_this<FunctionLog> {
 public:
  enum class Stream { kOut = 0, kError = 1 };

  FunctionLog(const Host& host, tandem_function* function, bool json) : host_(host), function_(function), json_(json) {}

  // One record as it is formatted.
  void Log(std::string_view text, int32_t level, int32_t format);
  // Text on a standard stream. What does not end a line waits for the rest of it, for Flush, or for kLongestWait bytes.
  void Write(Stream stream, std::string_view text);
  void Flush();

  void BeginInvocation(std::string_view request_id, std::string_view tenant_id) {
    request_id_ = request_id;
    tenant_id_ = tenant_id;
  }
  void EndInvocation() {
    if (!waiting_[0].empty() || !waiting_[1].empty()) Flush();
    request_id_ = {};
    tenant_id_ = {};
  }
  // Gives the token up; waits for records that are on their way. Without the GIL.
  void Close();

  bool json() const { return json_; }
  std::string_view request_id() const { return request_id_; }
  std::string_view tenant_id() const { return tenant_id_; }

 private:
  static constexpr size_t kLongestWait = 8192;

  void Send(std::string_view text, int32_t level, int32_t format);

  const Host& host_;
  tandem_function* function_;
  const bool json_;
  std::string_view request_id_;  // the invocation's own, empty during init
  std::string_view tenant_id_;
  std::array<std::string, 2> waiting_;
  std::mutex mutex_;  // function_ and sending_ against Close
  std::condition_variable sent_;
  int sending_ = 0;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FUNCTION_LOG_H_
