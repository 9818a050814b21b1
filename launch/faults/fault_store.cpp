#include "ocelli/launch/faults/fault_store.hpp"

#include <sqlite3.h>

#include "ocelli/launch/faults/sql_statement.hpp"

namespace ocelli::launch {
namespace {

constexpr int kVersion = 1;
constexpr int kApplication = 0x4F63466C;  // "OcFl": says that the file is a fault store
constexpr int kBusyWait_ms = 2000;        // a reader may hold the file for a moment

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, begin_ns INTEGER NOT NULL, launch TEXT, software TEXT);
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, at_ns INTEGER NOT NULL, fault TEXT NOT NULL, detector TEXT, entity TEXT,
  state TEXT NOT NULL, asil TEXT, evidence_ns INTEGER, detected_ns INTEGER, value REAL, allowed REAL, unit TEXT,
  detail TEXT);
CREATE INDEX IF NOT EXISTS faults_by_name ON faults (fault, at_ns);
CREATE TABLE IF NOT EXISTS modes (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, at_ns INTEGER NOT NULL, mode TEXT NOT NULL, previous TEXT);
)";

/// WAL + FULL: a commit returns when the log is on the disk. The log is folded back every 1000 pages.
constexpr const char* kDurable = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

Result<int> number_of(sqlite3* database, const char* pragma, const std::string& file) {
  OCELLI_ASSIGN(auto statement, SqlStatement::prepare(database, pragma, file));
  OCELLI_ASSIGN(const bool has_row, statement.step());
  return has_row ? static_cast<int>(statement.number()) : 0;
}

Status insert(SqlStatement& statement, const StoredFault& fault) {
  statement.reset();
  statement.bind(fault.run);
  statement.bind(fault.at);
  for (const std::string* text : {&fault.id, &fault.detector, &fault.entity, &fault.state, &fault.asil})
    statement.bind(*text);
  statement.bind(fault.evidence_at);
  statement.bind(fault.detected_at);
  statement.bind(fault.value);
  statement.bind(fault.limit);
  statement.bind(fault.unit);
  statement.bind(fault.detail);
  OCELLI_TRY(statement.step());
  return ok();
}

Status insert(SqlStatement& statement, const StoredMode& mode) {
  statement.reset();
  statement.bind(mode.run);
  statement.bind(mode.at);
  statement.bind(mode.mode);
  statement.bind(mode.previous);
  OCELLI_TRY(statement.step());
  return ok();
}

StoredFault fault_of(SqlStatement& row) {
  StoredFault fault;
  fault.run = row.text();
  fault.at = row.time();
  fault.id = row.text();
  fault.detector = row.text();
  fault.entity = row.text();
  fault.state = row.text();
  fault.asil = row.text();
  fault.evidence_at = row.time();
  fault.detected_at = row.time();
  fault.value = row.number();
  fault.limit = row.number();
  fault.unit = row.text();
  fault.detail = row.text();
  return fault;
}

}  // namespace

void FaultStore::Closer::operator()(sqlite3* database) const { sqlite3_close(database); }

Result<FaultStore> FaultStore::open(const std::filesystem::path& file, Access access) {
  const std::string name = file.string();
  std::error_code ignored;
  if (access == Access::kRead && !std::filesystem::is_regular_file(file, ignored))
    return error(ErrorCode::kNotFound, "{}: no such fault store", name);
  sqlite3* raw = nullptr;
  const int flags = access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int opened = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  FaultStore store(name, std::unique_ptr<sqlite3, Closer>(raw));
  if (opened != SQLITE_OK)
    return raw != nullptr ? sql_error(raw, name) : error(ErrorCode::kExhausted, "{}: no memory to open it", name);
  sqlite3_busy_timeout(raw, kBusyWait_ms);
  OCELLI_TRY(store.check_version());
  if (access == Access::kWrite) OCELLI_TRY(store.prepare_for_writing());
  return store;
}

/// A fresh file has neither tables nor marks.
Status FaultStore::check_version() const {
  OCELLI_ASSIGN(const int application, number_of(database_.get(), "PRAGMA application_id", file_));
  OCELLI_ASSIGN(const int version, number_of(database_.get(), "PRAGMA user_version", file_));
  OCELLI_ASSIGN(const int objects, number_of(database_.get(), "SELECT count(*) FROM sqlite_master", file_));
  if (application != kApplication && objects > 0)
    return error(ErrorCode::kCorrupt, "{}: an SQLite file, but no fault store", file_);
  if (version > kVersion)
    return error(ErrorCode::kUnsupported, "{}: fault store of version {}: expected at most {}", file_, version,
                 kVersion);
  return ok();
}

