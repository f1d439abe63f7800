// Server: the Lambda API on one port, with all that is behind it.
#ifndef TANDEM_HOST_SERVER_H_
#define TANDEM_HOST_SERVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "host/api/function_reference.h"
#include "host/api/isolation_check.h"
#include "host/api/local_deployment.h"
#include "host/api/signature.h"
#include "tandem/log.h"
#include "tandem/runtime.h"
#include "tandem/status.h"

namespace tandem::host {

struct ServerOptions {
  std::string listen = "127.0.0.1:9001";
  std::string data_folder;
  Account account{"us-east-1", "012345678912"};
  // Whose requests are served; empty: everybody's.
  AccessKeys keys;
  std::size_t concurrency = 64;  // invocations at once, of all functions
  InlineUse inline_use = InlineUse::kRefused;
  RuntimeOptions runtime;  // its sink gets what functions log, which is kept in files in any case
  std::string s3_folder;   // its folders are S3's buckets, and files in them objects; empty: there is none
  std::chrono::seconds event_retry{60};  // after an event's first failure; twice as much after the second (I-17)
  // What the server says about itself, and one line for each request, without a newline; called by many threads at
  // once. May be empty.
  std::function<void(const std::string& line)> say;
  std::function<void(const std::string& line)> access_log;
};

// Threads: one. Owns: the data folder, the port, the worker processes; where functions may be inline, the process's
// variables by which handlers call back. Lifetime: the destructor stops without patience,
// and waits for invocations.
class Server {
 public:
  // Errors: kInvalidArgument (the address, the data folder), kNotFound and kInternal as Runtime::Create.
  static Result<std::unique_ptr<Server>> Open(ServerOptions options);
  virtual ~Server() = default;

  virtual const std::string& endpoint() const = 0;
  virtual bool is_loopback() const = 0;
  // As DeployLocally.
  virtual ApiResult<bool> Deploy(const LocalFunction& function) = 0;
  // Serves. Errors: kInternal.
  virtual Status Start() = 0;
  // Lets the calls and events that are there be done for `patience`. False: some are still running; the process is to
  // end.
  virtual bool Stop(std::chrono::milliseconds patience) = 0;
  // From another thread: Stop waits no longer.
  virtual void Hurry() = 0;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_SERVER_H_
