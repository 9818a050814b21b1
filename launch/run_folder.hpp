#pragma once
// The folder that a run leaves: recording.mcap, run.json, report.html, report.json.

#include <filesystem>
#include <string>
#include <utility>

#include "ocelli/launch/launch_file.hpp"
#include "ocelli/launch/report/run_info.hpp"

namespace ocelli::launch {

/// Made at once. One that was not there before and is still empty at the end is removed: a run that could not start
/// leaves nothing behind.
class RunFolder {
 public:
  /// "" means a new folder below `out/` named after `what` and the time. Error when it cannot be made or is a file.
  static Result<RunFolder> make(const std::string& wanted, const std::string& what);
  RunFolder(RunFolder&& other) noexcept : path_(std::move(other.path_)), is_new_(std::exchange(other.is_new_, false)) {}
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  RunFolder(std::filesystem::path path, bool is_new) : path_(std::move(path)), is_new_(is_new) {}

  std::filesystem::path path_;
  bool is_new_;
};

/// Before a run writes its first file: the report of an earlier one must not outlive its recording.
void replace_results(const std::filesystem::path& folder);

/// What every run info says: version, host, time, chains and names of the launch file.
[[nodiscard]] report::RunInfo describe_run(const LaunchFile& launch, const std::string& kind,
                                           const std::string& executor);

/// The copy of the launch file in a run folder: a replay of the folder uses it.
inline constexpr const char* kLaunchCopy = "launch.yaml";

/// Writes run.json, the copy of the launch file and the report, prints the verdict, returns the exit status.
int conclude_run(const report::RunInfo& info, const LaunchFile& launch, const std::filesystem::path& folder);

}  // namespace ocelli::launch
