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
constexpr double kUnsure_mps = 1.0;    // of an object less sure of its speed, only what lies inside its box is taken
constexpr double kReflector_m = 0.5;   // sigma of the place of a return on a body
constexpr Duration kHeardFor = 200ms;  // a return says for so long what is at its place
constexpr double kBrakes_mps2 = 10.0;  // no vehicle changes its speed faster
constexpr Duration kBrakesFor = 400ms;
constexpr int kMajority = 2;          // returns more that speak against a box than for it
constexpr double kFits = 1.0;         // squared sigmas off its place that a box fits an object with
constexpr double kExpected = 0.3;     // the same, within which one return like the object's decides
constexpr double kBeside_m = 0.2;     // a return may lie this far off the box that it comes from
constexpr double kLastingScans = 20;  // that say no more than one of an error which lasts
constexpr double kEvidence = 0.3;     // log-odds that a matching range rate speaks for an object
constexpr double kMoving_mps = 1.0;   // faster than this over ground, nothing that stands reflects

// Without a lidar.
constexpr double kEvidenceAlone = 2.0;                              // most that an object of the radar alone saves up
constexpr double kLength_m = 4.2, kWidth_m = 1.8, kHeight_m = 1.5;  // of an object that only reflects
constexpr double kAlong_m = 0.6;                                    // sigma of the reflector in it
constexpr double kSide_m = 0.4;                                     // and across the line of sight, and
constexpr double kBearingSigma_rad = 0.01;                          // this per metre of range
constexpr double kAcross_mps = 3.0;                                 // sigma of what no range rate says

/// Distance of a point from the object's box on the ground; 0 inside.
double distance_m(const Object& object, const Eigen::Vector2d& point) {
  const Eigen::Vector2d away = point - object.place_m();
  const double c = std::cos(object.motion.mean[2]);
  const double s = std::sin(object.motion.mean[2]);
  const double along = std::max(std::abs(c * away.x() + s * away.y()) - 0.5 * object.size_m.x(), 0.0);
  const double across = std::max(std::abs(c * away.y() - s * away.x()) - 0.5 * object.size_m.y(), 0.0);
  return std::hypot(along, across);
}

/// Range rate that the object's state lets one expect, and its derivative by the velocity. A point on a turning body
/// moves with v + w x (point - centre); one beside the box counts as on it. Where the return comes from is not known
/// well enough to learn the turn rate from it: what is not known of it is noise (Schmidt 1966).
struct Expected {
  double radial_mps = 0.0;
  Vector6 by_state = Vector6::Zero();
  double place_variance_m2ps2 = 0.0;
};

Expected expected_rate(const Object& object, const Eigen::Vector2d& point, const Eigen::Vector2d& sight, double range_m,
                       const Eigen::Vector2d& v_sensor) {
  const MotionReport motion = report_motion(object.motion);
  const Eigen::Rotation2Dd turn(object.motion.mean[2]);
  const Eigen::Vector2d half = 0.5 * object.size_m.head<2>();
  const Eigen::Vector2d away = turn.inverse() * (point - object.place_m());
  const Eigen::Vector2d lever = turn * away.cwiseMin(half).cwiseMax(-half);
  const Eigen::Vector2d left(-sight.y(), sight.x());
  const double by_turn_m = sight.dot(Eigen::Vector2d(-lever.y(), lever.x()));
  const double by_place_mps = left.dot(motion.velocity - v_sensor) * std::min(kReflector_m, half.maxCoeff()) / range_m;
  Expected expected;
  expected.radial_mps = sight.dot(motion.velocity) + motion.turn_rate_rps * by_turn_m;
  expected.by_state = velocity_by_state(object.motion).transpose() * sight;
  expected.place_variance_m2ps2 = by_turn_m * by_turn_m * motion.covariance(5, 5) + by_place_mps * by_place_mps;
  return expected;
}

