// Service: what the supervisor does, from the host's first message to its end.
#ifndef TANDEM_WORKERS_SUPERVISOR_SERVICE_H_
#define TANDEM_WORKERS_SUPERVISOR_SERVICE_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "tandem/v1/supervisor.pb.h"
#include "workers/channel.h"
#include "workers/file_descriptor.h"
#include "workers/supervisor/keeper.h"

namespace tandem::workers {

// Starts and ends processes as the host says, until the host is gone or says what cannot be understood.
// Threads: none but the one. Owns: the channel, the keepers.
class Service {
 public:
  Service(Channel channel, const KeeperSetting& setting);

  // Returns when no process is left.
  void Run();

 private:
  // A process, by its keeper.
  struct Kept {
    std::uint64_t id = 0;
    FileDescriptor control;
    bool talks = true;      // there may be more to hear from the keeper
    pid_t process = 0;      // as the host sees it
    bool answered = false;  // the host knows whether it has been started
    bool failed = false;
    std::optional<KeeperReport> end;
  };
  using KeptByKeeper = std::map<pid_t, Kept>;

  void Wait();
  void TakeMessage();
  void Start(const v1::StartProcess& start, std::vector<FileDescriptor> files);
  void Kill(std::uint64_t id);
  // Reads what the keeper has reported so far.
  void Hear(Kept& kept);
  void Answer(Kept& kept, std::int32_t error, const std::string& attempted);
  void Reap();
  void Finish(KeptByKeeper::iterator kept);
  // Ends what a killed keeper has left to this process.
  void EndOrphans(Kept& of);
  void EndAll();
  void Tell(const v1::FromSupervisor& message);

  Channel channel_;
  const KeeperSetting setting_;
  FileDescriptor children_;  // readable when a child has ended
  FileDescriptor host_;      // readable when the host has
  KeptByKeeper kept_;
  bool ending_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_SERVICE_H_
