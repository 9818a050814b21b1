#pragma once
// The folder that a run leaves: recording.mcap, run.json, report.html, report.json (docs/report.md).

#include <filesystem>
#include <string>

#include "ocelli/launch/launch_file.hpp"
#include "ocelli/launch/report/run_info.hpp"

namespace ocelli::launch {

/// Makes the folder; "" means a new one below `out/` named after `what` and the time. In a folder that is there already
/// the files of an earlier run are replaced. Error when it is a file or cannot be made.
[[nodiscard]] Result<std::filesystem::path> make_run_folder(const std::string& wanted, const std::string& what);

/// What every run info says: version, host, time, chains and names of the launch file.
[[nodiscard]] report::RunInfo describe_run(const LaunchFile& launch, const std::string& kind,
                                           const std::string& executor);

/// Writes run.json and the report, prints the verdict, returns the exit status.
int conclude_run(const report::RunInfo& info, const std::filesystem::path& folder);

}  // namespace ocelli::launch
