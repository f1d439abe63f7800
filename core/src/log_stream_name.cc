#include "log_stream_name.h"

#include <array>
#include <ctime>

#include "tandem/invocation.h"

namespace tandem {

std::string NewLogStreamName(const std::string& version) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> date{};
  const std::size_t length = std::strftime(date.data(), date.size(), "%Y/%m/%d/[", &utc);
  std::string name(date.data(), length);
  name += version + "]";
  const RequestId id = RequestId::Random();
  for (const char digit : id.view()) {
    if (digit != '-') name += digit;
  }
  return name;
}

}  // namespace tandem
