// Conversions between the loader ABI's strings and sized structs and C++.
#ifndef TANDEM_CORE_ABI_TEXT_H_
#define TANDEM_CORE_ABI_TEXT_H_

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "tandem/loader_abi.h"

namespace tandem {

// Borrows `text`.
inline tandem_string AbiString(std::string_view text) {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}
// Borrows `text`; an empty one becomes absent.
inline tandem_string AbiOptional(std::string_view text) {
  if (text.empty()) [[likely]]
    return {nullptr, 0};
  return AbiString(text);
}
inline std::string_view ViewOf(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string StringOf(tandem_string text) {
  return std::string(ViewOf(text));
}

// A sized ABI struct as this side knows it: what the writer did not know is zero.
template <typename T>
T ReadSized(const T& written) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (written.struct_size >= sizeof(T)) [[likely]]
    return written;
  T read{};
  std::memcpy(&read, &written, std::max(written.struct_size, sizeof written.struct_size));
  return read;
}

}  // namespace tandem

#endif  // TANDEM_CORE_ABI_TEXT_H_
