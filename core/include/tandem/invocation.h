// What a caller may say about one invocation, and what it learns besides the outcome.
#ifndef TANDEM_INVOCATION_H_
#define TANDEM_INVOCATION_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tandem/export.h"
#include "tandem/outcome.h"

namespace tandem {

// I-01 to I-03. Core runs RequestResponse and Event alike: who accepts an Event durably and discards its value is the
// host.
enum class InvocationType : std::uint8_t { kRequestResponse, kEvent, kDryRun };

// I-07.
enum class LogType : std::uint8_t { kNone, kTail };

// When the figures of the report are taken, which costs two clock readings and a system call.
enum class Measure : std::uint8_t {
  kForPlatformLogs,  // where the Runtime says START, END and REPORT
  kAlways,
};

// The id of one invocation: a version 4 UUID in lower case unless the caller names another (C-26).
class TANDEM_EXPORT RequestId {
 public:
  static constexpr std::size_t kMaxSize = 63;

  // Empty.
  RequestId() = default;
  // The first kMaxSize bytes of `text`.
  explicit RequestId(std::string_view text);
  // A new random one. Threads: any.
  static RequestId Random();
  // Becomes a new random one, in place.
  void Renew();

  std::string_view view() const { return {text_.data(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<char, kMaxSize + 1> text_{};
  std::uint8_t size_ = 0;
};

// Takes the chunks of a streaming response in order; returns false when it wants no more.
using ChunkReceiver = std::function<bool(std::string_view chunk)>;

// What the caller of one invocation may set. Defaults are the service's.
struct InvokeOptions {
  InvocationType type = InvocationType::kRequestResponse;
  LogType log_type = LogType::kNone;
  Measure measure = Measure::kForPlatformLogs;
  RequestId request_id;          // empty: a new one
  std::string qualifier;         // as the caller gave it; ends up in the invoked ARN (C-28)
  std::string client_context;    // JSON text; empty: none (C-12)
  std::string cognito_identity;  // JSON text; empty: none
  std::string trace_id;
  std::string tenant_id;
  ChunkReceiver chunk_receiver;  // set: the response may stream
};

// The figures of the REPORT line (L-43).
struct Report {
  std::chrono::nanoseconds duration{};                    // 0 when not measured
  std::optional<std::chrono::nanoseconds> init_duration;  // set when this invocation ran the init phase
  std::int64_t max_memory_used_bytes = 0;                 // inline: the host process's peak; 0 when not measured
  std::int64_t process_id = 0;                            // that it ran in, as the host sees it; 0 when not measured
  bool timed_out = false;
};

// All that Runtime::Invoke returns.
struct InvokeResult {
  Outcome outcome;
  RequestId request_id;
  Report report;
  std::string log_tail;  // with LogType::kTail: the last 4096 bytes of this invocation's log (L-51)
};

}  // namespace tandem

#endif  // TANDEM_INVOCATION_H_
