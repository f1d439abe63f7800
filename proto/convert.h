// Conversions between the messages of tandem/v1 and core's types.
//
// Every FromMessage refuses what the message's contract forbids: a missing part, an unknown enumerator, a request id
// that is too long, a value out of range. Members that a message does not know are ignored here; they stay in the
// message itself, so that who passes it on passes them on. Threads: any.
#ifndef TANDEM_PROTO_CONVERT_H_
#define TANDEM_PROTO_CONVERT_H_

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/outcome.h"
#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/context.pb.h"
#include "tandem/v1/event.pb.h"
#include "tandem/v1/invocation.pb.h"
#include "tandem/v1/outcome.pb.h"
#include "tandem/v1/payload.pb.h"

namespace tandem::proto {

// Where the payload of an outgoing message is put.
enum class PayloadPlace : std::uint8_t {
  kInline,  // copied into the message
  kBeside,  // not in it: the message says its size, and the transport sends the bytes
};

// What a Context says about the function and its environment.
struct FunctionContext {
  std::string name;
  std::string version;
  std::string invoked_arn;
  std::string log_group_name;
  std::string log_stream_name;
  std::int32_t memory_size_mb = 0;  // MiB; 0: not set
};

using Deadline = std::chrono::sys_time<std::chrono::milliseconds>;

// An Invocation message's values.
struct Invocation {
  Event event;
  InvokeOptions options;  // request_id is set; chunk_receiver is not part of a message
  FunctionContext function;
  std::optional<Deadline> deadline;  // none: no timeout
  bool streaming = false;            // the caller takes chunks
};

// A function's values for an invocation with this qualifier. The config's defaults that depend on its name (the ARN,
// the log group) must have been filled in, as Function::config() has them.
FunctionContext FunctionContextOf(const FunctionConfig& config, std::string_view log_stream_name,
                                  std::string_view qualifier);
// The part of a function's config that an invocation carries: name, version, unqualified ARN, log group, memory size.
// Errors: kInvalidArgument when the ARN does not end in the invocation's qualifier (C-28).
Result<FunctionConfig> FunctionConfigOf(const Invocation& invocation);

// Errors of all four: kInvalidArgument, with the member's name, for what the message cannot carry.
Result<v1::Event> ToMessage(const Event& event, PayloadPlace place);
Result<v1::Context> ToMessage(const InvokeOptions& options, const FunctionContext& function,
                              const std::optional<Deadline>& deadline);
Result<v1::Invocation> ToMessage(const Invocation& invocation, PayloadPlace place);
// Cannot fail: an outcome must be told. Text that is not UTF-8 becomes U+FFFD, an exit status outside the contract its
// low eight bits (as the kernel does), a success that does not keep its environment RECYCLE, and of too long a stack
// trace the middle is left out.
v1::Outcome ToMessage(const Outcome& outcome, PayloadPlace place);

// `beside`: the bytes that came beside the message; null when none did. They are shared, not copied. Errors:
// kInvalidArgument, with the member's name.
Result<Event> FromMessage(const v1::Event& message, const Payload* beside = nullptr);
Result<Invocation> FromMessage(const v1::Invocation& message, const Payload* beside = nullptr);
Result<Outcome> FromMessage(const v1::Outcome& message, const Payload* beside = nullptr);

// The message's bytes. Errors: kInvalidArgument when they would exceed the format's 2 GiB.
Result<std::string> Serialize(const google::protobuf::MessageLite& message);

// Fills `message` from its bytes. Errors: kInvalidArgument when they are not one; nothing is printed.
Status ParseInto(std::string_view bytes, google::protobuf::MessageLite* message);

// A message from its bytes. Errors: as ParseInto.
template <typename Message>
Result<Message> Parse(std::string_view bytes) {
  Message message;
  if (Status status = ParseInto(bytes, &message); !status.ok()) return status;
  return message;
}

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_CONVERT_H_
