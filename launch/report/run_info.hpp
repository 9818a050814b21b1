#pragma once
// run.json: what a run was, and what was expected of it. The launcher writes it beside recording.mcap; the report reads
// it. Times are written as numbers with the unit in their name. Must not know: what the recording holds.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::report {

struct ChainInfo {
  std::string name;
  std::string from;            // topic instance of the sensor
  std::string to;              // topic instance of the output
  Duration reaction_budget{};  // 0 = none
  Duration age_budget{};       // 0 = none
};

/// What the launch file declares of a topic, where that is not what its kind has.
struct TopicInfo {
  std::string name;
  std::optional<double> rate_hz;  // 0 = on change
  std::optional<Duration> transport_budget;
};

/// What an injection must lead to.
struct ExpectedFault {
  std::string injection;          // Injection::kind
  std::string target;             // Injection::target; empty = any
  std::string fault;              // failure-mode id that must be confirmed; empty = none must be
  Duration limit{};               // from onset to confirmation
  std::string mode;               // mode that must be reached; empty = not checked
  std::vector<std::string> also;  // ids that may be confirmed as a consequence; '*' stands for any text
};

struct TrackingTargets {
  double precision_min = 0.95;
  double recall_min = 0.90;
};

struct RunInfo {
  std::string kind;    // "demo", "run", "replay"
  std::string launch;  // launch file or drive
  std::optional<std::uint64_t> seed;
  std::string executor;  // "live": times are measured; "paced", "logical": computed from declared ones
  std::string started;   // ISO 8601, UTC
  Duration duration{};
  std::string version;
  std::string host;  // processor and cores, "" = not said
  std::vector<ChainInfo> chains;
  std::vector<TopicInfo> topics;
  std::vector<ExpectedFault> expected;
  std::vector<std::string> tolerated;      // fault ids that do not count against the run; '*' stands for any text
  std::vector<std::string> nodes;          // names of node and source instances, for people
  std::vector<std::string> modes;          // the declared order of modes; empty = not checked
  std::vector<std::string> mode_table;     // all modes, best first
  std::optional<TrackingTargets> targets;  // judged when the recording holds truth
  bool is_monitored = true;                // false: silence of the monitor is not held against the run
  std::vector<std::string> incidents;      // what went wrong with the run itself: a process that died
  std::vector<std::string> notes;

  [[nodiscard]] bool is_measured() const { return executor == "live"; }
};

/// Whether `text` is `pattern`, in which every '*' stands for any text.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);
[[nodiscard]] bool matches_any(const std::vector<std::string>& patterns, std::string_view text);

/// All mistakes are named at once, by their path ("chains[1].to: expected text"). Unknown members are ignored: a newer
/// launcher may have written them.
[[nodiscard]] Result<RunInfo> parse_run_info(const std::string& json, const std::string& file_name);
[[nodiscard]] Result<RunInfo> read_run_info(const std::filesystem::path& file);

[[nodiscard]] std::string to_json(const RunInfo& info);
/// Replaces the file as a whole: a reader sees the old or the new one.
Status write_run_info(const RunInfo& info, const std::filesystem::path& file);

}  // namespace ocelli::report
