#include "proto/convert.h"

#include <google/protobuf/stubs/common.h>

#include <limits>
#include <utility>

#if GOOGLE_PROTOBUF_VERSION < 4000000
#include <google/protobuf/stubs/logging.h>
#endif

#include "proto/invocation_check.h"
#include "proto/payload_place.h"

namespace tandem::proto {
namespace {

constexpr auto kLargest = static_cast<std::size_t>(std::numeric_limits<int>::max());

#if GOOGLE_PROTOBUF_VERSION < 4000000
// protobuf reports bad input to standard error by itself; who calls us decides what is said.
using Silence = google::protobuf::LogSilencer;
#else
struct Silence {};
#endif

Status CheckMessage(const v1::Context& context) {
  return CheckContext({context.request_id(), context.function_name(), context.function_version(),
                       context.memory_limit_mb(), context.has_deadline_ms() ? context.deadline_ms() : 0});
}

void TakeContext(const v1::Context& context, Invocation* invocation) {
  invocation->function.name = context.function_name();
  invocation->function.version = context.function_version();
  invocation->function.invoked_arn = context.invoked_function_arn();
  invocation->function.log_group_name = context.log_group_name();
  invocation->function.log_stream_name = context.log_stream_name();
  invocation->function.memory_size_mb = context.memory_limit_mb();
  if (context.has_deadline_ms()) invocation->deadline = Deadline(std::chrono::milliseconds(context.deadline_ms()));
  invocation->options.request_id = RequestId(context.request_id());
  invocation->options.client_context = context.client_context();
  invocation->options.cognito_identity = context.cognito_identity();
  invocation->options.trace_id = context.trace_id();
  invocation->options.tenant_id = context.tenant_id();
}

}  // namespace

FunctionContext FunctionContextOf(const FunctionConfig& config, std::string_view log_stream_name,
                                  std::string_view qualifier) {
  FunctionContext context;
  context.name = config.name;
  context.version = config.version;
  context.invoked_arn = config.arn;
  if (!qualifier.empty()) context.invoked_arn.append(":").append(qualifier);
  context.log_group_name = config.log_group_name;
  context.log_stream_name = log_stream_name;
  context.memory_size_mb = config.memory_size_mb;
  return context;
}

Result<FunctionConfig> FunctionConfigOf(const Invocation& invocation) {
  FunctionConfig config;
  config.name = invocation.function.name;
  config.version = invocation.function.version;
  config.arn = invocation.function.invoked_arn;
  config.log_group_name = invocation.function.log_group_name;
  config.memory_size_mb = invocation.function.memory_size_mb;
  if (!invocation.options.qualifier.empty()) {
    const std::string suffix = ":" + invocation.options.qualifier;
    if (!config.arn.ends_with(suffix)) {
      return Refused("Context.invoked_function_arn", "does not end in the invocation's qualifier");
    }
    config.arn.resize(config.arn.size() - suffix.size());
  }
  return config;
}

Result<v1::Event> ToMessage(const Event& event, PayloadPlace place) {
  if (Status status = CheckContentType(event.content_type); !status.ok()) return status;
  v1::Event message;
  PutPayload(event.payload, place, message.mutable_payload());
  message.set_content_type(event.content_type);
  return message;
}

Result<v1::Context> ToMessage(const InvokeOptions& options, const FunctionContext& function,
                              const std::optional<Deadline>& deadline) {
  if (Status status = CheckTexts(options, function); !status.ok()) return status;
  v1::Context message;
  message.set_request_id(options.request_id.view().data(), options.request_id.view().size());
  if (deadline) message.set_deadline_ms(deadline->time_since_epoch().count());
  message.set_function_name(function.name);
  message.set_function_version(function.version);
  message.set_invoked_function_arn(function.invoked_arn);
  message.set_memory_limit_mb(function.memory_size_mb);
  message.set_log_group_name(function.log_group_name);
  message.set_log_stream_name(function.log_stream_name);
  message.set_client_context(options.client_context);
  message.set_cognito_identity(options.cognito_identity);
  message.set_trace_id(options.trace_id);
  message.set_tenant_id(options.tenant_id);
  if (Status status = CheckMessage(message); !status.ok()) return status;
  return message;
}

Result<v1::Invocation> ToMessage(const Invocation& invocation, PayloadPlace place) {
  if (Status status = CheckQualifier(invocation.options.qualifier); !status.ok()) return status;
  const auto type = TypeMessage(invocation.options.type);
  if (!type) return type.status();
  const auto log_type = LogTypeMessage(invocation.options.log_type);
  if (!log_type) return log_type.status();
  auto event = ToMessage(invocation.event, place);
  if (!event) return event.status();
  auto context = ToMessage(invocation.options, invocation.function, invocation.deadline);
  if (!context) return context.status();
  v1::Invocation message;
  message.set_type(*type);
  message.set_log_type(*log_type);
  *message.mutable_event() = std::move(*event);
  *message.mutable_context() = std::move(*context);
  message.set_qualifier(invocation.options.qualifier);
  message.set_streaming(invocation.streaming);
  return message;
}

Result<Event> FromMessage(const v1::Event& message, const Payload* beside) {
  auto payload = TakePayload(message.payload(), "Event.payload", beside);
  if (!payload) return payload.status();
  Event event(std::move(*payload));
  event.content_type = message.content_type();
  return event;
}

Result<Invocation> FromMessage(const v1::Invocation& message, const Payload* beside) {
  const auto type = TypeOf(message.type());
  if (!type) return type.status();
  const auto log_type = LogTypeOf(message.log_type());
  if (!log_type) return log_type.status();
  if (!message.has_context()) return Refused("Invocation.context", "missing");
  if (Status status = CheckMessage(message.context()); !status.ok()) return status;
  if (!message.has_event()) return Refused("Invocation.event", "missing");
  auto event = FromMessage(message.event(), beside);
  if (!event) return event.status();
  Invocation invocation;
  invocation.event = std::move(*event);
  TakeContext(message.context(), &invocation);
  invocation.options.type = *type;
  invocation.options.log_type = *log_type;
  invocation.options.qualifier = message.qualifier();
  invocation.streaming = message.streaming();
  return invocation;
}

Result<std::string> Serialize(const google::protobuf::MessageLite& message) {
  std::string bytes;
  if (message.ByteSizeLong() > kLargest || !message.SerializeToString(&bytes)) {
    return Status(Code::kInvalidArgument,
                  "this " + message.GetTypeName() + " message exceeds 2 GiB; its payload has to travel beside it");
  }
  return bytes;
}

Status ParseInto(std::string_view bytes, google::protobuf::MessageLite* message) {
  [[maybe_unused]] const Silence silence;
  if (bytes.size() > kLargest || !message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return {Code::kInvalidArgument, "these bytes are no " + message->GetTypeName() + " message"};
  }
  return {};
}

}  // namespace tandem::proto
