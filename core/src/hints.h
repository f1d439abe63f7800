// What Tandem advises a function's owner when the function failed.
#ifndef TANDEM_CORE_HINTS_H_
#define TANDEM_CORE_HINTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

// One function's hints: each is said once, however often its init is tried again (H-PY-36) and in however many
// processes, and not endlessly many. Threads: externally locked.
class Hints {
 public:
  static constexpr std::size_t kMost = 16;

  // The line to say; empty: it has been said, or enough have.
  std::string Take(std::string_view hint);
  // The same of a line that the hints of another process have given.
  std::string TakeLine(std::string_view line);

 private:
  std::vector<std::string> said_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_HINTS_H_
