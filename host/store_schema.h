// The schema of the function store's database, and how one of an older program becomes this one's.
#ifndef TANDEM_HOST_STORE_SCHEMA_H_
#define TANDEM_HOST_STORE_SCHEMA_H_

#include <span>

#include "host/sqlite.h"
#include "tandem/status.h"

namespace tandem::host {

// In the header of each of our databases; one with another belongs to somebody else.
inline constexpr int kStoreApplicationId = 0x54644673;

// migrations[v] is the SQL that makes version v + 1 of version v. Version 0 is an empty database, and
// "PRAGMA user_version" says the version of one. A published migration never changes; a new schema is one more.
std::span<const char* const> StoreMigrations();

// Makes the database one of the newest version: each migration happens whole or not at all. Errors: kInvalidArgument,
// with nothing changed, where it is somebody else's, or newer than the migrations; kInternal.
Status Migrate(Database& database, std::span<const char* const> migrations);

}  // namespace tandem::host

#endif  // TANDEM_HOST_STORE_SCHEMA_H_
