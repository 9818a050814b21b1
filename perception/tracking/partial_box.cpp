// A detector that sees one or two sides of an object gives boxes that grow, shrink and lie across. Laid against the
// object at the side that the sensor sees, they do not make it jump; heading and class come from many of them.
#include <Eigen/LU>

#include <algorithm>
#include <cmath>

#include "ocelli/perception/tracking/scene.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kUnseenYaw = 2.5;             // a heading without a seen length is this much worse
constexpr double kUnseenSigma_m = 0.1;         // added along an axis that was completed
constexpr double kUnseenShare = 0.25;          // and of what is missing, where no side decides
constexpr double kAcrossMemory = 0.2;          // weight of a new box in the share of boxes that lie across
constexpr double kAcrossMost = 0.6;            // share at which the object is turned instead
constexpr double kClassMemory = 0.97;          // weight of old votes after each new one
constexpr double kMoves_mps = 1.5;             // slower, the direction of motion says nothing
constexpr double kSideways_mps = 0.5;          // sigma of "a vehicle does not move sideways"
constexpr double kKnownYaw_rad = 0.15;         // a heading this sure says where a slow vehicle can move at all
constexpr double kLengthSigma_per_m = 0.0075;  // a side's far end is missed, and the more the farther it is
constexpr double kWidthSigma_m = 0.04;         // a rear or front is seen more squarely
constexpr double kWidthSigma_per_m = 0.0035;
constexpr double kWalkYaw_rad = 0.3;    // sigma of a heading taken from the direction of motion
constexpr double kCourseYaw_rad = 0.2;  // the same for what has wheels

bool has_heading(ObjectClass object_class) {
  return object_class != ObjectClass::kPedestrian && object_class != ObjectClass::kUnknown;
}

Eigen::Vector2d direction(double angle_rad) { return {std::cos(angle_rad), std::sin(angle_rad)}; }

void set_yaw(double yaw_rad, double sigma_rad, MotionState& state) {
  state.mean[2] = wrap_angle(yaw_rad);
  state.covariance.row(2).setZero();
  state.covariance.col(2).setZero();
  state.covariance(2, 2) = sigma_rad * sigma_rad;
}

void swap_sides(Object& object) {
  std::swap(object.size_m.x(), object.size_m.y());
  std::swap(object.size_sigma_m.x(), object.size_sigma_m.y());
  std::swap(object.sized[0], object.sized[1]);
}

/// 0 = velocity across the heading, for the free model.
void forbid_sideways(MotionState& state) {
  const double c = std::cos(state.mean[2]);
  const double s = std::sin(state.mean[2]);
  const double vx = state.mean[3];
  const double vy = state.mean[4];
  Vector6 by_state = Vector6::Zero();
  by_state[2] = -s * vy - c * vx;
  by_state[3] = -s;
  by_state[4] = c;
  update_scalar(by_state, s * vx - c * vy, kSideways_mps, state);
}

/// Motion decides between the ends of a box, and ties heading and velocity together.
void follow_course(Object& object) {
  MotionState& motion = object.motion;
  if (motion.model != MotionModel::kFreeVelocity) return;
  const Eigen::Vector2d v = motion.mean.segment<2>(3);
  const double sigma_mps = std::sqrt(std::max(motion.covariance(3, 3), motion.covariance(4, 4)));
  if (object.is_standing || v.norm() < kMoves_mps || v.norm() < 2.0 * sigma_mps) {
    if (!has_heading(object.object_class)) return;
    // A face as wide as a piece of a side lies across as often as along: only a seen length tells the heading.
    const bool is_heading_known = object.sized[0] > 0.0 && motion.covariance(2, 2) < kKnownYaw_rad * kKnownYaw_rad;
    if (is_heading_known) forbid_sideways(motion);
    return;
  }
  const double course_rad = std::atan2(v.y(), v.x());
  if (!has_heading(object.object_class)) {
    set_yaw(course_rad, kWalkYaw_rad, motion);
    return;
  }
  if (direction(motion.mean[2]).dot(v) < -kMoves_mps) turn_heading(M_PI, motion);
  const double off_rad = std::abs(wrap_angle(course_rad - motion.mean[2]));
  if (off_rad < M_PI_4) {
    forbid_sideways(motion);
  } else if (v.norm() > 2.0 * kMoves_mps && v.norm() > 4.0 * sigma_mps) {
    if (std::abs(off_rad - M_PI_2) < M_PI_4) {
      std::swap(object.size_m.x(), object.size_m.y());
      std::swap(object.size_sigma_m.x(), object.size_sigma_m.y());
    }
    set_yaw(course_rad, kCourseYaw_rad, motion);
  }
}

}  // namespace

