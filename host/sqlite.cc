#include "host/sqlite.h"

namespace tandem::host {
namespace {

// For another program that looks at the file at this moment.
constexpr int kPatienceMs = 2000;

Status Failed(const std::string& path, const char* reason) {
  return {Code::kInternal, path + ": " + reason};
}

// Undoes what is not committed.
class Rollback {
 public:
  explicit Rollback(sqlite3* connection) : connection_(connection) {}
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;
  ~Rollback() {
    if (sqlite3_get_autocommit(connection_) == 0) sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

 private:
  sqlite3* connection_;
};

}  // namespace

Statement& Statement::Bind(int index, std::string_view text) {
  const char* const bytes = text.empty() ? "" : text.data();  // a null pointer would be NULL
  const int status = sqlite3_bind_text64(statement_.get(), index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = status;
  return *this;
}

Result<bool> Statement::Step() {
  if (bound_ != SQLITE_OK) return Failed(name_, sqlite3_errstr(bound_));
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return Failed(name_, sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
}

std::string_view Statement::Text(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

Result<Database> Database::Open(const std::string& path) {
  Database database(path);
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.connection_.reset(connection);
  if (status != SQLITE_OK) return Failed(path, sqlite3_errstr(status));
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kPatienceMs);
  return database;
}

Status Database::Failure() const {
  return Failed(path_, sqlite3_errmsg(connection_.get()));
}

Status Database::Execute(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return Failure();
  return {};
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return Failure();
  return Statement(statement, path_);
}

Status Database::Run(std::string_view sql, std::initializer_list<std::string_view> parameters) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return statement.status();
  int index = 0;
  for (const std::string_view parameter : parameters) statement->Bind(++index, parameter);
  return statement->Step().status();
}

Result<std::int64_t> Database::Number(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return statement.status();
  const Result<bool> row = statement->Step();
  if (!row) return row.status();
  return *row ? statement->Number(0) : 0;
}

Status Database::InTransaction(const std::function<Status()>& work) {
  if (Status status = Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  const Rollback unless_committed(connection_.get());
  if (Status status = work(); !status.ok()) return status;
  return Execute("COMMIT");
}

}  // namespace tandem::host
