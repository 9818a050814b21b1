#pragma once
// What a case measured, for people and as JSON.

#include <nlohmann/json.hpp>
#include <vector>

#include "ocelli/tests/bench/bus/bars.hpp"
#include "ocelli/tests/bench/bus/plan.hpp"

namespace ocelli::bench {

/// Prints the table of a case and its bars; returns both.
[[nodiscard]] nlohmann::json report(const Case& one, int rounds, const std::vector<Series>& all);

/// Where, when and how the run was made.
[[nodiscard]] nlohmann::json conditions(const Options& options, const std::vector<std::string>& skipped);

}  // namespace ocelli::bench
