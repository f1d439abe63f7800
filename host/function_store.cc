#include "host/function_store.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <utility>

#include "host/data_folder.h"
#include "host/function_document.h"
#include "host/layer_table.h"
#include "host/package_folder.h"
#include "host/sqlite.h"
#include "host/store_schema.h"

namespace tandem::host {
namespace {

constexpr char kLatest[] = "$LATEST";

using Version = std::shared_ptr<const FunctionVersion>;

// Each version of a function by the name that its row has.
std::map<std::string, Version> VersionsOf(const StoredFunction& function) {
  std::map<std::string, Version> versions;
  if (function.latest) versions.emplace(kLatest, function.latest);
  for (const auto& [number, version] : function.versions) versions.emplace(std::to_string(number), version);
  return versions;
}

// That of its code, and those of its layers.
std::vector<PackageReference> PackagesOf(const FunctionVersion& version) {
  std::vector<PackageReference> packages = version.layers;
  packages.push_back({version.code_sha256, version.code_size});
  return packages;
}

// A function, whose packages stay as long as it does.
struct KeptFunction {
  StoredFunction function;
  std::vector<PackageFolder::Use> uses;
};

using Kept = std::shared_ptr<const KeptFunction>;

std::shared_ptr<const StoredFunction> FunctionOf(const Kept& kept) {
  return {kept, &kept->function};
}

Status AboutFunction(const std::string& name, const Status& status) {
  return {status.code(), "function '" + name + "': " + status.message()};
}

// Whether the function is as FunctionStore has functions.
Status CheckForm(const StoredFunction& function) {
  const Code code = Code::kInternal;
  if (function.name.empty()) return {code, "it has no name"};
  if (!function.latest || function.latest->version != kLatest) return {code, "it has no $LATEST"};
  for (const auto& [number, version] : function.versions) {
    if (!version || version->version != std::to_string(number)) return {code, "a version does not have its own number"};
  }
  if (!function.versions.empty() && function.versions.rbegin()->first > function.last_number) {
    return {code, "a version has a number that was not given out"};
  }
  for (const auto& [name, alias] : function.aliases) {
    if (alias.name != name) return {code, "an alias does not have its own name"};
  }
  return {};
}

// Whether one may become the other.
Status CheckChange(const StoredFunction& before, const StoredFunction& after) {
  if (after.name != before.name) return {Code::kInternal, "a change gives it another name"};
  if (after.last_number < before.last_number) return {Code::kInternal, "a change takes a version's number back"};
  for (const auto& [number, version] : after.versions) {
    if (number > before.last_number) continue;
    const auto found = before.versions.find(number);
    if (found == before.versions.end() || found->second != version) {
      return {Code::kInternal, "a change replaces version " + std::to_string(number)};
    }
  }
  return {};
}

// An empty file for this user alone where there is none, which is an empty database.
Status MakeDatabaseFile(const std::string& folder, const std::string& path) {
  const workers::FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  const workers::FileDescriptor around(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file && around && SyncFolder(around.get())) return {};
  return {Code::kInvalidArgument, "cannot use " + path + ": " + std::generic_category().message(errno)};
}

class DiskStore final : public FunctionStore {
 public:
  DiskStore(DataFolder folder, Database database, std::unique_ptr<PackageFolder> packages)
      : folder_(std::move(folder)),
        database_(std::move(database)),
        packages_(std::move(packages)),
        layers_(database_, *packages_) {}
  DiskStore(const DiskStore&) = delete;
  DiskStore& operator=(const DiskStore&) = delete;
  // First of all, so that packages stay when their functions leave memory.
  ~DiskStore() override { packages_.reset(); }

  // Before any other call.
  Status Read();

  std::shared_ptr<const StoredFunction> Find(std::string_view name) const override;
  std::vector<std::shared_ptr<const StoredFunction>> List(std::string_view marker, std::size_t most) const override;
  Result<KeptPackage> KeepPackage(std::string_view zip) override;
  std::string PackagePath(std::string_view code_sha256) const override { return packages_->PathOf(code_sha256); }
  Status Insert(StoredFunction function) override;
  Status Change(std::string_view name, const std::function<Status(StoredFunction&)>& change) override;
  Status Erase(std::string_view name) override;
  std::shared_ptr<const StoredLayer> FindLayer(std::string_view name) const override { return layers_.Find(name); }
  std::vector<std::shared_ptr<const StoredLayer>> ListLayers(std::string_view marker, std::size_t most) const override {
    return layers_.List(marker, most);
  }
  Status ChangeLayer(std::string_view name, const std::function<Status(StoredLayer&)>& change) override {
    const std::scoped_lock lock(changes_);
    return layers_.Change(name, change);
  }

 private:
  Kept Get(std::string_view name) const;
  // The function in memory is this one from now on; none where it is null.
  void Put(const std::string& name, Kept function);
  Result<Kept> WithPackages(StoredFunction function);
  Status ReadFunctions(std::map<std::string, std::shared_ptr<KeptFunction>>& functions);
  Status ReadVersions(std::map<std::string, std::shared_ptr<KeptFunction>>& functions);

