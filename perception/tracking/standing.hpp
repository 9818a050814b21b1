#pragma once
// Does an object stand? Most vehicles do, and boxes that grow and shrink must not set them in motion; but one that
// creeps must not be held. So each object has two models, of which what it is measured with favours one (static
// multiple model estimation: Bar-Shalom, Li, Kirubarajan 2001, 11.6.2; the odds fade, since some that stand leave).
// Must not know: sensors, classes.

#include <Eigen/Core>

#include "ocelli/perception/tracking/motion.hpp"

namespace ocelli::tracking {

/// The model of an object that stands: a place that does not move. That of one that moves is its MotionState.
struct Rest {
  Eigen::Vector2d place_m = Eigen::Vector2d::Zero();
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Zero();
  double log_odds = 0.0;  // that measurements fit this better than the other

  [[nodiscard]] bool is_likelier() const;
};

/// Where it is. That it has a speed speaks for the other model.
[[nodiscard]] Rest rest_at(const MotionState& motion);
void predict(double step_s, Rest& rest);
/// Of a place with this covariance, before either model has taken it; the rest takes it.
void weigh_place(const Eigen::Vector2d& place_m, const Eigen::Matrix2d& covariance, const MotionState& motion,
                 Rest& rest);
/// Of a speed over ground along some line, of which the model that moves expects a value that is `off_mps` away.
void weigh_speed(double speed_mps, double sigma_mps, double off_mps, double variance_m2ps2, Rest& rest);
/// What moves becomes what stands, with a covariance (x y yaw vx vy yaw_rate) that has room for the other model as far
/// as that is likely, too: `place_m` is the other's place. The heading is the other's.
void report_rest(const Rest& rest, const Eigen::Vector2d& place_m, MotionReport& report);

}  // namespace ocelli::tracking
