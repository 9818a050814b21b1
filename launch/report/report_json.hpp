#pragma once
// report.json: the numbers of the page for programs.

#include <string>

#include "ocelli/launch/report/results.hpp"

namespace ocelli::report {

[[nodiscard]] std::string json_report(const RunData& run, const Results& results);

}  // namespace ocelli::report
