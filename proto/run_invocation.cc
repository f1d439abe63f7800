#include "proto/run_invocation.h"

#include <limits>
#include <string>
#include <utility>

#include "proto/invocation_check.h"
#include "proto/utf8.h"
#include "tandem/v1/worker.pb.h"

namespace tandem::proto {
namespace {

constexpr std::size_t kMembers = 32;  // of all messages below, and more
constexpr auto kLargestPayload = static_cast<std::size_t>(std::numeric_limits<int>::max());

void PutContext(const Invocation& invocation, WireWriter& to) {
  using v1::Context;
  const InvokeOptions& options = invocation.options;
  const FunctionContext& function = invocation.function;
  to.PutText(Context::kTenantIdFieldNumber, options.tenant_id);
  to.PutText(Context::kTraceIdFieldNumber, options.trace_id);
  to.PutText(Context::kCognitoIdentityFieldNumber, options.cognito_identity);
  to.PutText(Context::kClientContextFieldNumber, options.client_context);
  to.PutText(Context::kLogStreamNameFieldNumber, function.log_stream_name);
  to.PutText(Context::kLogGroupNameFieldNumber, function.log_group_name);
  if (function.memory_size_mb != 0) {
    to.PutNumber(Context::kMemoryLimitMbFieldNumber, static_cast<std::uint64_t>(function.memory_size_mb));
  }
  to.PutText(Context::kInvokedFunctionArnFieldNumber, function.invoked_arn);
  to.PutText(Context::kFunctionVersionFieldNumber, function.version);
  to.PutText(Context::kFunctionNameFieldNumber, function.name);
  if (invocation.deadline) {
    to.PutNumber(Context::kDeadlineMsFieldNumber,
                 static_cast<std::uint64_t>(invocation.deadline->time_since_epoch().count()));
  }
  to.PutText(Context::kRequestIdFieldNumber, options.request_id.view());
}

void PutPayloadBeside(const Payload& payload, unsigned field, WireWriter& to) {
  const std::size_t before = to.size();
  to.PutNumber(v1::Payload::kBesideSizeFieldNumber, payload.size());
  to.PutMessage(field, before);
}

void PutInvocation(const Invocation& invocation, v1::InvocationType type, v1::LogType log_type, WireWriter& to) {
  using v1::Invocation;
  if (invocation.streaming) to.PutNumber(Invocation::kStreamingFieldNumber, 1);
  to.PutText(Invocation::kQualifierFieldNumber, invocation.options.qualifier);
  const std::size_t before_context = to.size();
  PutContext(invocation, to);
  to.PutMessage(Invocation::kContextFieldNumber, before_context);
  const std::size_t before_event = to.size();
  to.PutText(v1::Event::kContentTypeFieldNumber, invocation.event.content_type);
  PutPayloadBeside(invocation.event.payload, v1::Event::kPayloadFieldNumber, to);
  to.PutMessage(Invocation::kEventFieldNumber, before_event);
  to.PutNumber(Invocation::kLogTypeFieldNumber, static_cast<std::uint64_t>(log_type));
  to.PutNumber(Invocation::kTypeFieldNumber, static_cast<std::uint64_t>(type));
}

std::size_t SizeOfTexts(const Invocation& invocation) {
  const InvokeOptions& options = invocation.options;
  const FunctionContext& function = invocation.function;
  return options.tenant_id.size() + options.trace_id.size() + options.cognito_identity.size() +
         options.client_context.size() + options.request_id.view().size() + options.qualifier.size() +
         function.log_stream_name.size() + function.log_group_name.size() + function.invoked_arn.size() +
         function.version.size() + function.name.size() + invocation.event.content_type.size();
}

// A member that is bytes.
bool Take(const WireReader& from, std::string& to) {
  to = from.text();
  return from.is_text();
}

// A member that is a string.
bool TakeUtf8(const WireReader& from, std::string& to) {
  return Take(from, to) && IsUtf8(to);
}

bool ReadContext(std::string_view bytes, Invocation& to) {
  using v1::Context;
  FunctionContext& function = to.function;
  InvokeOptions& options = to.options;
  WireReader from(bytes);
  bool fits = true;
  while (fits && from.Next()) {
    switch (from.field()) {
      case Context::kRequestIdFieldNumber:
        options.request_id = RequestId(from.text());
        fits = from.is_text() && from.text().size() <= RequestId::kMaxSize && IsUtf8(from.text());
        break;
      case Context::kDeadlineMsFieldNumber:
        to.deadline = Deadline(std::chrono::milliseconds(static_cast<std::int64_t>(from.number())));
        fits = !from.is_text();
        break;
      case Context::kFunctionNameFieldNumber:
        fits = TakeUtf8(from, function.name);
        break;
      case Context::kFunctionVersionFieldNumber:
        fits = TakeUtf8(from, function.version);
        break;
      case Context::kInvokedFunctionArnFieldNumber:
        fits = TakeUtf8(from, function.invoked_arn);
        break;
      case Context::kMemoryLimitMbFieldNumber:
        function.memory_size_mb = static_cast<std::int32_t>(from.number());
        fits = !from.is_text() && from.number() <= std::numeric_limits<std::int32_t>::max();
        break;
      case Context::kLogGroupNameFieldNumber:
        fits = TakeUtf8(from, function.log_group_name);
        break;
      case Context::kLogStreamNameFieldNumber:
        fits = TakeUtf8(from, function.log_stream_name);
        break;
      case Context::kClientContextFieldNumber:
        fits = Take(from, options.client_context);
        break;
      case Context::kCognitoIdentityFieldNumber:
        fits = Take(from, options.cognito_identity);
        break;
      case Context::kTraceIdFieldNumber:
        fits = Take(from, options.trace_id);
        break;
      case Context::kTenantIdFieldNumber:
        fits = Take(from, options.tenant_id);
        break;
      default:
        fits = false;
    }
  }
  return fits && !from.failed() && CheckContext(to).ok();
}

bool IsPayloadBeside(std::string_view bytes, const Payload& beside) {
  WireReader from(bytes);
  return from.Next() && from.field() == v1::Payload::kBesideSizeFieldNumber && !from.is_text() &&
         from.number() == beside.size() && !from.Next() && !from.failed();
}

bool ReadEvent(std::string_view bytes, const Payload& beside, Event& to) {
  WireReader from(bytes);
  if (!from.Next() || from.field() != v1::Event::kPayloadFieldNumber || !from.is_text()) return false;
  if (!IsPayloadBeside(from.text(), beside)) return false;
  to = Event(beside);
  to.content_type.clear();
  if (!from.Next()) return !from.failed();
  const bool fits = from.field() == v1::Event::kContentTypeFieldNumber && TakeUtf8(from, to.content_type);
  return fits && !from.Next() && !from.failed();
}

bool ReadInvocation(std::string_view bytes, const Payload& beside, Invocation& to) {
  WireReader from(bytes);
  const auto next_is = [&from](unsigned field) { return from.Next() && from.field() == field; };
  if (!next_is(v1::Invocation::kTypeFieldNumber) || from.is_text()) return false;
  const auto type = TypeOf(static_cast<v1::InvocationType>(from.number()));
  if (!next_is(v1::Invocation::kLogTypeFieldNumber) || from.is_text()) return false;
  const auto log_type = LogTypeOf(static_cast<v1::LogType>(from.number()));
  if (!type || !log_type) return false;
  to.options.type = *type;
  to.options.log_type = *log_type;
  if (!next_is(v1::Invocation::kEventFieldNumber) || !from.is_text()) return false;
  if (!ReadEvent(from.text(), beside, to.event)) return false;
  if (!next_is(v1::Invocation::kContextFieldNumber) || !from.is_text()) return false;
  if (!ReadContext(from.text(), to)) return false;
  bool fits = true;
  while (fits && from.Next()) {
    if (from.field() == v1::Invocation::kQualifierFieldNumber) {
      fits = TakeUtf8(from, to.options.qualifier);
    } else {
      fits = from.field() == v1::Invocation::kStreamingFieldNumber && !from.is_text();
      to.streaming = from.number() != 0;
    }
  }
  return fits && !from.failed();
}

// A message that is all that another one has.
std::optional<std::string_view> OnlyMember(std::string_view bytes, unsigned field) {
  WireReader message(bytes);
  if (!message.Next() || message.field() != field || !message.is_text()) return {};
  const std::string_view member = message.text();
  if (message.Next() || message.failed()) return {};
  return member;
}

bool ReadOutcome(std::string_view success, const Payload& beside, Outcome& to) {
  WireReader from(success);
  if (!from.Next() || from.field() != v1::Success::kPayloadFieldNumber || !from.is_text()) return false;
  if (!IsPayloadBeside(from.text(), beside) || !from.Next()) return false;
  std::string content_type;
  if (from.field() == v1::Success::kContentTypeFieldNumber && (!TakeUtf8(from, content_type) || !from.Next())) {
    return false;
  }
  const bool is_kept = from.number() == v1::DISPOSITION_KEEP;
  const bool is_known = is_kept || from.number() == v1::DISPOSITION_RECYCLE;
  if (from.field() != v1::Success::kDispositionFieldNumber || from.is_text() || !is_known) return false;
  if (from.Next() || from.failed()) return false;
  to = Outcome::Success(beside, std::move(content_type), is_kept ? Disposition::kKeep : Disposition::kRecycle);
  return true;
}

}  // namespace

Result<WireWriter> WriteRunInvocation(const CallId& id, const Invocation& invocation) {
  const auto type = TypeMessage(invocation.options.type);
  if (!type) return type.status();
  const auto log_type = LogTypeMessage(invocation.options.log_type);
  if (!log_type) return log_type.status();
  if (Status status = CheckTexts(invocation.options, invocation.function); !status.ok()) return status;
  if (Status status = CheckQualifier(invocation.options.qualifier); !status.ok()) return status;
  if (Status status = CheckContentType(invocation.event.content_type); !status.ok()) return status;
  if (Status status = CheckContext(invocation); !status.ok()) return status;
  const std::size_t most = SizeOfTexts(invocation) + kMembers * WireWriter::kMostOfMember;
  if (most > kLargestPayload) {
    return Status(Code::kInvalidArgument, "this invocation exceeds 2 GiB; its payload has to travel beside it");
  }
  WireWriter to(most);
  if (id.claim != 0) to.PutNumber(v1::RunInvocation::kClaimFieldNumber, id.claim);
  if (id.place != 0) to.PutNumber(v1::RunInvocation::kPlaceFieldNumber, id.place);
  const std::size_t before = to.size();
  PutInvocation(invocation, *type, *log_type, to);
  to.PutMessage(v1::RunInvocation::kInvocationFieldNumber, before);
  if (id.call != 0) to.PutNumber(v1::RunInvocation::kCallFieldNumber, id.call);
  to.PutMessage(v1::ToWorker::kInvocationFieldNumber, 0);
  return to;
}

std::optional<RunRequest> ReadRunInvocation(std::string_view bytes, const Payload& beside) {
  const auto within = OnlyMember(bytes, v1::ToWorker::kInvocationFieldNumber);
  if (!within) return {};
  WireReader from(*within);
  RunRequest request;
  bool has_invocation = false;
  bool fits = true;
  while (fits && from.Next()) {
    switch (from.field()) {
      case v1::RunInvocation::kCallFieldNumber:
        request.id.call = from.number();
        fits = !from.is_text();
        break;
      case v1::RunInvocation::kInvocationFieldNumber:
        fits = from.is_text() && ReadInvocation(from.text(), beside, request.invocation);
        has_invocation = true;
        break;
      case v1::RunInvocation::kPlaceFieldNumber:
        request.id.place = static_cast<std::uint32_t>(from.number());
        fits = !from.is_text();
        break;
      case v1::RunInvocation::kClaimFieldNumber:
        request.id.claim = static_cast<std::uint32_t>(from.number());
        fits = !from.is_text();
        break;
      default:
        fits = false;
    }
  }
  if (!fits || from.failed() || !has_invocation) return {};
  return request;
}

std::optional<DoneSuccess> ReadSuccess(std::string_view bytes, const Payload& beside) {
  using v1::InvocationDone;
  const auto within = OnlyMember(bytes, v1::FromWorker::kDoneFieldNumber);
  if (!within) return {};
  DoneSuccess done;
  bool has_outcome = false;
  bool fits = true;
  WireReader from(*within);
  while (fits && from.Next()) {
    switch (from.field()) {
      case InvocationDone::kCallFieldNumber:
        done.call = from.number();
        fits = !from.is_text();
        break;
      case InvocationDone::kOutcomeFieldNumber: {
        const auto success = OnlyMember(from.text(), v1::Outcome::kSuccessFieldNumber);
        fits = from.is_text() && success && ReadOutcome(*success, beside, done.outcome);
        has_outcome = true;
        break;
      }
      case InvocationDone::kPlaceFieldNumber:
        done.place = static_cast<std::uint32_t>(from.number());
        fits = !from.is_text();
        break;
      case InvocationDone::kPeakResidentBytesFieldNumber:
        done.peak_resident_bytes = from.number();
        fits = !from.is_text();
        break;
      default:
        fits = false;
    }
  }
  if (!fits || from.failed() || !has_outcome) return {};
  return done;
}

WireWriter WriteSuccess(std::uint64_t call, std::uint32_t place, std::uint64_t peak_resident_bytes,
                        const Outcome& outcome) {
  using v1::InvocationDone;
  std::string replaced;
  std::string_view content_type = outcome.content_type();
  if (!IsUtf8(content_type)) content_type = replaced = ToUtf8(content_type);
  WireWriter to(content_type.size() + kMembers * WireWriter::kMostOfMember);
  if (peak_resident_bytes != 0) to.PutNumber(InvocationDone::kPeakResidentBytesFieldNumber, peak_resident_bytes);
  if (place != 0) to.PutNumber(InvocationDone::kPlaceFieldNumber, place);
  const std::size_t before = to.size();
  const bool keeps = outcome.disposition() == Disposition::kKeep;
  to.PutNumber(v1::Success::kDispositionFieldNumber, keeps ? v1::DISPOSITION_KEEP : v1::DISPOSITION_RECYCLE);
  to.PutText(v1::Success::kContentTypeFieldNumber, content_type);
  PutPayloadBeside(outcome.payload(), v1::Success::kPayloadFieldNumber, to);
  to.PutMessage(v1::Outcome::kSuccessFieldNumber, before);
  to.PutMessage(InvocationDone::kOutcomeFieldNumber, before);
  if (call != 0) to.PutNumber(InvocationDone::kCallFieldNumber, call);
  to.PutMessage(v1::FromWorker::kDoneFieldNumber, 0);
  return to;
}

}  // namespace tandem::proto