/// How much the speed of what moves may have changed since the radar heard it last.
double by_braking_mps(const Object& object, Time now) {
  if (object.is_standing || object.radar_at == kNoTime) return 0.0;
  return kBrakes_mps2 * to_seconds(std::min<Duration>(now - object.radar_at, kBrakesFor));
}

/// The centre of an object whose near side is at a point.
Eigen::Vector2d behind(const Object& object, const Eigen::Vector2d& point, const Eigen::Vector2d& sight) {
  const Eigen::Vector2d along = Eigen::Rotation2Dd(-object.motion.mean[2]) * sight;
  const double depth_m = std::min(object.size_m.x() / std::max(std::abs(along.x()), 1e-3),
                                  object.size_m.y() / std::max(std::abs(along.y()), 1e-3));
  return point + 0.5 * depth_m * sight;
}

Eigen::Matrix2d place_noise(const Eigen::Vector2d& sight, double range_m) {
  const Eigen::Vector2d across(-sight.y(), sight.x());
  const double across_m = kSide_m + kBearingSigma_rad * range_m;
  return kAlong_m * kAlong_m * sight * sight.transpose() + across_m * across_m * across * across.transpose();
}

/// A change of speed that the motion model does not expect: the speed along the line of sight is as uncertain as that
/// (adaptive noise at a manoeuvre: Bar-Shalom, Li, Kirubarajan 2001, 11.2).
void open_to(double off_mps, const Vector6& by_state, MotionState& motion) {
  const Vector6 along = by_state / by_state.squaredNorm();
  motion.covariance += off_mps * off_mps * along * along.transpose();
}

}  // namespace

void Tracker::listen_to_radar(Entry& entry) {
  if (!entry.has_radar) return;
  std::erase_if(scene_.echoes, [&](const Echo& echo) { return entry.stamp - echo.stamp > kHeardFor; });
  for (std::size_t i = 0; i < entry.radar.size(); ++i) update_by_radar(entry, i);
}

/// Nothing for a return in the place of the sensor.
std::optional<Echo> Tracker::echo_of(const RadarReturn& seen, Time stamp) const {
  const Pose T_world_vehicle = this->T_world_vehicle();
  const Eigen::Vector2d& lever = seen.sensor_vehicle;
  const Eigen::Vector2d sensor = (T_world_vehicle * Eigen::Vector3d(lever.x(), lever.y(), 0.0)).head<2>();
  Echo echo;
  echo.stamp = stamp;
  echo.p_world = (T_world_vehicle * seen.p_vehicle).head<2>();
  echo.range_m = (echo.p_world - sensor).norm();
  if (echo.range_m < 0.1) return std::nullopt;
  echo.sight = (echo.p_world - sensor) / echo.range_m;
  Eigen::Vector2d v_sensor = Eigen::Vector2d::Zero();
  if (scene_.is_world) {
    const Ego& ego = scene_.ego;
    v_sensor = Eigen::Rotation2Dd(yaw_of(T_world_vehicle)) *
               Eigen::Vector2d(ego.speed_mps - ego.yaw_rate_rps * lever.y(), ego.yaw_rate_rps * lever.x());
  }
  echo.v_sensor = v_sensor;
  echo.radial_mps = seen.range_rate_mps + echo.sight.dot(v_sensor);
  echo.sigma_mps = seen.range_rate_sigma_mps;
  echo.lasting_mps = scene_.is_world ? std::abs(echo.sight.dot(v_sensor)) * scene_.ego.speed_scale_sigma : 0.0;
  // What stands about reflects as well, close to whatever moves past it.
  echo.is_moving = scene_.is_world && std::abs(echo.radial_mps) > kMoving_mps;
  return echo;
}

