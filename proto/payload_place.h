// Payload messages: bytes inside a message, or a promise of bytes beside it.
#ifndef TANDEM_PROTO_PAYLOAD_PLACE_H_
#define TANDEM_PROTO_PAYLOAD_PLACE_H_

#include <string>
#include <string_view>

#include "proto/convert.h"
#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/payload.pb.h"

namespace tandem::proto {

// The refusal of a message, naming the member that is at fault.
inline Status Refused(std::string_view member, std::string_view reason) {
  return {Code::kInvalidArgument, std::string(member) + ": " + std::string(reason)};
}

void PutPayload(const Payload& payload, PayloadPlace place, v1::Payload* message);

// `member`: the name for errors. `beside` as FromMessage takes it.
Result<Payload> TakePayload(const v1::Payload& message, std::string_view member, const Payload* beside);

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_PAYLOAD_PLACE_H_
