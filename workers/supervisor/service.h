// Service: what the supervisor does, from the host's first message to its end.
#ifndef TANDEM_WORKERS_SUPERVISOR_SERVICE_H_
#define TANDEM_WORKERS_SUPERVISOR_SERVICE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tandem/v1/supervisor.pb.h"
#include "workers/channel.h"
#include "workers/file_descriptor.h"
#include "workers/supervisor/keeper.h"

namespace tandem::workers {

// Starts and ends processes as the host says, until the host is gone or says what cannot be understood.
// Threads: none but the one. Owns: the channel, the keepers, the zygotes.
class Service {
 public:
  Service(Channel channel, const KeeperSetting& setting);

  // Returns when no process is left.
  void Run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Request {
    v1::StartProcess start;
    std::vector<FileDescriptor> files;
  };
  // A process, by its keeper.
  struct Kept {
    std::uint64_t id = 0;
    FileDescriptor control;
    bool talks = true;      // there may be more to hear from the keeper
    pid_t process = 0;      // as the host sees it
    bool answered = false;  // the host knows whether it has been started
    bool failed = false;
    std::optional<KeeperReport> end;
    std::string made;              // the folder that goes with it
    std::optional<Request> again;  // of a fork that is not answered: executes what the zygote could not fork
  };
  using KeptByKeeper = std::map<pid_t, Kept>;
  // A process that others are forked from, by its pid.
  struct Zygote {
    std::uint64_t id = 0;
    Channel channel;
    bool talks = true;
    bool ready = false;
  };
  using ZygotesByPid = std::map<pid_t, Zygote>;
  // What a zygote has been asked for, until its keeper says something, or nobody is left who could be one.
  struct Asked {
    Kept kept;
    pid_t zygote = 0;
    Clock::time_point patience;
  };

  void Wait();
  // Milliseconds, for poll.
  int Patience() const;
  void TakeMessage();
  void Start(Request request);
  // Executes what is asked for.
  void Execute(Request request);
  // False: there is no zygote for it.
  bool AskZygote(Request& request);
  void StartZygote(const v1::StartZygote& zygote, std::vector<FileDescriptor> files);
  void HearZygote(pid_t pid, Zygote& zygote);
  // Finds out what has become of what zygotes were asked for.
  void HearAsked();
  void WaitForAsked();
  void Kill(std::uint64_t id);
  // Reads what the keeper has reported so far.
  void Hear(Kept& kept);
  void Fail(Kept& kept, const KeeperReport& report);
  void Answer(Kept& kept, std::int32_t error, const std::string& attempted);
  void Reap();
  void Finish(KeptByKeeper::iterator kept);
  void Finish(ZygotesByPid::iterator zygote, int status);
  // Ends what a killed keeper, or a zygote, has left to this process; `of` null: a zygote.
  void EndOrphans(Kept* of);
  void EndAll();
  void Tell(const v1::FromSupervisor& message);

  Channel channel_;
  const KeeperSetting setting_;
  FileDescriptor children_;  // readable when a child has ended
  FileDescriptor host_;      // readable when the host has
  KeptByKeeper kept_;
  ZygotesByPid zygotes_;
  std::list<Asked> asked_;
  bool ending_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_SERVICE_H_
