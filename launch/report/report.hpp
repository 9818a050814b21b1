#pragma once
// The report of a finished run: `ocelli report DIR`, and the end of `demo` and `replay`.

#include <filesystem>

#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/report/results.hpp"

namespace ocelli::report {

inline constexpr const char* kPageFile = "report.html";
inline constexpr const char* kJsonFile = "report.json";

/// Reads run.json and recording.mcap of `folder`, writes report.html and report.json into it, each as a whole or not at
/// all. The same folder content gives the same bytes.
[[nodiscard]] Result<Verdict> make_report(const std::filesystem::path& folder, const LoadProgress& progress = {});

}  // namespace ocelli::report
