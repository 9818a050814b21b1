// The radar's part of an update: a return says little about where an object is and much about how fast it comes or
// goes. Range rate of a point on an object: r' = u . (v_object - v_sensor), u the line of sight (Kellner et al. 2013).
#include <Eigen/Geometry>

#include <cmath>
#include <limits>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kMargin_m = 0.7;      // a return may lie this far off the object's box, and
constexpr double kBearing_rad = 0.02;  // this far per metre of range
constexpr double kGate_sigmas = 3.0;
constexpr double kUnsure_mps = 1.0;  // of an object less sure of its speed, only what lies inside its box is taken
constexpr double kEvidence = 0.3;    // log-odds that a matching range rate speaks for an object
constexpr double kMoving_mps = 1.0;  // faster than this over ground, nothing that stands reflects

/// Distance of a point from the object's box on the ground; 0 inside.
double distance_m(const Object& object, const Eigen::Vector2d& point) {
  const Eigen::Vector2d away = point - object.motion.mean.head<2>();
  const double c = std::cos(object.motion.mean[2]);
  const double s = std::sin(object.motion.mean[2]);
  const double along = std::max(std::abs(c * away.x() + s * away.y()) - 0.5 * object.size_m.x(), 0.0);
  const double across = std::max(std::abs(c * away.y() - s * away.x()) - 0.5 * object.size_m.y(), 0.0);
  return std::hypot(along, across);
}

/// Range rate that the object's state lets one expect, and its derivative by the state. A point on a turning body moves
/// with v + w x (point - centre); one beside the box counts as on it.
struct Expected {
  double radial_mps = 0.0;
  Vector6 by_state = Vector6::Zero();
};

Expected expected_rate(const Object& object, const Eigen::Vector2d& point, const Eigen::Vector2d& sight) {
  const MotionReport motion = report_motion(object.motion);
  const Eigen::Rotation2Dd turn(object.motion.mean[2]);
  const Eigen::Vector2d half = 0.5 * object.size_m.head<2>();
  const Eigen::Vector2d away = turn.inverse() * (point - object.motion.mean.head<2>());
  const Eigen::Vector2d lever = turn * away.cwiseMin(half).cwiseMax(-half);
  const double by_turn_m = sight.dot(Eigen::Vector2d(-lever.y(), lever.x()));
  Expected expected;
  expected.radial_mps = sight.dot(motion.velocity) + motion.turn_rate_rps * by_turn_m;
  expected.by_state = velocity_by_state(object.motion).transpose() * sight;
  expected.by_state[object.motion.model == MotionModel::kFreeVelocity ? 5 : 4] += by_turn_m;
  return expected;
}

}  // namespace

void Tracker::listen_to_radar(const Entry& entry) {
  for (const RadarReturn& seen : entry.radar) update_by_radar(seen, entry.stamp);
}

/// A return belongs to the object it lies on and whose speed it fits best; one that fits none says nothing. Only one
/// that moves over ground speaks for an object's existence.
void Tracker::update_by_radar(const RadarReturn& seen, Time stamp) {
  const Pose T_world_vehicle = this->T_world_vehicle();
  const Eigen::Vector2d& lever = seen.sensor_vehicle;
  const Eigen::Vector2d sensor = (T_world_vehicle * Eigen::Vector3d(lever.x(), lever.y(), 0.0)).head<2>();
  const Eigen::Vector2d point = (T_world_vehicle * seen.p_vehicle).head<2>();
  const double range_m = (point - sensor).norm();
  if (range_m < 0.1) return;
  const Eigen::Vector2d sight = (point - sensor) / range_m;
  Eigen::Vector2d v_sensor = Eigen::Vector2d::Zero();
  if (scene_.is_world) {
    const Ego& ego = scene_.ego;
    v_sensor = Eigen::Rotation2Dd(yaw_of(T_world_vehicle)) *
               Eigen::Vector2d(ego.speed_mps - ego.yaw_rate_rps * lever.y(), ego.yaw_rate_rps * lever.x());
  }
  const double radial_mps = seen.range_rate_mps + sight.dot(v_sensor);  // of the object, in the tracker's frame
  // What stands about reflects as well, close to whatever moves past it.
  const bool is_moving = scene_.is_world && std::abs(radial_mps) > kMoving_mps;
  const double margin_m = (is_moving ? 1.0 : 0.5) * (kMargin_m + kBearing_rad * range_m);
  Object* best = nullptr;
  double best_cost = std::numeric_limits<double>::infinity();
  for (Object& object : scene_.objects) {
    const double away_m = distance_m(object, point);
    if (away_m > margin_m) continue;
    const Expected expected = expected_rate(object, point, sight);
    const double innovation = radial_mps - expected.radial_mps;
    const double state_variance = expected.by_state.dot(object.motion.covariance * expected.by_state);
    if (state_variance > kUnsure_mps * kUnsure_mps && away_m > 0.0) continue;
    const double variance = state_variance + seen.range_rate_sigma_mps * seen.range_rate_sigma_mps;
    const double off2 = innovation * innovation / variance;
    const double away = away_m / margin_m;
    const double cost = off2 + std::log(variance) + away * away;
    if (off2 > kGate_sigmas * kGate_sigmas || cost >= best_cost) continue;
    best_cost = cost;
    best = &object;
  }
  if (best == nullptr) return;
  const Expected expected = expected_rate(*best, point, sight);
  update_scalar(expected.by_state, radial_mps - expected.radial_mps, seen.range_rate_sigma_mps, best->motion);
  best->radar_at = stamp;
  if (is_moving && (best->sources & kSourceRadar) == 0)
    best->evidence = std::min(best->evidence + kEvidence, config_.of(best->object_class).evidence_max);
  if (is_moving) best->measured_at = stamp;
  best->sources |= kSourceRadar;
}

}  // namespace ocelli::tracking
