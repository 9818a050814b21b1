#pragma once
// The faults of live drives in an SQLite file: every change of state, every change of mode. What was committed survives
// the death of the process and of the power (WAL, synchronous = FULL). Must not know: the bus, who writes when.

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

struct sqlite3;

namespace ocelli::launch {

/// One live drive. `key` is unique: a store that is opened again during the drive goes on with the same run.
struct StoredRun {
  std::string key;
  Time begin{};
  std::string launch;
  std::string software;
};

/// A fault has changed its state.
struct StoredFault {
  std::string run;
  Time at{};
  std::string id;  // "camera/front.frozen"
  std::string detector;
  std::string entity;
  std::string state;  // passed, pending, confirmed, healed
  std::string asil;
  Time evidence_at{};
  Time detected_at{};
  double value = std::nan("");  // what was measured, and what was allowed; NaN: does not apply
  double limit = std::nan("");
  std::string unit;
  std::string detail;
};

/// The mode machine has moved.
struct StoredMode {
  std::string run;
  Time at{};
  std::string mode;
  std::string previous;
};

using StoreEntry = std::variant<StoredFault, StoredMode>;

/// What to look for; empty members match everything. Names are patterns with * and ?.
struct FaultQuery {
  std::string id{};
  std::string entity{};
  std::string detector{};
  std::string state{};
  std::string asil{};
  std::string run{};
  bool only_last = false;  // of each fault in each run the last state only
};

class FaultStore {
 public:
  enum class Access : std::uint8_t { kWrite, kRead };

  /// kWrite makes the file when it is not there and brings back what a dead writer had committed.
  /// Errors: kNotFound; kCorrupt when it is no fault store or damaged; kUnsupported when a newer version made it;
  /// kUnavailable for disk, permissions, locks.
  [[nodiscard]] static Result<FaultStore> open(const std::filesystem::path& file, Access access);
  FaultStore(FaultStore&&) noexcept = default;
  FaultStore& operator=(FaultStore&&) noexcept = default;
  ~FaultStore() = default;

  [[nodiscard]] Status begin_run(const StoredRun& run);
  /// All of them in one transaction: on return they are on the disk, on an error none of them is in the store.
  [[nodiscard]] Status append(std::span<const StoreEntry> entries);

  /// By time.
  [[nodiscard]] Result<std::vector<StoredFault>> faults(const FaultQuery& query) const;
  [[nodiscard]] Result<std::vector<StoredMode>> modes(const std::string& run) const;
  [[nodiscard]] Result<std::vector<StoredRun>> runs() const;
  /// SQLite's own check of every page and index. Errors: kCorrupt.
  [[nodiscard]] Status check() const;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  FaultStore(std::string file, std::unique_ptr<sqlite3, Closer> database)
      : file_(std::move(file)), database_(std::move(database)) {}
  [[nodiscard]] Status prepare_for_writing();
  [[nodiscard]] Status check_version() const;
  [[nodiscard]] Status execute(const char* sql) const;

  std::string file_;
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace ocelli::launch
