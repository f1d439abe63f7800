// Messages: any bytes as one of the messages, converted, and there and back again.
//
// Input: a letter for the message (event, invocation, outcome), "+" where a payload comes beside it, with its text, and
// the message's bytes.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/lib.h"
#include "proto/convert.h"

namespace tandem::fuzz {
namespace {

using proto::FromMessage;
using proto::PayloadPlace;
using proto::ToMessage;

bool Same(const Event& one, const Event& other) {
  return one.payload.view() == other.payload.view() && one.content_type == other.content_type;
}

bool Same(const InvokeOptions& one, const InvokeOptions& other) {
  return one.type == other.type && one.log_type == other.log_type && one.request_id.view() == other.request_id.view() &&
         one.qualifier == other.qualifier && one.client_context == other.client_context &&
         one.cognito_identity == other.cognito_identity && one.trace_id == other.trace_id &&
         one.tenant_id == other.tenant_id;
}

bool Same(const proto::FunctionContext& one, const proto::FunctionContext& other) {
  return one.name == other.name && one.version == other.version && one.invoked_arn == other.invoked_arn &&
         one.log_group_name == other.log_group_name && one.log_stream_name == other.log_stream_name &&
         one.memory_size_mb == other.memory_size_mb;
}

bool Same(const proto::Invocation& one, const proto::Invocation& other) {
  return Same(one.event, other.event) && Same(one.options, other.options) && Same(one.function, other.function) &&
         one.deadline == other.deadline && one.streaming == other.streaming;
}

bool Same(const FunctionError& one, const FunctionError& other) {
  return one.type == other.type && one.message == other.message && one.reported_type == other.reported_type &&
         one.stack_trace == other.stack_trace && one.disposition == other.disposition &&
         one.exit_status == other.exit_status;
}

bool Same(const Outcome& one, const Outcome& other) {
  if (one.kind() != other.kind() || one.payload().view() != other.payload().view() ||
      one.content_type() != other.content_type() || one.disposition() != other.disposition()) {
    return false;
  }
  if (one.kind() == Outcome::Kind::kFunctionError) return Same(one.error(), other.error());
  if (one.kind() != Outcome::Kind::kFault) return true;
  return one.fault().code() == other.fault().code() && one.fault().message() == other.fault().message();
}

v1::Outcome Message(const Outcome& outcome) {
  return ToMessage(outcome, PayloadPlace::kInline);
}

template <typename Value>
auto Message(const Value& value) {
  auto made = ToMessage(value, PayloadPlace::kInline);
  Require(made.ok(), "what a message held does not go back into one", made.status().message());
  return std::move(*made);
}

// A message that was taken is one that can be sent on, and says the same there.
template <typename Message1>
void Try(std::string_view bytes, const Payload* beside) {
  const auto message = proto::Parse<Message1>(bytes);
  if (!message.ok()) {
    RequireOneLine(message.status().message(), "an error that is no line");
    return;
  }
  const auto value = FromMessage(*message, beside);
  if (!value.ok()) {
    Require(value.status().code() == Code::kInvalidArgument, "a strange error", value.status().message());
    RequireOneLine(value.status().message(), "an error that is no line");
    return;
  }
  const auto sent = proto::Serialize(Message(*value));
  Require(sent.ok(), "a message cannot be written");
  const auto received = proto::Parse<Message1>(*sent);
  Require(received.ok(), "a message of ours cannot be read", received.ok() ? "" : received.status().message());
  const auto there = FromMessage(*received);
  Require(there.ok(), "a message of ours is refused", there.ok() ? "" : there.status().message());
  Require(Same(*value, *there), "a value changes on its way");
  Require(*proto::Serialize(Message(*there)) == *sent, "a message changes on its way");
  if constexpr (std::is_same_v<Message1, v1::Invocation>) {
    const auto config = proto::FunctionConfigOf(*value);
    if (!config.ok()) RequireOneLine(config.status().message(), "an error that is no line");
  }
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tandem::fuzz;
  Input input(data, size);
  const std::uint8_t kind = input.Byte();
  std::optional<tandem::Payload> beside;
  if (size > 1 && data[1] == '+') {
    input.Byte();
    beside = tandem::Payload::Copy(input.Text());
  }
  const tandem::Payload* const payload = beside ? &*beside : nullptr;
  if (kind == 'e') Try<tandem::v1::Event>(input.Rest(), payload);
  if (kind == 'i') Try<tandem::v1::Invocation>(input.Rest(), payload);
  if (kind == 'o') Try<tandem::v1::Outcome>(input.Rest(), payload);
  return 0;
}
