#include "proto/payload_place.h"

namespace tandem::proto {

void PutPayload(const Payload& payload, PayloadPlace place, v1::Payload* message) {
  if (place == PayloadPlace::kBeside) {
    message->set_beside_size(payload.size());
  } else {
    message->set_inline_bytes(payload.data(), payload.size());
  }
}

Result<Payload> TakePayload(const v1::Payload& message, std::string_view member, const Payload* beside) {
  switch (message.place_case()) {
    case v1::Payload::kInlineBytes:
      if (beside != nullptr) return Refused(member, "the bytes are in the message, and others came beside it");
      return message.inline_bytes().empty() ? Payload() : Payload::Copy(message.inline_bytes());
    case v1::Payload::kBesideSize:
      if (beside == nullptr) return Refused(member, "the bytes should have come beside the message");
      if (beside->size() != message.beside_size()) {
        return Refused(member, "the message promises " + std::to_string(message.beside_size()) +
                                   " bytes beside it, and there are " + std::to_string(beside->size()));
      }
      return *beside;
    case v1::Payload::PLACE_NOT_SET:
      break;
  }
  return Refused(member, "neither bytes nor a size");
}

}  // namespace tandem::proto
