// The little JSON that core writes itself: error bodies. Everything else is opaque bytes or a library's.
#ifndef TANDEM_CORE_JSON_TEXT_H_
#define TANDEM_CORE_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace tandem {

// Appends `text` as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace tandem

#endif  // TANDEM_CORE_JSON_TEXT_H_
