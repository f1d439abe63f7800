// ChildProcess: a program that this process has started, and whatever that starts in its process group.
#ifndef TANDEM_CONFORMANCE_CHILD_PROCESS_H_
#define TANDEM_CONFORMANCE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::conformance {

// What to start. Its standard input is empty, its standard output and error are one pipe.
struct ChildSpec {
  std::vector<std::string> arguments;    // with the program in front, looked up in PATH where it has no slash
  std::vector<std::string> environment;  // NAME=value
  int passed = -1;                       // a descriptor that it has as kPassedDescriptor; borrowed for the call
};
constexpr int kPassedDescriptor = 3;

// Owns: the processes, which end with it, those that have left the group too, as long as they have its environment.
// Threads: one at a time.
class ChildProcess {
 public:
  // Errors: kUnavailable where the program cannot be started.
  static Result<ChildProcess> Start(const ChildSpec& spec);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // The pipe's end, for poll; it does not block.
  int output() const { return output_.get(); }
  // A descriptor that can be read once the program has ended, for poll; -1 where the kernel has none.
  int ending() const { return ending_.get(); }
  // What there is to read of the output, one part at most. After its end there is no pipe any more.
  std::string TakeOutput();
  // Ends all of it where it has not ended, and says how it has: "exited with status 3", "ended by signal 11".
  std::string End();
  // As End, once it has ended by itself within the time.
  std::string WaitEnd(std::chrono::milliseconds most);

 private:
  ChildProcess(pid_t pid, std::string tag, workers::FileDescriptor output);

  pid_t pid_ = 0;    // 0: it has ended
  std::string tag_;  // a variable that only its processes have
  workers::FileDescriptor output_;
  workers::FileDescriptor ending_;
};

// Some of this process's own variables: where programs, temporary files and Tandem's parts lie.
std::vector<std::string> PlainEnvironment();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_CHILD_PROCESS_H_