Status FaultStore::prepare_for_writing() {
  OCELLI_TRY(execute(kDurable));
  const std::string marks =
      fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;", kTables,
                  kApplication, kVersion);
  return execute(marks.c_str());
}

Status FaultStore::execute(const char* sql) const {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return ok();
  return sql_error(database_.get(), file_);
}

Status FaultStore::begin_run(const StoredRun& run) {
  OCELLI_ASSIGN(
      auto statement,
      SqlStatement::prepare(database_.get(),
                            "INSERT OR IGNORE INTO runs (key, begin_ns, launch, software) VALUES (?,?,?,?)", file_));
  statement.bind(run.key);
  statement.bind(run.begin);
  statement.bind(run.launch);
  statement.bind(run.software);
  OCELLI_TRY(statement.step());
  return ok();
}

Status FaultStore::append(std::span<const StoreEntry> entries) {
  if (entries.empty()) return ok();
  OCELLI_ASSIGN(auto faults,
                SqlStatement::prepare(database_.get(),
                                      "INSERT INTO faults (run, at_ns, fault, detector, entity, state, asil, "
                                      "evidence_ns, detected_ns, value, allowed, unit, detail) "
                                      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                      file_));
  OCELLI_ASSIGN(
      auto modes,
      SqlStatement::prepare(database_.get(), "INSERT INTO modes (run, at_ns, mode, previous) VALUES (?,?,?,?)", file_));
  OCELLI_TRY(execute("BEGIN IMMEDIATE"));
  Status status = ok();
  for (const StoreEntry& entry : entries) {
    const auto* fault = std::get_if<StoredFault>(&entry);
    status = fault != nullptr ? insert(faults, *fault) : insert(modes, std::get<StoredMode>(entry));
    if (!status) break;
  }
  faults.reset();
  modes.reset();
  if (status) status = execute("COMMIT");
  if (!status) static_cast<void>(execute("ROLLBACK"));
  return status;
}

Result<std::vector<StoredFault>> FaultStore::faults(const FaultQuery& query) const {
  std::string sql =
      "SELECT run, at_ns, fault, detector, entity, state, asil, evidence_ns, detected_ns, value, allowed, unit, detail "
      "FROM faults AS f WHERE 1";
  std::vector<std::string_view> values;
  const auto where = [&](const char* condition, const std::string& value) {
    if (value.empty()) return;
    sql += fmt::format(" AND {}", condition);
    values.push_back(value);
  };
  where("fault GLOB ?", query.id);
  where("entity GLOB ?", query.entity);
  where("detector GLOB ?", query.detector);
  where("run GLOB ?", query.run);
  where("asil = ?", query.asil);
  if (query.only_last) sql += " AND id = (SELECT max(id) FROM faults AS l WHERE l.fault = f.fault AND l.run = f.run)";
  where("state = ?", query.state);
  sql += " ORDER BY at_ns, id";
  OCELLI_ASSIGN(auto statement, SqlStatement::prepare(database_.get(), sql, file_));
  for (const std::string_view value : values) statement.bind(value);
  std::vector<StoredFault> found;
  while (true) {
    OCELLI_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return found;
    found.push_back(fault_of(statement));
  }
}

Result<std::vector<StoredMode>> FaultStore::modes(const std::string& run) const {
  OCELLI_ASSIGN(
      auto statement,
      SqlStatement::prepare(database_.get(),
                            "SELECT run, at_ns, mode, previous FROM modes WHERE run GLOB ? ORDER BY at_ns, id", file_));
  statement.bind(std::string_view(run.empty() ? "*" : run));
  std::vector<StoredMode> found;
  while (true) {
    OCELLI_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return found;
    StoredMode mode;
    mode.run = statement.text();
    mode.at = statement.time();
    mode.mode = statement.text();
    mode.previous = statement.text();
    found.push_back(std::move(mode));
  }
}

Result<std::vector<StoredRun>> FaultStore::runs() const {
  OCELLI_ASSIGN(
      auto statement,
      SqlStatement::prepare(database_.get(), "SELECT key, begin_ns, launch, software FROM runs ORDER BY id", file_));
  std::vector<StoredRun> found;
  while (true) {
    OCELLI_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return found;
    StoredRun run;
    run.key = statement.text();
    run.begin = statement.time();
    run.launch = statement.text();
    run.software = statement.text();
    found.push_back(std::move(run));
  }
}

Status FaultStore::check() const {
  OCELLI_ASSIGN(auto statement, SqlStatement::prepare(database_.get(), "PRAGMA integrity_check", file_));
  OCELLI_ASSIGN(const bool has_row, statement.step());
  const std::string verdict = has_row ? statement.text() : "no answer";
  if (verdict == "ok") return ok();
  return error(ErrorCode::kCorrupt, "{}: {}", file_, verdict);
}

}  // namespace ocelli::launch