Placement place_at_near_side(const ClassConfig& config, const WorldDetection& place, const Detection3& detection,
                             const Eigen::Vector2d& sensor, const Object& object) {
  const bool is_directed = has_heading(object.object_class);
  const double own_yaw_rad = object.motion.mean[2];
  const double turns = is_directed ? std::round(wrap_angle(own_yaw_rad - place.yaw_rad) / M_PI_2) : 0.0;
  Placement placement = place_whole(config, place, detection);
  placement.is_across = std::abs(std::remainder(turns, 2.0)) > 0.5;
  placement.yaw_rad = wrap_angle(place.yaw_rad + turns * M_PI_2);
  placement.is_seen = {detection.is_length_seen, detection.is_width_seen};
  if (placement.is_across) {
    std::swap(placement.seen_m.x(), placement.seen_m.y());
    std::swap(placement.is_seen[0], placement.is_seen[1]);
  }
  if (!placement.is_seen[0]) placement.yaw_sigma_rad *= kUnseenYaw;
  const Eigen::Vector2d to_sensor = sensor - place.p_world.head<2>();
  const double axis_rad = is_directed ? own_yaw_rad : placement.yaw_rad;
  Eigen::Vector2d sigma_m = Eigen::Vector2d::Constant(place.sigma_m);
  for (int i = 0; i < 2; ++i) {
    const double seen_m = placement.seen_m(i);
    const double own_m = object.size_m(i);
    const Eigen::Vector2d seen_axis = direction(placement.yaw_rad + i * M_PI_2);
    const Eigen::Vector2d own_axis = direction(axis_rad + i * M_PI_2);
    const double to_sensor_m = seen_axis.dot(to_sensor);
    const bool is_seen = placement.is_seen[static_cast<std::size_t>(i)];
    if (std::abs(to_sensor_m) > 0.5 * seen_m) {
      // From the box's centre to its near side along the box's axis, and back into the object along its own.
      placement.p_world += std::copysign(0.5, to_sensor_m) * (seen_m * seen_axis - own_m * own_axis);
    } else if (!is_seen) {
      sigma_m(i) += kUnseenShare * std::abs(own_m - seen_m);
    }
    if (!is_seen) sigma_m(i) += kUnseenSigma_m;
  }
  const Eigen::Vector2d along = direction(axis_rad);
  const Eigen::Vector2d left(-along.y(), along.x());
  placement.covariance =
      sigma_m.x() * sigma_m.x() * along * along.transpose() + sigma_m.y() * sigma_m.y() * left * left.transpose();
  return placement;
}

void mend_heading(const Placement& placement, bool is_world, Object& object) {
  if (has_heading(object.object_class)) {
    object.across += kAcrossMemory * ((placement.is_across ? 1.0 : 0.0) - object.across);
    if (object.across > kAcrossMost) {  // the first boxes were wrong
      turn_heading(M_PI_2, object.motion);
      swap_sides(object);
      object.across = 0.0;
    }
  }
  if (is_world) follow_course(object);
}

bool may_stand(const Object& object) { return has_heading(object.object_class) && object.rest.is_likelier(); }

void keep_near_side(const Eigen::Vector2d& before_m, const Eigen::Vector2d& sensor, Object& object) {
  const Eigen::Vector2d away = object.place_m() - sensor;
  for (int i = 0; i < 2; ++i) {
    const Eigen::Vector2d axis = direction(object.motion.mean[2] + i * M_PI_2);
    const double away_m = axis.dot(away);
    if (std::abs(away_m) <= 0.5 * before_m(i)) continue;
    const Eigen::Vector2d farther_m = std::copysign(0.5, away_m) * (object.size_m(i) - before_m(i)) * axis;
    object.motion.mean.head<2>() += farther_m;
    object.rest.place_m += farther_m;
  }
}

Eigen::Vector2d unknown_size_m(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kCar: return {0.5, 0.15};
    case ObjectClass::kTruck: return {1.5, 0.3};
    case ObjectClass::kPedestrian: return {0.2, 0.2};
    case ObjectClass::kCyclist: return {0.4, 0.2};
    case ObjectClass::kUnknown: break;
  }
  return {0.5, 0.5};
}

void learn_size(const Placement& placement, double range_m, double memory, Object& object) {
  if (placement.is_across) return;
  const Eigen::Vector2d seen_m(kLengthSigma_per_m * range_m, kWidthSigma_m + kWidthSigma_per_m * range_m);
  for (int i = 0; i < 2; ++i) {
    if (!placement.is_seen[static_cast<std::size_t>(i)]) continue;
    object.size_sigma_m(i) += (std::min(seen_m(i), object.size_sigma_m(i)) - object.size_sigma_m(i)) / memory;
  }
}

Eigen::Matrix2d centre_bias(const Object& object, const Eigen::Vector2d& sensor) {
  Eigen::Matrix2d bias = Eigen::Matrix2d::Zero();
  const Eigen::Vector2d away = object.place_m() - sensor;
  for (int i = 0; i < 2; ++i) {
    const Eigen::Vector2d axis = direction(object.motion.mean[2] + i * M_PI_2);
    // Seen squarely, both ends of a side are: its middle does not depend on its length.
    if (std::abs(axis.dot(away)) <= 0.5 * object.size_m(i)) continue;
    const double sigma_m = 0.5 * object.size_sigma_m(i);
    bias += sigma_m * sigma_m * axis * axis.transpose();
    if (!has_heading(object.object_class)) continue;
    const Eigen::Vector2d across(-axis.y(), axis.x());
    const double lever_m = 0.5 * object.size_m(i);
    bias += lever_m * lever_m * object.motion.covariance(2, 2) * across * across.transpose();
  }
  return bias;
}

void vote_for_class(const Detection3& detection, Object& object) {
  for (double& vote : object.votes) vote *= kClassMemory;
  object.votes[static_cast<std::size_t>(detection.object_class)] += probability(detection.score);
  const auto most = std::max_element(object.votes.begin(), object.votes.end());
  const auto now = static_cast<ObjectClass>(most - object.votes.begin());
  if (now == object.object_class) return;
  object.object_class = now;
  if (now != detection.object_class) return;
  // Sizes of the other class say nothing about this one: begin with what is seen now.
  object.size_m.head<2>() << detection.length_m, detection.width_m;
  object.size_sigma_m = unknown_size_m(now);
  object.sized[0] = detection.is_length_seen ? 1.0 : 0.0;
  object.sized[1] = detection.is_width_seen ? 1.0 : 0.0;
}

}  // namespace ocelli::tracking
