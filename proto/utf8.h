// UTF-8, as protobuf's string fields require it.
#ifndef TANDEM_PROTO_UTF8_H_
#define TANDEM_PROTO_UTF8_H_

#include <string>
#include <string_view>

namespace tandem::proto {

// Whether `text` is well-formed (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF).
bool IsUtf8(std::string_view text);

// `text` with U+FFFD for every byte that belongs to no well-formed sequence.
std::string ToUtf8(std::string_view text);

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_UTF8_H_
