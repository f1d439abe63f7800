// The versions of what the host and its worker processes say to each other (proto/tandem/v1).
#ifndef TANDEM_WORKERS_PROTOCOL_H_
#define TANDEM_WORKERS_PROTOCOL_H_

#include <cstdint>

namespace tandem::workers {

// Of supervisor.proto and worker.proto. Each grows with every change that the other side has to know.
inline constexpr std::uint32_t kSupervisorProtocol = 4;
inline constexpr std::uint32_t kWorkerProtocol = 10;

// The descriptors by which a supervisor and a worker have their channels.
inline constexpr int kSupervisorChannel = 3;
inline constexpr int kWorkerChannel = 3;

// The argument of a worker that has to be started by its function's wrapper (E-49), and of one that was.
inline constexpr char kWrapArgument[] = "wrap";
inline constexpr char kWrappedArgument[] = "wrapped";
inline constexpr char kWrapperVariable[] = "AWS_LAMBDA_EXEC_WRAPPER";
// A variable that each process has a value of its own of (C-30).
inline constexpr char kLogStreamVariable[] = "AWS_LAMBDA_LOG_STREAM_NAME";

// What a keeper calls itself.
inline constexpr char kKeeperName[] = "tandem-keeper";
// How a zygote ends that cannot be forked.
inline constexpr int kZygoteRefuses = 3;
// It could with all variables of its function, as user code has run when its loader was started.
inline constexpr int kZygoteNeedsAllVariables = 4;

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_PROTOCOL_H_
