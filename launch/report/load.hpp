#pragma once
// From the folder of a finished run (run.json, recording.mcap) to RunData. Payloads of bulk topics are not kept: the
// recording may be larger than the memory. Must not know: what is computed from it.

#include <filesystem>
#include <functional>

#include "ocelli/launch/report/run_data.hpp"

namespace ocelli::report {

inline constexpr const char* kRunFile = "run.json";
inline constexpr const char* kRecordingFile = "recording.mcap";

/// Seconds of the recording that were read, and all of them.
using LoadProgress = std::function<void(double done_s, double total_s)>;

/// A damaged recording is read as far as it goes; RunData::notes says what is missing. Errors: the folder, run.json or
/// the recording is not there or not of its format.
[[nodiscard]] Result<RunData> load_run(const std::filesystem::path& folder, const LoadProgress& progress = {});

}  // namespace ocelli::report