/// A return belongs to the object it lies on and whose speed it fits best; one that fits none says nothing, unless it
/// moves and no lidar delivers.
void Tracker::update_by_radar(Entry& entry, std::size_t index) {
  const std::optional<Echo> echo = echo_of(entry.radar[index], entry.stamp);
  if (!echo) return;
  scene_.echoes.push_back(*echo);
  const double margin_m = (echo->is_moving ? 1.0 : 0.5) * (kMargin_m + kBearing_rad * echo->range_m);
  Object* best = nullptr;
  double best_cost = std::numeric_limits<double>::infinity();
  bool is_beside_known = false;
  for (Object& object : scene_.objects) {
    const double away_m = distance_m(object, echo->p_world);
    if (away_m > margin_m) continue;
    is_beside_known = is_beside_known || object.is_proven;
    const Expected expected = expected_rate(object, echo->p_world, echo->sight, echo->range_m, echo->v_sensor);
    const double innovation = echo->radial_mps - expected.radial_mps;
    const double state_variance = expected.by_state.dot(object.motion.covariance * expected.by_state);
    if (state_variance > kUnsure_mps * kUnsure_mps && away_m > 0.0) continue;
    const double variance = state_variance + expected.place_variance_m2ps2 + echo->sigma_mps * echo->sigma_mps;
    const double off2 = innovation * innovation / variance;
    const double away = away_m / margin_m;
    constexpr double kGate2 = kGate_sigmas * kGate_sigmas;
    const bool may_brake = echo->is_moving && std::abs(innovation) <= by_braking_mps(object, entry.stamp);
    const double cost = std::min(off2, kGate2) + std::log(variance) + away * away;
    if (!(off2 <= kGate2 || may_brake) || !(cost < best_cost)) continue;
    best_cost = cost;
    best = &object;
  }
  if (best != nullptr)
    take_echo(*echo, entry.stamp, *best);
  else if (echo->is_moving && !is_beside_known && is_lidar_silent(entry.stamp, config_.radar_birth_after_s))
    bear_by_radar(entry, index, *echo);
}

/// A body has one velocity: when most of what sends back from a box has not the range rate of the object, nor one that
/// it could have come to by braking, the box shows something else. What stands well inside a box counts twice, unless
/// the box lies where the object is expected: covers and rails in the road send back from below what drives over them.
/// One that lies there and from which something sends back as the object would is the object's.
bool Tracker::is_of_another(const Entry& entry, std::size_t detection, const Object& object, double distance2) const {
  if (!scene_.is_world) return false;
  const WorldDetection& place = places_[detection];
  const Eigen::Vector2d half(0.5 * entry.lidar[detection].length_m, 0.5 * entry.lidar[detection].width_m);
  const double reach_m = half.norm() + kBeside_m;
  int others = 0;
  bool is_heard = false;
  for (const Echo& echo : scene_.echoes) {
    const Duration age = entry.stamp - echo.stamp;
    const Eigen::Vector2d point = echo.p_world + to_seconds(age) * echo.radial_mps * echo.sight;
    const Eigen::Vector2d away = point - place.p_world.head<2>();
    if (age > kHeardFor || away.squaredNorm() > reach_m * reach_m) continue;
    const Eigen::Vector2d along = Eigen::Rotation2Dd(-place.yaw_rad) * away;
    const double inside_m = (half - along.cwiseAbs()).minCoeff();
    if (inside_m < -kBeside_m) continue;
    const Expected expected = expected_rate(object, point, echo.sight, echo.range_m, echo.v_sensor);
    const double state_variance = expected.by_state.dot(object.motion.covariance * expected.by_state);
    if (state_variance > kUnsure_mps * kUnsure_mps) continue;
    const double variance = state_variance + expected.place_variance_m2ps2 + echo.sigma_mps * echo.sigma_mps;
    const double off_mps = std::abs(echo.radial_mps - expected.radial_mps);
    const bool is_like = off_mps <= std::max(kMoving_mps, by_braking_mps(object, entry.stamp)) ||
                         off_mps * off_mps <= kGate_sigmas * kGate_sigmas * variance;
    const bool is_inside = !echo.is_moving && inside_m > kBearingSigma_rad * echo.range_m && distance2 > kFits;
    is_heard = is_heard || is_like;
    others += is_like ? -1 : inside_m < 0.0 ? 0 : is_inside ? 2 : 1;
  }
  return others >= kMajority && !(is_heard && distance2 <= kExpected);
}

