// LayerTable: the layers of a function store.
#ifndef TANDEM_HOST_LAYER_TABLE_H_
#define TANDEM_HOST_LAYER_TABLE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "host/function_store.h"
#include "host/package_folder.h"
#include "host/sqlite.h"
#include "tandem/status.h"

namespace tandem::host {

// Holds all layers in memory, and every change of them in the database before it is seen.
//
// Threads: Find and List from any; the others from one at a time, which has the database then.
// Lifetime: the database and the packages outlive its changes.
class LayerTable {
 public:
  LayerTable(Database& database, PackageFolder& packages) : database_(database), packages_(packages) {}

  // Before any other call. Errors: kInternal for a damaged database, and where a layer's package is not there.
  Status Read();

  // These three as FunctionStore has them.
  std::shared_ptr<const StoredLayer> Find(std::string_view name) const;
  std::vector<std::shared_ptr<const StoredLayer>> List(std::string_view marker, std::size_t most) const;
  Status Change(std::string_view name, const std::function<Status(StoredLayer&)>& change);

 private:
  struct KeptLayer;
  using Kept = std::shared_ptr<const KeptLayer>;
  using Reading = std::map<std::string, std::shared_ptr<KeptLayer>>;

  Status ReadLayers(Reading& layers);
  Status ReadVersions(Reading& layers);
  Result<Kept> WithPackages(StoredLayer layer);
  // In a transaction.
  Status Write(const StoredLayer& layer, const StoredLayer& before);

  Database& database_;
  PackageFolder& packages_;
  mutable std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> layers_;  // under mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_LAYER_TABLE_H_
