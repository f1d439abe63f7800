#include "host/http/message.h"

#include <strings.h>

#include <algorithm>

namespace tandem::host {

std::string_view HeaderOf(const HttpHeaders& headers, std::string_view name) {
  const auto named = [&](const auto& header) {
    return header.first.size() == name.size() && strncasecmp(header.first.data(), name.data(), name.size()) == 0;
  };
  const auto found = std::find_if(headers.begin(), headers.end(), named);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace tandem::host
