#pragma once
// A smooth curve in the plane by arc length: the road's centre line, a lane beside it, or a way through points.
// Heading is the tangent and curvature its derivative, so that yaw rate = curvature * speed holds along it.
// Must not know: who travels on it, and when.

#include <Eigen/Core>
#include <vector>

#include "ocelli/hal/sim/scenario.hpp"

namespace ocelli::sim {

struct PathPoint {
  Eigen::Vector2d position_m = Eigen::Vector2d::Zero();  // world
  double heading_rad = 0.0;
  double curvature_1pm = 0.0;  // left positive
};

class Path {
 public:
  /// Straights and bends; curvature changes linearly over `easing_m` (clothoids), turns add up as written.
  [[nodiscard]] static Path centre_line(const Road& road);

  /// The curve at a constant distance to the left, by its own arc length; begins beside station `from_m` of this path
  /// and ends at the path's end, or at its start when `is_backward`. Precondition: |lateral_m| is smaller than the
  /// radius of any bend towards it (checked by parse_scenario).
  [[nodiscard]] Path offset(double lateral_m, double from_m, bool is_backward) const;

  /// A Catmull-Rom spline through at least two distinct points (centripetal; Yuksel et al. 2011).
  [[nodiscard]] static Path through(const std::vector<Eigen::Vector2d>& points_m);

  /// Beyond either end the curve goes straight on.
  [[nodiscard]] PathPoint at(double arc_m) const;
  [[nodiscard]] double length_m() const { return step_m_ * static_cast<double>(samples_.size() - 1); }
  [[nodiscard]] double sharpest_curvature_1pm() const;

 private:
  Path(std::vector<PathPoint> samples, double step_m) : samples_(std::move(samples)), step_m_(step_m) {}

  std::vector<PathPoint> samples_;  // at least two, every step_m_
  double step_m_ = 0.1;
};

/// A point beside the centre line in the world.
[[nodiscard]] Eigen::Vector2d beside(const Path& centre_line, double station_m, double lateral_m);

}  // namespace ocelli::sim
