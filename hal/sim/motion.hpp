#pragma once
// Where something on a course is at a time, and how it moves there. A pure function of time: nothing is integrated step
// by step, so any instant can be asked for in any order. Must not know: what it is that moves.

#include <Eigen/Core>
#include <vector>

#include "ocelli/hal/sim/path.hpp"
#include "ocelli/hal/sim/scenario.hpp"
#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::sim {

/// World frame; the reference point is that of the course (a model's origin, the ego's rear axle).
struct Motion {
  Eigen::Vector2d position_m = Eigen::Vector2d::Zero();
  double yaw_rad = 0.0;
  double speed_mps = 0.0;          // along x of its own frame; there is no other component
  double acceleration_mps2 = 0.0;  // along x
  double yaw_rate_rps = 0.0;
  double curvature_1pm = 0.0;

  [[nodiscard]] Pose T_world_body() const {
    return pose_from_xyz_rpy(position_m.x(), position_m.y(), 0.0, 0.0, 0.0, yaw_rad);
  }
};

/// Speed over time: between two points v0 + (v1 - v0)(3u^2 - 2u^3), whose integral and derivative are closed forms.
class SpeedProfile {
 public:
  /// Precondition: at least one point, times strictly increasing.
  explicit SpeedProfile(std::vector<SpeedPoint> points) : points_(std::move(points)) {}

  struct State {
    double distance_m;
    double speed_mps;
    double acceleration_mps2;
  };
  [[nodiscard]] State at(Duration time) const;

 private:
  std::vector<SpeedPoint> points_;
};

class Trajectory {
 public:
  /// `advance_m` moves the start along the path.
  Trajectory(const Course& course, const Path& centre_line, double advance_m);

  [[nodiscard]] Motion at(Duration time) const;

 private:
  Path path_;
  SpeedProfile speed_;
  double advance_m_;
  bool stops_at_end_;
};

}  // namespace ocelli::sim
