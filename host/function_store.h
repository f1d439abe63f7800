// FunctionStore: the functions that a server has, kept below its data folder.
#ifndef TANDEM_HOST_FUNCTION_STORE_H_
#define TANDEM_HOST_FUNCTION_STORE_H_

#include <json/value.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/status.h"

namespace tandem::host {

// A package of a store.
struct PackageReference {
  std::string code_sha256;     // base64
  std::int64_t code_size = 0;  // bytes of the zip

  friend bool operator==(const PackageReference&, const PackageReference&) = default;
};

// One version of a function. Immutable once it has a number.
struct FunctionVersion {
  std::string version;         // "$LATEST", or a number
  Json::Value settings;        // the members of the API's configuration that a client sets, with the defaults
  std::string code_sha256;     // base64
  std::int64_t code_size = 0;  // bytes of the zip
  std::string last_modified;
  std::string revision_id;
  // Of the settings' Layers, in their order, which stay when those are deleted; none where the settings are of a store
  // of schema version 1, which had no layers.
  std::vector<PackageReference> layers;
};

struct Alias {
  std::string name;
  std::string function_version;
  std::string description;
  std::string revision_id;
  std::map<std::string, double> weights;  // of additional versions
};

// What becomes of the events for a function, or for one of its versions or aliases.
struct EventInvokeConfig {
  std::optional<int> most_retries;
  std::optional<int> most_age_seconds;
  Json::Value destinations;           // the API's DestinationConfig
  std::int64_t last_modified_ms = 0;  // since the epoch
};

// A function as it is at one moment. Copies share their versions.
struct StoredFunction {
  std::string name;
  std::shared_ptr<const FunctionVersion> latest;
  std::map<std::uint64_t, std::shared_ptr<const FunctionVersion>> versions;  // by number
  std::uint64_t last_number = 0;                                             // numbers only grow, also after deletions
  std::map<std::string, Alias> aliases;
  std::map<std::string, std::string> tags;
  std::optional<int> reserved_concurrency;
  std::map<std::string, EventInvokeConfig> event_invoke_configs;  // by "$LATEST", a number, or an alias's name
  Json::Value policy;                                             // array of statements; null: none
  std::string policy_revision_id;
};

// One version of a layer. Immutable but for its policy.
struct LayerVersion {
  std::uint64_t number = 0;
  Json::Value settings;      // the members of the API's description that a client sets
  PackageReference content;
  std::string created_date;  // as A-14
  Json::Value policy;        // array of statements; null: none
  std::string policy_revision_id;
};

// A layer as it is at one moment. Copies share their versions.
struct StoredLayer {
  std::string name;
  std::map<std::uint64_t, std::shared_ptr<const LayerVersion>> versions;  // by number
  std::uint64_t last_number = 0;                                          // numbers only grow, also after deletions
};

// Holds all functions and layers in memory, and every change of them on disk before it is seen. A change happens whole
// or not at all, also where the process is killed in the middle of it, and what is there has its packages.
//
// The data folder has functions.db (SQLite), packages/<sha256 in hex>.zip, each written once, and a lock that says
// whose it is.
//
// Threads: all calls from any thread, but none of a change's own from within it. Changes wait for each other; reads do
// not wait for disks.
// Owns: the data folder's database, packages and lock. Lifetime: the lock is free when the object ends.
class FunctionStore {
 public:
  // Makes the folder with its parents, private to its user, and an empty store where there is none. A store of an older
  // schema version is migrated. Packages that nothing has are removed. Errors: kInvalidArgument where the folder
  // cannot be had or another server has it, with its process id; where its schema is newer than this program's, or its
  // database another program's; kInternal for what SQLite says of a damaged one, and where a function's package is not
  // there. Nothing is removed then.
  static Result<std::unique_ptr<FunctionStore>> Open(const std::string& data_folder);
  virtual ~FunctionStore() = default;

  // Null where there is none. What it points to does not change, and as long as somebody has it, the packages of its
  // versions stay.
  virtual std::shared_ptr<const StoredFunction> Find(std::string_view name) const = 0;
  // All, in the order of their names; those after `marker` and `most` at the most.
  virtual std::vector<std::shared_ptr<const StoredFunction>> List(std::string_view marker, std::size_t most) const = 0;

  // Keeps the bytes of a deployment package, and says its digest (base64) and size; equal bytes are kept once. As long
  // as `use` lives, the package stays though no function has it yet. Errors: kInternal where the disk does not take it.
  struct KeptPackage {
    std::string code_sha256;
    std::int64_t code_size = 0;
    std::shared_ptr<const void> use;
  };
  virtual Result<KeptPackage> KeepPackage(std::string_view zip) = 0;
  // Its file, also for a digest that nobody has kept; empty for what is no digest.
  virtual std::string PackagePath(std::string_view code_sha256) const = 0;

  // Adds a function, whose packages have been kept. Errors: kInvalidArgument where the name is taken, or its values are
  // not such as JSON has; kInternal where the disk does not take it, or a version's package is not there.
  virtual Status Insert(StoredFunction function) = 0;
  // Changes the function: `change` gets a copy, and what it leaves there is the function from then on, unless it
  // returns an error, which is then this call's. Versions that it leaves as they are, by their pointers, are not
  // written again. Errors: kNotFound; change's; Insert's; kInternal where it replaces a version that has a number, or
  // takes a number back.
  virtual Status Change(std::string_view name, const std::function<Status(StoredFunction&)>& change) = 0;
  // Errors: kNotFound; kInternal.
  virtual Status Erase(std::string_view name) = 0;

  // As Find and List; layers all of whose versions have been deleted are found and not listed.
  virtual std::shared_ptr<const StoredLayer> FindLayer(std::string_view name) const = 0;
  virtual std::vector<std::shared_ptr<const StoredLayer>> ListLayers(std::string_view marker,
                                                                     std::size_t most) const = 0;
  // As Change; a layer that is not there is one without versions. Errors: change's; kInvalidArgument for values that
  // are not such as JSON has; kInternal where the disk does not take it, a package is not there, or where it replaces a
  // version's content, or takes a number back.
  virtual Status ChangeLayer(std::string_view name, const std::function<Status(StoredLayer&)>& change) = 0;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_FUNCTION_STORE_H_
