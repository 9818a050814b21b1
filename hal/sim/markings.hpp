#pragma once
// The lines that are painted along a road: what the simulated world draws, and what lane detection is judged by.

#include <vector>

#include "ocelli/hal/sim/scenario.hpp"

namespace ocelli::sim {

struct PaintedLine {
  enum class Kind : std::uint8_t { kLane, kParking };
  Kind kind = Kind::kLane;
  double lateral_m = 0.0;  // of its middle, left of the road's centre line
  double width_m = 0.12;
  double dash_m = 0.0;    // 0: it has no gaps
  double period_m = 0.0;  // from dash to dash
};

/// From the right of the road to the left, of each kind.
[[nodiscard]] std::vector<PaintedLine> painted_lines(const Road& road);

}  // namespace ocelli::sim
