#include "proto/invocation_check.h"

#include <array>
#include <string>

#include "proto/payload_place.h"
#include "proto/utf8.h"

namespace tandem::proto {
namespace {

// A `string` member and what shall be in it.
struct Text {
  std::string_view member;
  std::string_view value;
};

Status CheckText(const Text& text) {
  return IsUtf8(text.value) ? Status() : Refused(text.member, "not UTF-8");
}

}  // namespace

Result<v1::InvocationType> TypeMessage(InvocationType type) {
  switch (type) {
    case InvocationType::kRequestResponse:
      return v1::INVOCATION_TYPE_REQUEST_RESPONSE;
    case InvocationType::kEvent:
      return v1::INVOCATION_TYPE_EVENT;
    case InvocationType::kDryRun:
      return v1::INVOCATION_TYPE_DRY_RUN;
  }
  return Refused("Invocation.type", "unknown value " + std::to_string(static_cast<int>(type)));
}

Result<InvocationType> TypeOf(v1::InvocationType type) {
  switch (type) {
    case v1::INVOCATION_TYPE_REQUEST_RESPONSE:
      return InvocationType::kRequestResponse;
    case v1::INVOCATION_TYPE_EVENT:
      return InvocationType::kEvent;
    case v1::INVOCATION_TYPE_DRY_RUN:
      return InvocationType::kDryRun;
    default:
      return Refused("Invocation.type", "unknown value " + std::to_string(type));
  }
}

Result<v1::LogType> LogTypeMessage(LogType type) {
  switch (type) {
    case LogType::kNone:
      return v1::LOG_TYPE_NONE;
    case LogType::kTail:
      return v1::LOG_TYPE_TAIL;
  }
  return Refused("Invocation.log_type", "unknown value " + std::to_string(static_cast<int>(type)));
}

Result<LogType> LogTypeOf(v1::LogType type) {
  switch (type) {
    case v1::LOG_TYPE_NONE:
      return LogType::kNone;
    case v1::LOG_TYPE_TAIL:
      return LogType::kTail;
    default:
      return Refused("Invocation.log_type", "unknown value " + std::to_string(type));
  }
}

Status CheckTexts(const InvokeOptions& options, const FunctionContext& function) {
  const std::array texts = {
      Text{"Context.request_id", options.request_id.view()},
      Text{"Context.function_name", function.name},
      Text{"Context.function_version", function.version},
      Text{"Context.invoked_function_arn", function.invoked_arn},
      Text{"Context.log_group_name", function.log_group_name},
      Text{"Context.log_stream_name", function.log_stream_name},
  };
  for (const Text& text : texts) {
    if (Status status = CheckText(text); !status.ok()) return status;
  }
  return {};
}

Status CheckQualifier(std::string_view qualifier) {
  return CheckText({"Invocation.qualifier", qualifier});
}

Status CheckContentType(std::string_view content_type) {
  return CheckText({"Event.content_type", content_type});
}

Status CheckContext(const BoundedContext& context) {
  if (context.request_id.empty()) return Refused("Context.request_id", "empty");
  if (context.request_id.size() > RequestId::kMaxSize) {
    return Refused("Context.request_id", std::to_string(context.request_id.size()) + " bytes; at most " +
                                             std::to_string(RequestId::kMaxSize) + " are allowed");
  }
  if (context.function_name.empty()) return Refused("Context.function_name", "empty");
  if (context.function_version.empty()) return Refused("Context.function_version", "empty");
  if (context.memory_limit_mb < 0) return Refused("Context.memory_limit_mb", "negative");
  if (context.deadline_ms < 0) return Refused("Context.deadline_ms", "negative");
  return {};
}

Status CheckContext(const Invocation& invocation) {
  const FunctionContext& function = invocation.function;
  return CheckContext({invocation.options.request_id.view(), function.name, function.version, function.memory_size_mb,
                       invocation.deadline ? invocation.deadline->time_since_epoch().count() : 0});
}

}  // namespace tandem::proto
