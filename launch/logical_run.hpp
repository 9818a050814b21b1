#pragma once
// A run in logical time in this one process: a drive through the nodes of a launch file, judged by the same monitor,
// byte-identical for any number of threads, any load and any speed. Leaves a run folder like a live run does:
// tracks.mcap (the tracks alone) and recording.mcap (everything the nodes and the monitor published, the calibration,
// the truth, and a camera picture every two seconds for the report).

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ocelli/launch/launch_file.hpp"

namespace ocelli::launch {

struct LogicalRunOptions {
  std::filesystem::path out;
  double rate = 0.0;  // 0 = as fast as possible
  std::size_t threads = 1;
  std::uint64_t schedule_seed = 0;
  std::map<std::string, Duration> delays;  // injected, by topic
  std::vector<std::string> without;        // topics of the sources that stay silent
  bool is_drive = false;                   // the sources are a recording: its bulk is not recorded again
  bool is_quiet = false;
};

struct LogicalRunOutcome {
  Duration duration{};                            // of logical time
  std::map<std::string, std::uint64_t> messages;  // by topic
  std::vector<std::string> notes;
  bool is_interrupted = false;
};

/// Takes the nodes of the launch file that the sources can trigger; the others are named in the notes.
Result<LogicalRunOutcome> run_logical(const LaunchFile& launch,
                                      std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources,
                                      const LogicalRunOptions& options);

}  // namespace ocelli::launch
