// RuntimeApiProcess: a function's own program, which asks for its invocations over the Lambda Runtime API.
#ifndef TANDEM_WORKERS_RUNTIME_API_PROCESS_H_
#define TANDEM_WORKERS_RUNTIME_API_PROCESS_H_

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tandem/status.h"
#include "workers/bootstrap.h"
#include "workers/environment_process.h"
#include "workers/memory_watch.h"
#include "workers/runtime_api.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// How such a program is started.
struct RuntimeApiSpec {
  std::string code_root;  // its working directory
  std::vector<std::string> layers;
  std::vector<std::string> environment;  // "NAME=value", all that it has besides AWS_LAMBDA_RUNTIME_API
  std::int64_t memory_limit = std::numeric_limits<std::int64_t>::max();  // in bytes
  ProcessFolders folders = {};
};

// A bootstrap and the API's port of its own.
//
// Only the process and what it has started are admitted to the port. A bootstrap that is not there or that cannot be
// executed is an init error (E-51), and there is no process then.
//
// An answer ends an invocation when the program asks for the next one. One that does not do so until the
// deadline, or for 10 s, is ended; its answer counts.
//
// The API has no way to ask a program to yield: a running invocation that is cancelled is ended with its process.
//
// Threads: one at a time; the API has one of its own.
class RuntimeApiProcess final : public EnvironmentProcess {
 public:
  // Errors: kUnavailable, kInternal.
  static Result<std::unique_ptr<RuntimeApiProcess>> Start(Supervisor& supervisor, const RuntimeApiSpec& spec);
  ~RuntimeApiProcess() override;

  Answer WaitOpen(const Caller& caller, Outcome& outcome) override;
  Answer Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
             Outcome& outcome) override;
  bool IsSound() override;
  int End(InvocationLog* log) override;

 private:
  explicit RuntimeApiProcess(EntrypointFailure failure);
  RuntimeApiProcess(std::unique_ptr<RuntimeApi> api, FileDescriptor output, std::shared_ptr<Process> process,
                    std::int64_t memory_limit);

  bool Admits(const sockaddr_in& peer) const;
  // Waits for the API, and meanwhile reads the output and sees whether the process ends or has too much memory.
  void Wait(int changed, Clock::time_point deadline);
  void KillForMemory();
  MemoryWatch* memory() override { return memory_ ? &*memory_ : nullptr; }
  Answer Serve(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
               Outcome& outcome);
  Answer Settle(RuntimeApiResult result, InvocationLog& log, Outcome& outcome);
  void WaitUntilItAsks(InvocationLog& log, Clock::time_point deadline);

  const std::optional<EntrypointFailure> failure_;
  sockaddr_in own_address_{};
  pid_t keeper_ = 0;              // whose descendants are what the process is and has started
  InvocationLog* log_ = nullptr;  // of who waits
  bool failed_ = false;           // its init did
  std::optional<MemoryWatch> memory_;
  bool has_too_much_ = false;
  std::unique_ptr<RuntimeApi> api_;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_PROCESS_H_
