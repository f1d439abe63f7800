// The names of log streams.
#ifndef TANDEM_CORE_LOG_STREAM_NAME_H_
#define TANDEM_CORE_LOG_STREAM_NAME_H_

#include <string>

namespace tandem {

// A new one: YYYY/MM/DD/[<version>]<32 hex>, the date in UTC (C-30).
std::string NewLogStreamName(const std::string& version);

}  // namespace tandem

#endif  // TANDEM_CORE_LOG_STREAM_NAME_H_
