// The way from a keeper's fork to the program of its process.
#ifndef TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_
#define TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <string_view>
#include <vector>

#include "tandem/v1/supervisor.pb.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

// A word or two for what failed, ended by a NUL.
using Attempted = std::array<char, 32>;
Attempted AttemptedText(std::string_view text);

// What failed on that way, as it is written to a pipe whose end without one says that nothing did.
struct StartFailure {
  int error = 0;
  Attempted attempted{};
};

// The new process's end of that pipe.
class StartFailures {
 public:
  explicit StartFailures(int fd) : fd_(fd) {}
  void Require(bool holds, std::string_view attempted) const {
    if (!holds) Report(attempted);
  }
  // Ends this process with what failed, and errno.
  [[noreturn]] void Report(std::string_view attempted) const;
  // Nothing fails any more; a program that is executed closes it, too.
  void Close() const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// How a process goes on that a keeper has forked.
class NewProcess {
 public:
  virtual ~NewProcess() = default;
  // In the keeper.
  virtual void BeforeFork() {}
  // In the process, which has its descriptors, its session, its limits and its working directory, with all signals
  // blocked.
  [[noreturn]] virtual void Become(const v1::StartProcess& start, const StartFailures& failures) = 0;
};

// One that executes its program.
class ExecutedProcess final : public NewProcess {
 public:
  [[noreturn]] void Become(const v1::StartProcess& start, const StartFailures& failures) override;
};

// The fork's whole life, or writes a StartFailure to `failures` and exits.
[[noreturn]] void BecomeProcess(NewProcess& process, const v1::StartProcess& start,
                                const std::vector<FileDescriptor>& files, int failures, pid_t parent,
                                const rlimit& files_limit);

// Closes all files of this process but those, and those below 3.
void CloseAllBut(std::vector<int> kept);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_
