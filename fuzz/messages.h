// What the targets of messages share: what one side says, as the input has it, and the end of a channel that says it.
#ifndef TANDEM_FUZZ_MESSAGES_H_
#define TANDEM_FUZZ_MESSAGES_H_

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/lib.h"
#include "tandem/payload.h"
#include "workers/channel.h"

namespace tandem::fuzz {

// One message. With `with_file`, an open file comes with it that nobody wants.
struct Said {
  std::string header;
  std::string payload;
  bool with_file = false;
};

// False: the other end is gone. Far less is said than its buffer takes.
inline bool Say(workers::Channel& channel, const Said& said) {
  std::vector<int> files;
  if (said.with_file) files.push_back(STDERR_FILENO);
  return channel.Send(said.header, Payload::Copy(said.payload), files).ok();
}

inline int LowestFree() {
  return workers::FileDescriptor(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)).get();
}

// Waits for that: whoever has told this thread of an end may have to put something away.
inline void RequireNoDescriptorLeft(int lowest) {
  for (int look = 0; look < 5000 && LowestFree() != lowest; ++look) usleep(1000);
  Require(LowestFree() == lowest, "a descriptor is left");
}

}  // namespace tandem::fuzz

#endif  // TANDEM_FUZZ_MESSAGES_H_
