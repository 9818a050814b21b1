#pragma once
// TABLE 3: every detector. To add one: its file in this folder, its declaration and its row in detectors.cpp.

#include <span>
#include <string_view>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {

[[nodiscard]] std::span<const DetectorRow> detectors();

/// The row with that name; null if there is none.
[[nodiscard]] const DetectorRow* find_detector(std::span<const DetectorRow> table, std::string_view name);

}  // namespace ocelli::safety
