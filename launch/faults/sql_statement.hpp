#pragma once
// One prepared SQLite statement: bind in order, step, read in order. The only other file beside fault_store.cpp that
// knows SQLite. Must not know: tables.

#include <sqlite3.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

/// SQLite's words for what went wrong, with the file.
[[nodiscard]] inline tl::unexpected<Error> sql_error(sqlite3* database, const std::string& file) {
  const int code = sqlite3_errcode(database) & 0xFF;
  const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return error(is_damaged ? ErrorCode::kCorrupt : ErrorCode::kUnavailable, "{}: {}", file, sqlite3_errmsg(database));
}

class SqlStatement {
 public:
  [[nodiscard]] static Result<SqlStatement> prepare(sqlite3* database, std::string_view sql, const std::string& file) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
      return sql_error(database, file);
    return SqlStatement(database, statement, file);
  }

  void bind(std::string_view text) {
    sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void bind(Time time) { sqlite3_bind_int64(statement_.get(), ++bound_, to_ns(time)); }
  void bind(double value) {
    ++bound_;
    if (std::isnan(value))
      sqlite3_bind_null(statement_.get(), bound_);
    else
      sqlite3_bind_double(statement_.get(), bound_, value);
  }

  /// True: there is a row. False: at the end.
  [[nodiscard]] Result<bool> step() {
    read_ = 0;
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return sql_error(database_, file_);
  }
  void reset() {
    sqlite3_reset(statement_.get());
    bound_ = 0;
  }

  [[nodiscard]] std::string text() {
    const int column = read_++;
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
  }
  [[nodiscard]] Time time() { return from_ns(sqlite3_column_int64(statement_.get(), read_++)); }
  [[nodiscard]] double number() {
    const int column = read_++;
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL
               ? std::nan("")
               : sqlite3_column_double(statement_.get(), column);
  }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  SqlStatement(sqlite3* database, sqlite3_stmt* statement, std::string file)
      : database_(database), statement_(statement), file_(std::move(file)) {}

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  std::string file_;
  int bound_ = 0;
  int read_ = 0;
};

}  // namespace ocelli::launch
