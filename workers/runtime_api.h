// RuntimeApi: the HTTP side of one execution environment whose runtime is a program of its own.
#ifndef TANDEM_WORKERS_RUNTIME_API_H_
#define TANDEM_WORKERS_RUNTIME_API_H_

#include <netinet/in.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tandem/invocation.h"
#include "tandem/outcome.h"
#include "tandem/payload.h"
#include "tandem/status.h"

namespace tandem::workers {

// What one invocation is for the runtime. What is empty, or 0, is left out of the answer to its question.
struct RuntimeApiInvocation {
  std::string request_id;
  Payload payload;
  std::string content_type;      // empty: application/json
  std::int64_t deadline_ms = 0;  // since the epoch
  std::string invoked_function_arn;
  std::string trace_id;
  std::string client_context;    // JSON text
  std::string cognito_identity;  // JSON text
  std::string tenant_id;
  // Set: a streaming response comes here, by the thread that invokes, and not as the outcome's payload. What it
  // throws ends the invocation and passes through.
  ChunkReceiver chunk_receiver;
};

// What the host learns when it waits for the runtime.
struct RuntimeApiResult {
  enum class Kind : std::uint8_t {
    kReady,      // of WaitReady: the runtime has asked for an invocation
    kAnswered,   // of Invoke: the outcome is the invocation's
    kInitError,  // the outcome is the function error of an init that failed; the process serves nothing
    kTimedOut,   // the deadline has come
    kAbandoned,  // the process is gone
  };
  Kind kind = Kind::kAbandoned;
  Outcome outcome;
};

// Serves the Lambda Runtime API (docs/behaviour.md, R-01 to R-19) to one runtime on a loopback port of its own, and is
// where the host meets that runtime: it knows nothing of how the process is started or ended.
//
//   api.Open();                            // then start the process with AWS_LAMBDA_RUNTIME_API=api.endpoint()
//   api.Start(admits, waiter);
//   api.WaitReady(init_deadline);          // its init phase is over
//   api.Invoke(invocation, deadline);      // as often as there is something to do
//   api.WaitReady(deadline);               // between invocations: it is done with the last one
//   api.Abandon();                         // the process has ended: every wait returns, now and later
//
// One invocation at a time: a runtime that serves several at once wants one of these for each of its processes.
// An invocation that has timed out is over: its late answer is refused as one with a wrong id, and a runtime
// that asks again gets the next one. Error reports are passed on byte for byte (E-04), except that an `errorCause` is
// taken out and an empty report is composed from its type; their parts are in the outcome's error(). A response
// or report of more than kLargestBody bytes is the error J-53; a streaming one that a chunk receiver takes has no
// bound, and waits while the receiver is behind. Streaming is not slowed down, and there is no snapshot mode
//
//
// Any process of this machine can connect. Who is not admitted is closed without a word; who is, is held off the
// runtime's way: heads, bodies and connections are bounded, and a new connection is let in by closing the one that has
// been idle longest. Requests with a foreign Host or with an Origin, which only web pages send, are refused.
//
// Threads: Abandon from any; the rest from one at a time. Owns: a thread, on which no signal is handled, and close-on-
// exec descriptors. Lifetime: the destructor ends the thread and closes everything; nobody may wait then.
class RuntimeApi {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kLargestBody = 6'291'556;
  // Of a request's head. The error cause that Python's client puts there has up to 1 MiB (E-31).
  static constexpr std::size_t kLargestHead = (std::size_t{1} << 20) + (std::size_t{256} << 10);
  static constexpr std::size_t kMostConnections = 64;

  // Whether a connection from this address is the runtime's. Called by the thread of the API.
  using Admission = std::function<bool(const sockaddr_in& peer)>;
  // Waits until `changed` is readable, the deadline has come, or something else that the host looks at meanwhile has
  // happened; it may call Abandon. Called by the thread that waits.
  using Waiter = std::function<void(int changed, Clock::time_point deadline)>;

  RuntimeApi();
  RuntimeApi(const RuntimeApi&) = delete;
  RuntimeApi& operator=(const RuntimeApi&) = delete;
  ~RuntimeApi();

  // Opens the port; who connects waits until Start. Errors: kInternal, what the kernel refuses.
  Status Open();
  // Serves whoever is admitted, or everybody, and opens the port where Open has not. Errors: as Open.
  Status Start(Admission admits = {}, Waiter waiter = {});
  // "127.0.0.1:PORT", for AWS_LAMBDA_RUNTIME_API.
  const std::string& endpoint() const;

  // Until the runtime asks for an invocation, reports that its init failed, is abandoned, or the deadline comes.
  // Clock::time_point::max() is none.
  RuntimeApiResult WaitReady(Clock::time_point deadline);
  // Hands the invocation over, also to a runtime that is not ready yet, and waits for its answer. What has been
  // answered counts, whatever happened meanwhile.
  RuntimeApiResult Invoke(const RuntimeApiInvocation& invocation, Clock::time_point deadline);
  void Abandon();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_H_
