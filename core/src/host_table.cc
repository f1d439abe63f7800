#include "host_table.h"

#include <chrono>
#include <string>
#include <string_view>

#include "abi_text.h"
#include "loader_process.h"
#include "payload_block.h"
#include "sink.h"

namespace tandem {
namespace {

std::int64_t WallClockUs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void Log(tandem_host_context* /*host*/, const tandem_log_record* written) {
  const tandem_log_record record = ReadSized(*written);
  LogRecord out;
  const bool known_level = record.level >= TANDEM_LEVEL_UNSET && record.level <= TANDEM_LEVEL_FATAL;
  out.level = known_level ? static_cast<LogLevel>(record.level) : LogLevel::kUnset;
  out.format = record.format == TANDEM_FORMAT_JSON ? LogFormat::kJson : LogFormat::kText;
  out.time_us = record.time_us != 0 ? record.time_us : WallClockUs();
  out.request_id = ViewOf(record.request_id);
  out.text = ViewOf(record.text);
  if (record.origin == TANDEM_ORIGIN_HINT) out.origin = LogOrigin::kHint;
  if (record.function != nullptr) {
    record.function->Log(out);
  } else if (out.origin != LogOrigin::kHint) {  // a hint is for a function's owner
    LoaderProcess::Get().LogUnattributed(out);
  }
}

tandem_payload* NewPayload(tandem_host_context* /*host*/, std::size_t size) {
  return PayloadBlock::New(size);
}

void RetainPayload(const tandem_payload* payload) {
  if (!IsEmptyAbiPayload(payload)) PayloadBlock::Of(payload)->Retain();
}

void ReleasePayload(const tandem_payload* payload) {
  if (!IsEmptyAbiPayload(payload)) PayloadBlock::Of(payload)->Release();
}

// Runs what a loader asks of the host. A loader may be C, through which no exception passes: one becomes a fault with
// `why`, unless the sink has a result.
template <typename Take>
void Guarded(tandem_sink* sink, std::string_view why, const Take& take) noexcept {
  try {
    take();
  } catch (...) {
    sink->Fault(TANDEM_FAULT_INTERNAL, {why});
  }
}

constexpr std::string_view kNoMemory = "the result of the loader cannot be kept: out of memory";

void TakeResult(tandem_sink* sink, const tandem_result* result) {
  Guarded(sink, kNoMemory, [&] { sink->Succeed(ReadSized(*result)); });
}

std::int32_t TakeChunk(tandem_sink* sink, const std::uint8_t* data, std::size_t size) {
  bool wanted = false;
  Guarded(sink, "the receiver of the response threw at a chunk", [&] {
    wanted = sink->TakeChunk({reinterpret_cast<const char*>(data), size});
  });
  return wanted ? 0 : 1;
}

void TakeError(tandem_sink* sink, const tandem_error* error) {
  Guarded(sink, kNoMemory, [&] { sink->Fail(ReadSized(*error)); });
}

void TakeFault(tandem_sink* sink, std::int32_t fault, tandem_string message) {
  sink->Fault(fault, {ViewOf(message)});
}

std::int64_t RemainingTimeMs(const tandem_sink* sink) {
  return sink->RemainingMs();
}

std::int32_t IsCancelled(const tandem_sink* sink) {
  return sink->IsCancelled() ? 1 : 0;
}

}  // namespace

const tandem_host& HostTable() {
  static const tandem_host kTable = {
      .struct_size = sizeof(tandem_host),
      .abi_major = TANDEM_LOADER_ABI_MAJOR,
      .abi_minor = TANDEM_LOADER_ABI_MINOR,
      .log = Log,
      .payload_new = NewPayload,
      .payload_retain = RetainPayload,
      .payload_release = ReleasePayload,
      .result = TakeResult,
      .result_chunk = TakeChunk,
      .result_error = TakeError,
      .result_fault = TakeFault,
      .remaining_time_ms = RemainingTimeMs,
      .is_cancelled = IsCancelled,
  };
  return kTable;
}

}  // namespace tandem
