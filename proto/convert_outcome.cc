#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "proto/convert.h"
#include "proto/payload_place.h"
#include "proto/stack_frames.h"
#include "proto/utf8.h"

namespace tandem::proto {
namespace {

constexpr int kLastExitStatus = 255;
constexpr int kLastSignal = 64;

bool IsExitStatus(int status) {
  return status >= -kLastSignal && status <= kLastExitStatus;
}

v1::Disposition DispositionMessage(Disposition disposition) {
  switch (disposition) {
    case Disposition::kKeep:
      return v1::DISPOSITION_KEEP;
    case Disposition::kExited:
      return v1::DISPOSITION_EXITED;
    case Disposition::kSticky:
      return v1::DISPOSITION_STICKY;
    case Disposition::kRecycle:
      break;
  }
  return v1::DISPOSITION_RECYCLE;
}

Result<Disposition> DispositionOf(v1::Disposition disposition, std::string_view member) {
  switch (disposition) {
    case v1::DISPOSITION_KEEP:
      return Disposition::kKeep;
    case v1::DISPOSITION_RECYCLE:
      return Disposition::kRecycle;
    case v1::DISPOSITION_EXITED:
      return Disposition::kExited;
    case v1::DISPOSITION_STICKY:
      return Disposition::kSticky;
    default:
      return Refused(member, "unknown value " + std::to_string(disposition));
  }
}

v1::FaultCode FaultCodeMessage(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return v1::FAULT_CODE_INVALID_ARGUMENT;
    case Code::kNotFound:
      return v1::FAULT_CODE_NOT_FOUND;
    case Code::kUnavailable:
      return v1::FAULT_CODE_UNAVAILABLE;
    case Code::kOk:
    case Code::kInternal:
      break;
  }
  return v1::FAULT_CODE_INTERNAL;
}

Result<Code> CodeOf(v1::FaultCode code) {
  switch (code) {
    case v1::FAULT_CODE_INVALID_ARGUMENT:
      return Code::kInvalidArgument;
    case v1::FAULT_CODE_NOT_FOUND:
      return Code::kNotFound;
    case v1::FAULT_CODE_UNAVAILABLE:
      return Code::kUnavailable;
    case v1::FAULT_CODE_INTERNAL:
      return Code::kInternal;
    default:
      return Refused("Fault.code", "unknown value " + std::to_string(code));
  }
}

void PutSuccess(const Outcome& outcome, PayloadPlace place, v1::Success* message) {
  PutPayload(outcome.payload(), place, message->mutable_payload());
  message->set_content_type(ToUtf8(outcome.content_type()));
  const bool keep = outcome.disposition() == Disposition::kKeep;
  message->set_disposition(keep ? v1::DISPOSITION_KEEP : v1::DISPOSITION_RECYCLE);
}

// Of too many frames the first and the last ones, which say where it happened and what led there.
void PutStackTrace(const std::vector<std::string>& frames, v1::FunctionError* message) {
  const std::size_t left_out = frames.size() > kMostStackFrames ? frames.size() - kMostStackFrames + 1 : 0;
  const std::size_t first = left_out == 0 ? frames.size() : kMostStackFrames / 2;
  for (std::size_t i = 0; i < first; ++i) message->add_stack_trace(ToUtf8(frames[i]));
  if (left_out == 0) return;
  message->add_stack_trace("... " + std::to_string(left_out) + " frames left out");
  for (std::size_t i = first + left_out; i < frames.size(); ++i) message->add_stack_trace(ToUtf8(frames[i]));
}

void PutError(const Outcome& outcome, PayloadPlace place, v1::FunctionError* message) {
  const FunctionError& error = outcome.error();
  message->set_type(ToUtf8(error.type));
  message->set_message(ToUtf8(error.message));
  message->set_reported_type(ToUtf8(error.reported_type));
  PutStackTrace(error.stack_trace, message);
  message->set_disposition(DispositionMessage(error.disposition));
  if (error.disposition == Disposition::kExited) {
    const auto low_bits = static_cast<int>(static_cast<unsigned>(error.exit_status) & 0xFFU);
    message->set_exit_status(IsExitStatus(error.exit_status) ? error.exit_status : low_bits);
  }
  PutPayload(outcome.payload(), place, message->mutable_body());
}

Result<Outcome> TakeSuccess(const v1::Success& message, const Payload* beside) {
  const auto disposition = DispositionOf(message.disposition(), "Success.disposition");
  if (!disposition) return disposition.status();
  if (*disposition == Disposition::kExited || *disposition == Disposition::kSticky) {
    return Refused("Success.disposition", "belongs to a function error");
  }
  auto payload = TakePayload(message.payload(), "Success.payload", beside);
  if (!payload) return payload.status();
  return Outcome::Success(std::move(*payload), message.content_type(), *disposition);
}

Result<Outcome> TakeError(const v1::FunctionError& message, const Payload* beside) {
  const auto disposition = DispositionOf(message.disposition(), "FunctionError.disposition");
  if (!disposition) return disposition.status();
  if (!IsExitStatus(message.exit_status()) || (*disposition != Disposition::kExited && message.exit_status() != 0)) {
    return Refused("FunctionError.exit_status",
                   std::to_string(message.exit_status()) + " does not go with its disposition");
  }
  if (static_cast<std::size_t>(message.stack_trace_size()) > kMostStackFrames) {
    return Refused("FunctionError.stack_trace", std::to_string(message.stack_trace_size()) + " frames; at most " +
                                                    std::to_string(kMostStackFrames) + " are allowed");
  }
  auto body = TakePayload(message.body(), "FunctionError.body", beside);
  if (!body) return body.status();
  if (body->empty()) return Refused("FunctionError.body", "empty");
  FunctionError error;
  error.type = message.type();
  error.message = message.message();
  error.reported_type = message.reported_type();
  error.stack_trace.assign(message.stack_trace().begin(), message.stack_trace().end());
  error.disposition = *disposition;
  error.exit_status = message.exit_status();
  return Outcome::Error(std::move(error), std::move(*body));
}

Result<Outcome> TakeFault(const v1::Fault& message, const Payload* beside) {
  if (beside != nullptr && !beside->empty())
    return Refused("Outcome.fault", "bytes came beside a message that has none");
  const auto code = CodeOf(message.code());
  if (!code) return code.status();
  return Outcome::Fault(Status(*code, message.message()));
}

}  // namespace

v1::Outcome ToMessage(const Outcome& outcome, PayloadPlace place) {
  v1::Outcome message;
  switch (outcome.kind()) {
    case Outcome::Kind::kSuccess:
      PutSuccess(outcome, place, message.mutable_success());
      break;
    case Outcome::Kind::kFunctionError:
      PutError(outcome, place, message.mutable_function_error());
      break;
    case Outcome::Kind::kFault:
      message.mutable_fault()->set_code(FaultCodeMessage(outcome.fault().code()));
      message.mutable_fault()->set_message(ToUtf8(outcome.fault().message()));
      break;
  }
  return message;
}

Result<Outcome> FromMessage(const v1::Outcome& message, const Payload* beside) {
  switch (message.result_case()) {
    case v1::Outcome::kSuccess:
      return TakeSuccess(message.success(), beside);
    case v1::Outcome::kFunctionError:
      return TakeError(message.function_error(), beside);
    case v1::Outcome::kFault:
      return TakeFault(message.fault(), beside);
    case v1::Outcome::RESULT_NOT_SET:
      break;
  }
  return Refused("Outcome.result", "neither a success nor an error nor a fault");
}

}  // namespace tandem::proto
