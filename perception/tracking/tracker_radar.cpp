// The radar's part of an update: a return says little about where an object is and much about how fast it comes or
// goes. Range rate of a point on an object: r' = u . (v_object - v_sensor), u the line of sight (Kellner et al. 2013).
#include <cmath>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kMargin_m = 0.7;      // a return may lie this far off the object's box, and
constexpr double kBearing_rad = 0.02;  // this far per metre of range
constexpr double kGate_sigmas = 4.0;
constexpr double kEvidence = 0.3;  // log-odds that a matching range rate speaks for an object

/// Distance of a point from the object's box on the ground; 0 inside.
double distance_m(const Object& object, const Eigen::Vector2d& point) {
  const Eigen::Vector2d away = point - object.motion.mean.head<2>();
  const double c = std::cos(object.motion.mean[2]);
  const double s = std::sin(object.motion.mean[2]);
  const double along = std::max(std::abs(c * away.x() + s * away.y()) - 0.5 * object.size_m.x(), 0.0);
  const double across = std::max(std::abs(c * away.y() - s * away.x()) - 0.5 * object.size_m.y(), 0.0);
  return std::hypot(along, across);
}

}  // namespace

void Tracker::listen_to_radar(const Entry& entry) {
  for (const RadarReturn& seen : entry.radar) update_by_radar(seen, entry.stamp);
}

/// A return belongs to the object it lies on; one whose range rate does not fit belongs to none.
void Tracker::update_by_radar(const RadarReturn& seen, Time stamp) {
  const Pose T_world_vehicle = this->T_world_vehicle();
  const Eigen::Vector2d lever(config_.radar_x_m, config_.radar_y_m);
  const Eigen::Vector2d sensor = (T_world_vehicle * Eigen::Vector3d(lever.x(), lever.y(), 0.0)).head<2>();
  const Eigen::Vector2d point = (T_world_vehicle * seen.p_vehicle).head<2>();
  const double range_m = (point - sensor).norm();
  if (range_m < 0.1) return;
  Object* nearest = nullptr;
  double nearest_m = kMargin_m + kBearing_rad * range_m;
  for (Object& object : scene_.objects) {
    const double away_m = distance_m(object, point);
    if (away_m > nearest_m) continue;
    nearest_m = away_m;
    nearest = &object;
  }
  if (nearest == nullptr) return;
  const Eigen::Vector2d sight = (point - sensor) / range_m;
  Eigen::Vector2d v_sensor = Eigen::Vector2d::Zero();
  if (scene_.is_world) {
    const Ego& ego = scene_.ego;
    v_sensor = Eigen::Rotation2Dd(yaw_of(T_world_vehicle)) *
               Eigen::Vector2d(ego.speed_mps - ego.yaw_rate_rps * lever.y(), ego.yaw_rate_rps * lever.x());
  }
  MotionState& motion = nearest->motion;
  const Vector6 by_state = velocity_by_state(motion).transpose() * sight;
  const double innovation = seen.range_rate_mps - sight.dot(report_motion(motion).velocity - v_sensor);
  const double variance =
      by_state.dot(motion.covariance * by_state) + seen.range_rate_sigma_mps * seen.range_rate_sigma_mps;
  if (innovation * innovation > kGate_sigmas * kGate_sigmas * variance) return;
  update_scalar(by_state, innovation, seen.range_rate_sigma_mps, motion);
  if ((nearest->sources & kSourceRadar) == 0)
    nearest->evidence = std::min(nearest->evidence + kEvidence, config_.of(nearest->object_class).evidence_max);
  nearest->sources |= kSourceRadar;
  nearest->measured_at = nearest->radar_at = stamp;
}

}  // namespace ocelli::tracking
