// Supervisor and Process: processes that end with this one, whatever happens to it.
#ifndef TANDEM_WORKERS_SUPERVISOR_H_
#define TANDEM_WORKERS_SUPERVISOR_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

class Process;
class SupervisorSession;

// What a process has in the place of the machine's folders, by supervisor.proto.
struct ProcessFolders {
  std::string temporary;  // gets a file system of its own; empty: none
  std::int64_t temporary_bytes = 0;
  std::vector<std::string> opt;  // merged in /opt; none: that is the machine's
  std::string made;              // for as long as the process is there; empty: none
};

// What to start. Nothing of this process's own is passed on: no variable, no descriptor, no signal's action.
struct ProcessSpec {
  std::string program;                   // an absolute path
  std::vector<std::string> arguments;    // with the program's own name
  std::vector<std::string> environment;  // NAME=value
  std::string working_directory;
  std::vector<int> files;  // become 0, 1, 2, 3 and so on; borrowed for the call. At most Channel::kMostFiles
  // By Supervisor::StartZygote, of the same program: the process is a fork of it where that can be had, else the
  // program is executed. Null: it is executed.
  std::shared_ptr<Process> zygote = nullptr;
  bool waits_for_zygote = false;  // where it is not ready yet
  ProcessFolders folders = {};    // all but `made` where the supervisor mounts()
};

// How a process ended.
struct ProcessEnd {
  int status = 0;  // 0 to 255, or minus the number of the signal
  bool core_dumped = false;
  // Of the process and the children that it has waited for; 0 where its keeper was killed.
  std::int64_t peak_memory_bytes = 0;
  std::int64_t page_faults = 0;
  std::chrono::microseconds user_time{0};
  std::chrono::microseconds system_time{0};
};

// A process that a Supervisor has started.
//
// Threads: any. Lifetime: may outlive its Supervisor, and then has ended. Letting it go does not end the process.
class Process {
 public:
  Process(std::shared_ptr<SupervisorSession> session, std::uint64_t id);

  // As this process sees it. Once it has ended, it may be somebody else's.
  pid_t pid() const { return pid_; }
  // SIGKILL to the process and everything that it has started. Does not wait; nothing where it has ended.
  void Kill();
  // Empty: it has not ended so far. It has ended when nothing that it started is left either.
  std::optional<ProcessEnd> end() const;
  ProcessEnd Wait() const;
  // Readable once it has ended, for poll; -1 where none could be made.
  int end_fd() const { return end_event_.get(); }
  bool ended() const { return end().has_value(); }
  // Whether it is a fork of a zygote.
  bool forked() const { return forked_; }

 private:
  friend class SupervisorSession;

  void End(const ProcessEnd& end);

  const std::shared_ptr<SupervisorSession> session_;
  const std::uint64_t id_;
  // Set before anybody but the session has the process; not for a zygote.
  pid_t pid_ = 0;
  bool forked_ = false;

  const FileDescriptor end_event_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<ProcessEnd> end_;
};

// The host's side of a tandem-supervisor program, which is the parent of all processes that are started by it.
//
// When a supervisor dies, its processes count as ended by SIGKILL (they end, but may take a moment), and the next
// StartProcess begins with a new one. In a fork of this process a Supervisor does nothing: StartProcess is refused.
//
// Threads: any; one of its own reads what the supervisor says. Owns: the supervisor and its processes. Lifetime: its
// end kills all processes and waits until nothing of them is left.
class Supervisor {
 public:
  // How a supervisor keeps what a process starts together with it.
  enum class Keeping {
    kBest,           // the first of these that can be had
    kNamespace,      // a PID namespace with a /proc of its own
    kUserNamespace,  // the same in a user namespace, where there is no privilege
    kSubreaper,      // the kernel gives whoever loses its parent to the keeper
  };

  // Executes `program`, the path of tandem-supervisor. Errors: kUnavailable where it is not there, or of another
  // version.
  static Result<std::unique_ptr<Supervisor>> Start(const std::string& program, Keeping keeping = Keeping::kBest);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Returns once the program has been executed. Errors: kInvalidArgument for a spec that no process can be started by,
  // kUnavailable where the program cannot be executed or there is no supervisor.
  Result<std::shared_ptr<Process>> StartProcess(const ProcessSpec& spec);
  // Starts a process that others can be forked from, and which `first`, a ToWorker message, tells how. Does not wait: a
  // zygote that cannot be started, or be forked, is one that ends. It has no pid. Errors: as StartProcess.
  Result<std::shared_ptr<Process>> StartZygote(const ProcessSpec& spec, const std::string& first);

  // Of the supervisor that there is now, or 0.
  pid_t pid() const;
  // How it keeps processes: "namespace", "user namespace" or "subreaper".
  std::string keeping() const;
  // Whether processes can have file systems of their own.
  bool mounts() const;

 private:
  Supervisor(std::string program, Keeping keeping);
  Result<std::shared_ptr<SupervisorSession>> LiveSession();
  // The same, where `spec` can be started.
  Result<std::shared_ptr<SupervisorSession>> SessionFor(const ProcessSpec& spec);

  const std::string program_;
  const Keeping keeping_;
  const pid_t owner_;  // the process that this is of
  mutable std::mutex mutex_;
  std::shared_ptr<SupervisorSession> session_;  // null where the last one is over and no new one could be started
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_H_