  // Each in a transaction.
  Status WriteFunction(const StoredFunction& function, const StoredFunction* before);
  Status WriteVersion(const std::string& function, const std::string& name, const FunctionVersion& version);

  const DataFolder folder_;
  std::mutex changes_;  // held by a change from its beginning to its end
  Database database_;   // of whoever has changes_
  std::unique_ptr<PackageFolder> packages_;
  LayerTable layers_;  // its changes under changes_
  mutable std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> functions_;  // under mutex_
};

Status DiskStore::Read() {
  std::map<std::string, std::shared_ptr<KeptFunction>> functions;
  if (Status status = ReadFunctions(functions); !status.ok()) return status;
  if (Status status = ReadVersions(functions); !status.ok()) return status;
  for (const auto& [name, function] : functions) {
    if (const Status status = CheckForm(function->function); !status.ok()) {
      return {status.code(), database_.path() + ": " + AboutFunction(name, status).message()};
    }
  }
  if (Status status = layers_.Read(); !status.ok()) return status;
  if (Status status = packages_->RemoveUnused(); !status.ok()) return status;
  functions_.insert(functions.begin(), functions.end());
  return {};
}

Status DiskStore::ReadFunctions(std::map<std::string, std::shared_ptr<KeptFunction>>& functions) {
  Result<Statement> rows = database_.Prepare("SELECT name, document FROM functions");
  if (!rows) return rows.status();
  Result<bool> row = rows->Step();
  for (; row && *row; row = rows->Step()) {
    const auto kept = std::make_shared<KeptFunction>();
    kept->function.name = rows->Text(0);
    if (const Status status = ReadFunctionDocument(rows->Text(1), kept->function); !status.ok()) {
      return {status.code(), database_.path() + ": " + AboutFunction(kept->function.name, status).message()};
    }
    functions[kept->function.name] = kept;
  }
  return row.status();
}

Status DiskStore::ReadVersions(std::map<std::string, std::shared_ptr<KeptFunction>>& functions) {
  Result<Statement> rows = database_.Prepare("SELECT function, version, document FROM versions");
  if (!rows) return rows.status();
  Result<bool> row = rows->Step();
  for (; row && *row; row = rows->Step()) {
    const std::string name(rows->Text(0));
    const auto found = functions.find(name);
    if (found == functions.end()) {
      return {Code::kInternal, database_.path() + ": there is a version of '" + name + "', which is no function"};
    }
    const Result<Version> version = ReadVersionDocument(rows->Text(1), rows->Text(2));
    if (!version)
      return {version.status().code(), database_.path() + ": " + AboutFunction(name, version.status()).message()};
    for (const PackageReference& package : PackagesOf(**version)) {
      Result<PackageFolder::Use> use = packages_->Find(package.code_sha256, package.code_size);
      if (!use) return AboutFunction(name, use.status());
      found->second->uses.push_back(*use);
    }
    StoredFunction& function = found->second->function;
    if ((*version)->version == kLatest) {
      function.latest = *version;
    } else {
      function.versions[std::strtoull((*version)->version.c_str(), nullptr, 10)] = *version;
    }
  }
  return row.status();
}

std::shared_ptr<const StoredFunction> DiskStore::Find(std::string_view name) const {
  const Kept kept = Get(name);
  return kept ? FunctionOf(kept) : nullptr;
}

std::vector<std::shared_ptr<const StoredFunction>> DiskStore::List(std::string_view marker, std::size_t most) const {
  std::vector<std::shared_ptr<const StoredFunction>> functions;
  const std::scoped_lock lock(mutex_);
  for (auto at = functions_.upper_bound(marker); at != functions_.end() && functions.size() < most; ++at) {
    functions.push_back(FunctionOf(at->second));
  }
  return functions;
}

Result<FunctionStore::KeptPackage> DiskStore::KeepPackage(std::string_view zip) {
  Result<PackageFolder::Kept> kept = packages_->Keep(zip);
  if (!kept) return kept.status();
  return KeptPackage{kept->sha256, static_cast<std::int64_t>(zip.size()), kept->use};
}

Status DiskStore::Insert(StoredFunction function) {
  const std::string name = function.name;
  const std::scoped_lock lock(changes_);
  if (Get(name)) return {Code::kInvalidArgument, "function '" + name + "' exists already"};
  const Result<Kept> kept = WithPackages(std::move(function));
  if (!kept) return AboutFunction(name, kept.status());
  const Status status = database_.InTransaction([&] { return WriteFunction((*kept)->function, nullptr); });
  if (!status.ok()) return AboutFunction(name, status);
  Put(name, *kept);
  return {};
}

Status DiskStore::Change(std::string_view name, const std::function<Status(StoredFunction&)>& change) {
  const std::scoped_lock lock(changes_);
  const Kept before = Get(name);
  if (!before) return {Code::kNotFound, "there is no function '" + std::string(name) + "'"};
  StoredFunction after = before->function;
  if (Status status = change(after); !status.ok()) return status;
  const std::string& own_name = before->function.name;
  if (const Status status = CheckChange(before->function, after); !status.ok()) return AboutFunction(own_name, status);
  const Result<Kept> kept = WithPackages(std::move(after));
  if (!kept) return AboutFunction(own_name, kept.status());
  const Status status = database_.InTransaction([&] { return WriteFunction((*kept)->function, &before->function); });
  if (!status.ok()) return AboutFunction(own_name, status);
  Put(own_name, *kept);
  return {};
}

Status DiskStore::Erase(std::string_view name) {
  const std::scoped_lock lock(changes_);
  const Kept before = Get(name);
  if (!before) return {Code::kNotFound, "there is no function '" + std::string(name) + "'"};
  const Status status = database_.InTransaction([&]() -> Status {
    if (Status failed = database_.Run("DELETE FROM versions WHERE function = ?1", {name}); !failed.ok()) return failed;
    return database_.Run("DELETE FROM functions WHERE name = ?1", {name});
  });
  if (!status.ok()) return AboutFunction(before->function.name, status);
  Put(before->function.name, nullptr);
  return {};
}

Kept DiskStore::Get(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : found->second;
}

void DiskStore::Put(const std::string& name, Kept function) {
  {
    const std::scoped_lock lock(mutex_);
    if (function) {
      functions_[name].swap(function);
    } else if (const auto found = functions_.find(name); found != functions_.end()) {
      found->second.swap(function);
      functions_.erase(found);
    }
  }
  // Here the one before may end, and packages with it.
}

Result<Kept> DiskStore::WithPackages(StoredFunction function) {
  if (Status status = CheckForm(function); !status.ok()) return status;
  auto kept = std::make_shared<KeptFunction>();
  for (const auto& [name, version] : VersionsOf(function)) {
    for (const PackageReference& package : PackagesOf(*version)) {
      Result<PackageFolder::Use> use = packages_->Hold(package.code_sha256);
      if (!use) return use.status();
      kept->uses.push_back(*use);
    }
  }
  kept->function = std::move(function);
  return Kept(std::move(kept));
}

Status DiskStore::WriteFunction(const StoredFunction& function, const StoredFunction* before) {
  const Result<std::string> document = FunctionDocument(function);
  if (!document) return document.status();
  Status status =
      database_.Run("INSERT OR REPLACE INTO functions(name, document) VALUES(?1, ?2)", {function.name, *document});
  const std::map<std::string, Version> versions = VersionsOf(function);
  const std::map<std::string, Version> old = VersionsOf(before == nullptr ? StoredFunction() : *before);
  for (auto at = old.begin(); status.ok() && at != old.end(); ++at) {
    if (versions.contains(at->first)) continue;
    status = database_.Run("DELETE FROM versions WHERE function = ?1 AND version = ?2", {function.name, at->first});
  }
  for (auto at = versions.begin(); status.ok() && at != versions.end(); ++at) {
    const auto found = old.find(at->first);
    if (found != old.end() && found->second == at->second) continue;
    status = WriteVersion(function.name, at->first, *at->second);
  }
  return status;
}

Status DiskStore::WriteVersion(const std::string& function, const std::string& name, const FunctionVersion& version) {
  const Result<std::string> document = VersionDocument(version);
  if (!document) return document.status();
  return database_.Run("INSERT OR REPLACE INTO versions(function, version, document) VALUES(?1, ?2, ?3)",
                       {function, name, *document});
}

// In the order in which what they say has to be known.
Status Prepare(Database& database) {
  // Nobody else reads this file, so that its log's index is in this process's memory only. EXTRA: a change is on disk
  // when it is done, also where there cannot be a log.
  for (const char* const pragma : {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA synchronous = EXTRA"}) {
    if (Status status = database.Execute(pragma); !status.ok()) return status;
  }
  if (Status status = Migrate(database, StoreMigrations()); !status.ok()) return status;
  // With a log, a change waits for the disk once.
  if (Status status = database.Execute("PRAGMA journal_mode = WAL"); !status.ok()) return status;
  Result<Statement> check = database.Prepare("PRAGMA quick_check(1)");
  if (!check) return check.status();
  if (const Result<bool> row = check->Step(); !row) return row.status();
  std::string found(check->Text(0));
  if (found == "ok") return {};
  std::replace(found.begin(), found.end(), '\n', ' ');
  return {Code::kInternal, database.path() + ": " + found};
}

}  // namespace

Result<std::unique_ptr<FunctionStore>> FunctionStore::Open(const std::string& data_folder) {
  Result<DataFolder> folder = DataFolder::Take(data_folder);
  if (!folder) return folder.status();
  const std::string path = folder->path() + "/functions.db";
  if (Status status = MakeDatabaseFile(folder->path(), path); !status.ok()) return status;
  Result<Database> database = Database::Open(path);
  if (!database) return database.status();
  if (Status status = Prepare(*database); !status.ok()) return status;
  Result<std::unique_ptr<PackageFolder>> packages = PackageFolder::Open(folder->path() + "/packages");
  if (!packages) return packages.status();
  auto store = std::make_unique<DiskStore>(std::move(*folder), std::move(*database), std::move(*packages));
  if (Status status = store->Read(); !status.ok()) return status;
  return std::unique_ptr<FunctionStore>(std::move(store));
}

}  // namespace tandem::host
