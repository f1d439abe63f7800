// How many frames a function error's stack trace may have, as each costs a receiver far more than its sender.
#ifndef TANDEM_PROTO_STACK_FRAMES_H_
#define TANDEM_PROTO_STACK_FRAMES_H_

#include <cstddef>
#include <string_view>

namespace tandem::proto {

// Far more than a JVM or an interpreter gives. A sender leaves out those in the middle of more.
inline constexpr std::size_t kMostStackFrames = std::size_t{1} << 14;

// Whether what is to be parsed as a FromWorker may be: it has no more frames than that, as an empty one is two bytes of
// a worker's and some fifty of whoever parses it. No other member of it takes much more memory than its bytes. What is
// no message may be refused here or by the parser. Takes no memory. Threads: any.
bool MayBeParsed(std::string_view from_worker);

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_STACK_FRAMES_H_
