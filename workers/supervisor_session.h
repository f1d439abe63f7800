// SupervisorSession: one supervisor program, from its start to its end.
#ifndef TANDEM_WORKERS_SUPERVISOR_SESSION_H_
#define TANDEM_WORKERS_SUPERVISOR_SESSION_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tandem/status.h"
#include "tandem/v1/supervisor.pb.h"
#include "workers/channel.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// Threads: any; its own, from Start to Close, completes what others wait for. Owns: the channel, and the supervisor.
// Lifetime: shared with its processes, which it holds until they have ended.
class SupervisorSession : public std::enable_shared_from_this<SupervisorSession> {
 public:
  // `keeping` empty: the best.
  static Result<std::shared_ptr<SupervisorSession>> Start(const std::string& program, const std::string& keeping);
  // How long a supervisor may take until it says which one it is; one that says nothing is killed.
  static constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);
  // With the supervisor at the other end of the channel, which is `program`.
  static Result<std::shared_ptr<SupervisorSession>> Begin(Channel channel, pid_t pid, const std::string& program,
                                                          std::chrono::milliseconds patience = kPatience);
  SupervisorSession(Channel channel, pid_t pid);

  Result<std::shared_ptr<Process>> StartProcess(const ProcessSpec& spec);
  Result<std::shared_ptr<Process>> StartZygote(const ProcessSpec& spec, const std::string& first);
  void Kill(std::uint64_t id);
  // Ends the supervisor and all its processes, and waits for that. Called once.
  void Close();
  // Whether this is a fork of the process that the session is of. Nothing else but Abandon is called there.
  bool InFork() const;
  // In a fork, where the thread is not, nor anything to end.
  void Abandon() { reader_.detach(); }

  bool over() const;
  pid_t pid() const { return pid_; }
  const std::string& keeping() const { return keeping_; }
  bool mounts() const { return mounts_; }

 private:
  // Somebody who waits for a process to start.
  struct Starting {
    bool answered = false;
    v1::ProcessStarted answer;
  };
  struct Entry {
    std::shared_ptr<Process> process;
    Starting* starting;  // null once it is answered, and for a zygote
  };

  // A new process; null: there is no supervisor any more.
  std::shared_ptr<Process> Enter(Starting* starting);
  Status TakeHello(const std::string& program, std::chrono::milliseconds patience);
  // Waits for a frame, or for the supervisor's end: a fork of this process may hold the other end of the channel open.
  Result<Frame> Receive();
  Status Send(const v1::ToSupervisor& message, const std::vector<int>& files = {});
  void Read();
  void TakeStarted(const v1::ProcessStarted& started);
  void TakeEnded(const v1::ProcessEnded& ended);
  void TakeOver();

  Channel channel_;
  const pid_t owner_;
  const pid_t pid_;
  const FileDescriptor end_;  // readable when the supervisor has ended
  std::string keeping_;
  bool mounts_ = false;
  std::thread reader_;

  std::mutex sending_;

  mutable std::mutex mutex_;
  std::condition_variable started_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t last_id_ = 0;
  bool over_ = false;  // the supervisor says nothing any more
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_SESSION_H_
