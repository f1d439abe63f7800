#include "host/store_schema.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tandem::host {
namespace {

constexpr std::array<const char*, 3> kMigrations = {
    // 1: documents are JSON; a version's is "$LATEST" or its number
    "CREATE TABLE functions(name TEXT PRIMARY KEY NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE versions(function TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY(function, version)) STRICT, WITHOUT ROWID;",
    // 2: layers; the documents of 1 are those of 2
    "CREATE TABLE layers(name TEXT PRIMARY KEY NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE layer_versions(layer TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY(layer, version)) STRICT, WITHOUT ROWID;",
    // 3: functions' documents may have event_invoke_configs, which a program of version 2 would lose; those of 2 are
    // those of 3
    "",
};

// Of a database that is ours, or empty.
Result<std::int64_t> VersionOf(Database& database) {
  const Result<std::int64_t> application = database.Number("PRAGMA application_id");
  if (!application) return application.status();
  Result<std::int64_t> version = database.Number("PRAGMA user_version");
  if (!version || *application == kStoreApplicationId) return version;
  const Result<std::int64_t> objects = database.Number("SELECT count(*) FROM sqlite_master");
  if (!objects) return objects.status();
  if (*application == 0 && *version == 0 && *objects == 0) return version;
  return {Code::kInvalidArgument, database.path() + " is a database of another program; name another data folder"};
}

}  // namespace

std::span<const char* const> StoreMigrations() {
  return kMigrations;
}

Status Migrate(Database& database, std::span<const char* const> migrations) {
  const Result<std::int64_t> found = VersionOf(database);
  if (!found) return found.status();
  if (*found < 0 || static_cast<std::uint64_t>(*found) > migrations.size()) {
    return {Code::kInvalidArgument, database.path() + " has the schema version " + std::to_string(*found) +
                                        ", and this program knows those up to " + std::to_string(migrations.size()) +
                                        "; use the Tandem that wrote it, or a newer one"};
  }
  for (auto version = static_cast<std::size_t>(*found); version < migrations.size(); ++version) {
    const Status status = database.InTransaction([&]() -> Status {
      if (Status made = database.Execute(migrations[version]); !made.ok()) return made;
      return database.Execute("PRAGMA application_id = " + std::to_string(kStoreApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(version + 1));
    });
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace tandem::host