/// Only a return that moves over ground speaks for an object's existence, once in a scan. Without a lidar it also says
/// where the object's near side is.
void Tracker::take_echo(const Echo& echo, Time stamp, Object& object) const {
  const Expected expected = expected_rate(object, echo.p_world, echo.sight, echo.range_m, echo.v_sensor);
  const double sigma_mps = std::sqrt(echo.sigma_mps * echo.sigma_mps + expected.place_variance_m2ps2 +
                                     kLastingScans * echo.lasting_mps * echo.lasting_mps);
  const double off_mps = echo.radial_mps - expected.radial_mps;
  const double state_variance = expected.by_state.dot(object.motion.covariance * expected.by_state);
  const double variance = state_variance + sigma_mps * sigma_mps;
  weigh_speed(echo.radial_mps, sigma_mps, off_mps, variance, object.rest);
  if (off_mps * off_mps > kGate_sigmas * kGate_sigmas * variance) open_to(off_mps, expected.by_state, object.motion);
  update_scalar(expected.by_state, off_mps, sigma_mps, object.motion);
  object.radar_at = stamp;
  if (echo.is_moving && (object.sources & kSourceRadar) == 0) {
    const bool is_alone = object.lidar_at == kNoTime && object.camera_at == kNoTime;
    const double most = is_alone ? kEvidenceAlone : config_.of(object.object_class).evidence_max;
    object.evidence = std::max(object.evidence, std::min(object.evidence + kEvidence, most));
    if (is_lidar_silent(stamp, config_.radar_birth_after_s)) {
      object.place_bias = place_noise(echo.sight, echo.range_m);
      update_position(behind(object, echo.p_world, echo.sight), object.place_bias, object.motion);
    }
  }
  if (echo.is_moving) object.measured_at = stamp;
  object.sources |= kSourceRadar;
}

/// An object as long as a car behind the return, that goes along the line of sight as the return does and across it in
/// a way that is not known. It is reported once the scans after it have found it again.
void Tracker::bear_by_radar(Entry& entry, std::size_t index, const Echo& echo) {
  if (scene_.objects.size() >= static_cast<std::size_t>(config_.max_tracks)) return;
  const ClassConfig& config = config_.unknown;
  Detection3 seen;
  seen.object_class = ObjectClass::kUnknown;
  seen.length_m = kLength_m;
  seen.width_m = kWidth_m;
  seen.height_m = kHeight_m;
  seen.score = config.score_middle;
  seen.is_length_seen = seen.is_width_seen = false;
  const Eigen::Vector2d heading = std::copysign(1.0, echo.radial_mps) * echo.sight;
  WorldDetection place;
  place.p_world << echo.p_world + 0.5 * kLength_m * echo.sight, 0.5 * kHeight_m;
  place.yaw_rad = std::atan2(heading.y(), heading.x());
  Object object = new_object(config, MotionModel::kFreeVelocity, place, seen, entry.stamp);
  object.motion.covariance.topLeftCorner<2, 2>() = object.place_bias = place_noise(echo.sight, echo.range_m);
  object.motion.mean.segment<2>(3) = echo.radial_mps * echo.sight;
  const Eigen::Vector2d across(-echo.sight.y(), echo.sight.x());
  object.motion.covariance.block<2, 2>(3, 3) = echo.sigma_mps * echo.sigma_mps * echo.sight * echo.sight.transpose() +
                                               kAcross_mps * kAcross_mps * across * across.transpose();
  object.rest = rest_at(object.motion);
  object.sources = kSourceRadar;
  object.lidar_at = Time{};
  object.radar_at = entry.stamp;
  object.sized = {};
  std::uint32_t& id = entry.birth_ids[entry.lidar.size() + entry.camera.size() + index];
  if (id == 0) id = next_id_++;
  object.id = id;
  scene_.objects.push_back(object);
}

}  // namespace ocelli::tracking
