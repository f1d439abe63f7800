#ifndef TANDEM_JAVA_BRIDGE_START_OUTPUT_H_
#define TANDEM_JAVA_BRIDGE_START_OUTPUT_H_

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "standard_descriptor.h"

namespace tandem::java {

// What HotSpot says while it starts: through the hook for its messages, and past it to the standard descriptors. A line
// there that reads like one of HotSpot's is taken for one; what others write meanwhile is passed on.
// Threads: Hooked from any; the rest from one.
class StartOutput {
 public:
  StartOutput();

  void Hooked(int descriptor, std::string_view text);

  // The VM has started: writes everything to where HotSpot wanted it.
  void PassOn();
  // The VM has not started: the one line that says why, empty when HotSpot said nothing. With `remove_report`, the
  // report that HotSpot has left in a file of its own choice goes.
  std::string TakeReason(bool remove_report);

 private:
  StandardDescriptor out_;
  StandardDescriptor err_;
  std::mutex mutex_;
  std::vector<std::pair<int, std::string>> hooked_;
};

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_START_OUTPUT_H_
