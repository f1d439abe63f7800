// LogBook: keeps what functions log until someone wants to print it.
#ifndef TANDEM_EXAMPLES_LOG_BOOK_H_
#define TANDEM_EXAMPLES_LOG_BOOK_H_

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/log.h"

// Sorts log records by function and joins their fragments to lines, so that two functions that run at the same time
// can be shown one after the other.
// Threads: any.
class LogBook : public tandem::LogSink {
 public:
  void Write(const tandem::LogRecord& record) noexcept override;

  // The lines of one function; with an empty name, those that belong to none.
  std::vector<std::string> Lines(std::string_view function_name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> texts_;
};

#endif  // TANDEM_EXAMPLES_LOG_BOOK_H_
