// Database and Statement: SQLite, with owners and one way to say what failed.
#ifndef TANDEM_HOST_SQLITE_H_
#define TANDEM_HOST_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "tandem/status.h"

namespace tandem::host {

// One statement with its parameters and rows.
//
// Threads: one at a time. Lifetime: ends before its database.
class Statement {
 public:
  Statement(sqlite3_stmt* statement, std::string name) : statement_(statement), name_(std::move(name)) {}

  // The parameter ?index, from 1, whose bytes are copied. Errors: Step's.
  Statement& Bind(int index, std::string_view text);
  // Whether there is a row, whose columns are valid until the next step. Errors: kInternal.
  Result<bool> Step();
  // Of the row, from 0.
  std::string_view Text(int column) const;
  std::int64_t Number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string name_;  // of the database's file
  int bound_ = SQLITE_OK;
};

// A database file. What it says of errors begins with the file's name.
//
// Threads: one at a time. Errors: kInternal with SQLite's words.
class Database {
 public:
  // The file has to be there; an empty one is an empty database. Nothing of it is read or changed yet.
  static Result<Database> Open(const std::string& path);

  const std::string& path() const { return path_; }

  // Statements without rows, with semicolons between them.
  Status Execute(const std::string& sql);
  Result<Statement> Prepare(std::string_view sql);
  // One statement without rows, with its parameters from ?1 on.
  Status Run(std::string_view sql, std::initializer_list<std::string_view> parameters);
  // The number in the first column of the first row.
  Result<std::int64_t> Number(std::string_view sql);
  // What `work` does happens whole, or, where it returns an error or throws, not at all. Errors: work's.
  Status InTransaction(const std::function<Status()>& work);

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };

  explicit Database(std::string path) : path_(std::move(path)) {}
  Status Failure() const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_SQLITE_H_
