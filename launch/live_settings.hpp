#pragma once
// What all processes of one live run must agree on; the supervisor hands it to its children as arguments.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/launch_file.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli::launch {

struct LiveSettings {
  std::string launch;  // path, or name of a built-in launch file
  std::uint64_t seed = 1;
  std::filesystem::path out;         // folder of the run
  std::int64_t clock_offset_ns = 0;  // of LiveClock
  std::int64_t begin_ns = 0;         // when sources start; 0: not known yet
  std::int64_t drive_ns = 0;         // when recorded drives began, and when they begin in this run; both stay when a
  std::int64_t drive_begin_ns = 0;   // process is started again
  std::string mode_before;           // for a monitor that is started again: the mode that the run was in last,
  std::int64_t mode_before_since_ns = 0;  // and since when; empty: no monitor has said anything yet
  std::string run;                        // name of this run among all
  std::uint32_t domain = 0;
  std::optional<std::string> partition;  // DDS; without: one of that name, so that runs on one host are apart
  bool is_host_only = true;
  bool is_realtime = true;  // SCHED_FIFO where permitted
};

[[nodiscard]] std::vector<std::string> to_arguments(const LiveSettings& settings);

[[nodiscard]] DdsConfig dds_config(const LiveSettings& settings, const std::string& participant);

/// The file at `name`, or the built-in launch file of that name.
[[nodiscard]] Result<LaunchFile> find_launch(const std::string& name);

/// Sources of the launch file, opened: for their topics, or to run those of one process.
[[nodiscard]] SourceContext source_context(const LaunchFile& launch, std::uint64_t seed, Time begin);
[[nodiscard]] Result<std::vector<SourceTopic>> source_topics(const LaunchFile& launch, std::uint64_t seed);

/// When the first of the launch file's recordings began; 0: it has none. (Devices begin when they are told to.) Error:
/// recordings that are not of one drive.
[[nodiscard]] Result<Time> drive_begin(const LaunchFile& launch, std::uint64_t seed);

/// The roles beside the processes of the launch file.
inline constexpr const char* kMonitorProcess = "monitor";
inline constexpr const char* kRecorderProcess = "recorder";
inline constexpr const char* kFaultStoreProcess = "fault_store";

}  // namespace ocelli::launch
