// The two messages that every invocation in a worker is made of, read and written without their objects, which take
// several times as long: RunInvocation, and InvocationDone of a success. The bytes are those that protobuf writes.
#ifndef TANDEM_PROTO_RUN_INVOCATION_H_
#define TANDEM_PROTO_RUN_INVOCATION_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/convert.h"
#include "proto/wire.h"
#include "tandem/outcome.h"
#include "tandem/payload.h"
#include "tandem/status.h"

namespace tandem::proto {

// A RunInvocation's numbers.
struct CallId {
  std::uint64_t call = 0;
  std::uint32_t place = 0;
  std::uint32_t claim = 0;
};

// A ToWorker with a RunInvocation, but for the payload, which goes beside it. Errors: those of ToMessage, and
// kInvalidArgument where it would exceed the format's 2 GiB.
Result<WireWriter> WriteRunInvocation(const CallId& id, const Invocation& invocation);

struct RunRequest {
  CallId id;
  Invocation invocation;
};
// Nothing: it is not as WriteRunInvocation writes it, so that only protobuf's own reader knows what it says.
std::optional<RunRequest> ReadRunInvocation(std::string_view bytes, const Payload& beside);

// An InvocationDone's values, where its outcome is a success.
struct DoneSuccess {
  std::uint64_t call = 0;
  std::uint32_t place = 0;
  std::uint64_t peak_resident_bytes = 0;
  Outcome outcome;
};
// Of a FromWorker's bytes; nothing: as ReadRunInvocation.
std::optional<DoneSuccess> ReadSuccess(std::string_view bytes, const Payload& beside);

// A FromWorker with the InvocationDone of a success; `peak_resident_bytes` as in the message.
WireWriter WriteSuccess(std::uint64_t call, std::uint32_t place, std::uint64_t peak_resident_bytes,
                        const Outcome& outcome);

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_RUN_INVOCATION_H_
