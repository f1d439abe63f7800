// Deployments: the versions of functions that can be invoked.
#ifndef TANDEM_HOST_DEPLOYMENTS_H_
#define TANDEM_HOST_DEPLOYMENTS_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/api/function_reference.h"
#include "host/api/isolation_check.h"
#include "host/function_store.h"
#include "host/inline_place.h"
#include "tandem/log.h"
#include "tandem/package.h"
#include "tandem/runtime.h"

namespace tandem::host {

class Deployments;

// "$LATEST" or a number; null where the function, which may be null, has no such version.
std::shared_ptr<const FunctionVersion> VersionNamed(const StoredFunction* function, std::string_view version);

// What the user of a function with these settings should be told of its architecture; "": nothing.
std::string WarningOfArchitecture(const Json::Value& settings);
// The same of its isolation.
std::string WarningOfIsolation(const Json::Value& settings);

// One version of a function, as it was at one moment, in the Runtime.
// Threads: all calls from any. Lifetime: the Runtime has it as long as somebody holds the object; then it is removed
// there, when its last invocation has ended.
class Deployment {
 public:
  // `layers`: unpacked.
  Deployment(Deployments& owner, std::string key, Function& function, std::shared_ptr<const FunctionVersion> of,
             std::vector<Package> layers)
      : owner_(owner),
        key_(std::move(key)),
        function_(function),
        of_(std::move(of)),
        layers_(std::move(layers)),
        place_(function.config().timeout) {}
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;
  ~Deployment();

  Function& function() const { return function_; }
  const FunctionVersion& of() const { return *of_; }
  // What who invokes it has to hold meanwhile: inline, it waits for its turn. Null: as InlinePlace::Wait.
  std::optional<InlinePlace::Turn> WaitForTurn() { return is_inline() ? place_.Wait() : InlinePlace::Turn(); }
  // The same, without a wait. Null: as InlinePlace::Try.
  std::optional<InlinePlace::Turn> TryTurn(InlinePlace::Clock::time_point& overdue) {
    return is_inline() ? place_.Try(overdue) : InlinePlace::Turn();
  }
  // Who has the turn where the function is inline.
  InlinePlace& place() { return place_; }

 private:
  bool is_inline() const { return function_.config().isolation == Isolation::kInline; }

  Deployments& owner_;
  const std::string key_;
  Function& function_;
  const std::shared_ptr<const FunctionVersion> of_;
  const std::vector<Package> layers_;  // stay in the cache as long
  InlinePlace place_;
};

// What a deployment needs to know besides its function.
struct DeploymentOptions {
  Account account;
  std::map<std::string, std::string> variables;  // of every function, where it has none of that name
  PackageOptions packages;                       // for unpacked layers
  LogSink* log = nullptr;                        // what users are to know of a function; may be null
  InlineUse inline_use = InlineUse::kRefused;
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

  // Errors: Runtime::Add's, with the function's name; OpenPackage's of a layer; kUnavailable for a function that may
  // not be inline, or whose runtime cannot be beside the one that inline functions have already.
  Result<std::shared_ptr<Deployment>> Get(const std::string& name,
                                          const std::shared_ptr<const FunctionVersion>& version);
  // Null: it is not deployed.
  std::shared_ptr<Deployment> Find(const std::string& name, const std::shared_ptr<const FunctionVersion>& version);
  // Lets go of a version that has been changed or deleted in the store; all versions: "".
  void Drop(const std::string& name, const std::string& version);

 private:
  friend class Deployment;
  using Key = std::pair<std::string, std::string>;  // name, version

  Result<std::shared_ptr<Deployment>> Deploy(const std::string& name,
                                             const std::shared_ptr<const FunctionVersion>& asked);
  Status StartInline(Function& function);
  FunctionConfig ConfigOf(const std::string& name, const FunctionVersion& version) const;
  Result<std::vector<Package>> UnpackLayers(const FunctionVersion& version) const;
  void SayWarnings(const Function& function, const FunctionVersion& version) const;
  void Retire(std::string key) noexcept;
  void RemoveRetired();

  Runtime& runtime_;
  const FunctionStore& store_;
  const DeploymentOptions options_;
  std::shared_mutex mutex_;
  std::map<Key, std::shared_ptr<Deployment>> deployments_;  // guarded by mutex_
  std::mutex deploying_;                                    // one at a time
  std::uint64_t last_ = 0;                                  // guarded by deploying_
  std::set<std::string> started_;  // languages whose runtime is in this process; guarded by deploying_
  std::mutex retired_mutex_;
  std::condition_variable retired_changed_;
  std::vector<std::string> retired_;  // keys; guarded by retired_mutex_
  bool ends_ = false;                 // guarded by retired_mutex_
  std::thread remover_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_DEPLOYMENTS_H_
