// BoundedText: a text of which the beginning and the end are kept.
#ifndef TANDEM_CONFORMANCE_BOUNDED_TEXT_H_
#define TANDEM_CONFORMANCE_BOUNDED_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::conformance {

// Threads: one at a time.
class BoundedText {
 public:
  static constexpr std::size_t kKept = std::size_t{1} << 20U;  // bytes, of the beginning as of the end

  void Append(std::string_view part);
  // All since the last time, with a line that says how much is left out where something is.
  std::string Take();

 private:
  void Shorten();

  std::string first_;
  std::string last_;  // twice as long at most
  std::size_t left_out_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_BOUNDED_TEXT_H_
