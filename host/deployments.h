// Deployments: the versions of functions that can be invoked.
#ifndef TANDEM_HOST_DEPLOYMENTS_H_
#define TANDEM_HOST_DEPLOYMENTS_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/api/function_reference.h"
#include "host/function_store.h"
#include "tandem/log.h"
#include "tandem/runtime.h"

namespace tandem::host {

class Deployments;

// "$LATEST" or a number; null where the function, which may be null, has no such version.
std::shared_ptr<const FunctionVersion> VersionNamed(const StoredFunction* function, std::string_view version);

// One version of a function, as it was at one moment, in the Runtime.
// Threads: immutable. Lifetime: the Runtime has it as long as somebody holds the object; then it is removed there, when
// its last invocation has ended.
class Deployment {
 public:
  Deployment(Deployments& owner, std::string key, Function& function, std::shared_ptr<const FunctionVersion> of)
      : owner_(owner), key_(std::move(key)), function_(function), of_(std::move(of)) {}
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;
  ~Deployment();

  Function& function() const { return function_; }
  const FunctionVersion& of() const { return *of_; }

 private:
  Deployments& owner_;
  const std::string key_;
  Function& function_;
  const std::shared_ptr<const FunctionVersion> of_;
};

// What a deployment needs to know besides its function.
struct DeploymentOptions {
  Account account;
  std::map<std::string, std::string> variables;  // of every function, where it has none of that name
  LogSink* log = nullptr;                        // what users are to know of a function; may be null
};

// Puts versions of functions into a Runtime when they are invoked for the first time, and takes those out that have
// been changed or deleted. Who holds a Deployment goes on with it.
//
// Threads: all calls from any. Owns: a thread that removes functions from the Runtime, as that waits for their
// processes. Lifetime: ends before the Runtime; nobody may hold a Deployment then.
class Deployments {
 public:
  Deployments(Runtime& runtime, const FunctionStore& store, DeploymentOptions options);
  Deployments(const Deployments&) = delete;
  Deployments& operator=(const Deployments&) = delete;
  ~Deployments();

  // Errors: Runtime::Add's, with the function's name.
  Result<std::shared_ptr<Deployment>> Get(const std::string& name,
                                          const std::shared_ptr<const FunctionVersion>& version);
  // Lets go of a version that has been changed or deleted; all versions: "".
  void Drop(const std::string& name, const std::string& version);

 private:
  friend class Deployment;
  using Key = std::pair<std::string, std::string>;  // name, version

  std::shared_ptr<Deployment> Deployed(const std::string& name, const std::shared_ptr<const FunctionVersion>& version);
  Result<std::shared_ptr<Deployment>> Deploy(const std::string& name,
                                             const std::shared_ptr<const FunctionVersion>& asked);
  FunctionConfig ConfigOf(const std::string& name, const FunctionVersion& version) const;
  void SayWarning(const Function& function) const;
  void Retire(std::string key) noexcept;
  void RemoveRetired();

  Runtime& runtime_;
  const FunctionStore& store_;
  const DeploymentOptions options_;
  std::shared_mutex mutex_;
  std::map<Key, std::shared_ptr<Deployment>> deployments_;  // guarded by mutex_
  std::mutex deploying_;                                    // one at a time
  std::uint64_t last_ = 0;                                  // guarded by deploying_
  std::mutex retired_mutex_;
  std::condition_variable retired_changed_;
  std::vector<std::string> retired_;  // keys; guarded by retired_mutex_
  bool ends_ = false;                 // guarded by retired_mutex_
  std::thread remover_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_DEPLOYMENTS_H_
