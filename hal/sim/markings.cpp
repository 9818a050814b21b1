#include "ocelli/hal/sim/markings.hpp"

namespace ocelli::sim {

std::vector<PaintedLine> painted_lines(const Road& road) {
  using Kind = PaintedLine::Kind;
  std::vector<PaintedLine> lines;
  for (int lane = 1 - road.lanes_forward; lane < road.lanes_backward; ++lane)
    lines.push_back(
        {.kind = Kind::kLane, .lateral_m = lane * road.lane_width_m, .width_m = 0.12, .dash_m = 4.0, .period_m = 9.0});
  if (road.lanes_backward == 0) lines.push_back({.kind = Kind::kLane, .lateral_m = 0.15, .width_m = 0.12});
  if (road.parking_m > 0.5)
    for (const double lateral_m : {-road.lanes_forward * road.lane_width_m, road.lanes_backward * road.lane_width_m})
      lines.push_back(
          {.kind = Kind::kParking, .lateral_m = lateral_m, .width_m = 0.12, .dash_m = 1.0, .period_m = 2.0});
  return lines;
}

}  // namespace ocelli::sim
