// Event: what one invocation is given.
#ifndef TANDEM_EVENT_H_
#define TANDEM_EVENT_H_

#include <string>
#include <utility>

#include "tandem/payload.h"

namespace tandem {

// The input bytes of one invocation and their content type. The bytes are opaque: nothing between here and the
// language side parses or re-formats them (J-56).
struct Event {
  Event() = default;
  explicit Event(Payload bytes) : payload(std::move(bytes)) {}
  explicit Event(std::string_view bytes) : payload(Payload::Copy(bytes)) {}

  Payload payload;
  std::string content_type;  // empty: application/json (J-33)
};

}  // namespace tandem

#endif  // TANDEM_EVENT_H_
