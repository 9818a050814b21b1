#include "ocelli/perception/tracking/scene.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ocelli::tracking {
namespace {

constexpr double kGuessMemory = 5.0;  // completed sizes that an object's own guess is averaged over
constexpr double kNearest_m = 0.3;    // points nearer to the camera plane have no useful image

}  // namespace

double probability(double log_odds) { return 1.0 / (1.0 + std::exp(-log_odds)); }

Rectangle ground_of(const Object& object) {
  const Eigen::Vector2d place_m = object.place_m();
  const double yaw_rad = object.motion.mean[2];
  return {place_m.x(), place_m.y(), std::cos(yaw_rad), std::sin(yaw_rad), object.size_m.x(), object.size_m.y()};
}

double ground_cover(const Object& a, const Object& b) {
  const double smaller = std::min(a.size_m.x() * a.size_m.y(), b.size_m.x() * b.size_m.y());
  return smaller > 0.0 ? common_area(ground_of(a), ground_of(b)) / smaller : 0.0;
}

void predict_object(const ClassConfig& config, double step_s, double extra_acceleration_mps2, Object& object) {
  predict(config, step_s, extra_acceleration_mps2, object.motion);
  predict(step_s, object.rest);
  object.z_variance += config.vertical_noise_mps * config.vertical_noise_mps * step_s;
}

double turned(const Eigen::Matrix3d& rotation, double yaw_rad) {
  const Eigen::Vector3d heading = rotation * Eigen::Vector3d(std::cos(yaw_rad), std::sin(yaw_rad), 0.0);
  return std::atan2(heading.y(), heading.x());
}

double evidence_of(const ClassConfig& config, double score) {
  return std::clamp(config.score_slope * (score - config.score_middle), config.evidence_hit_low,
                    config.evidence_hit_high);
}

WorldDetection seen_in_world(const ClassConfig& config, const Pose& T_world_vehicle, const Detection3& detection) {
  WorldDetection place;
  place.p_world = T_world_vehicle * detection.p_vehicle;
  place.yaw_rad = turned(T_world_vehicle.linear(), detection.yaw_rad);
  place.sigma_m = config.position_noise_m + config.position_noise_per_m * detection.p_vehicle.norm() +
                  config.position_noise_weak_m * (1.0 - probability(evidence_of(config, detection.score)));
  return place;
}

Placement place_whole(const ClassConfig& config, const WorldDetection& place, const Detection3& detection) {
  Placement placement;
  placement.p_world = place.p_world.head<2>();
  placement.covariance *= place.sigma_m * place.sigma_m;
  placement.yaw_rad = place.yaw_rad;
  placement.yaw_sigma_rad = config.yaw_noise_rad;
  placement.seen_m = {detection.length_m, detection.width_m, detection.height_m};
  return placement;
}

Object new_object(const ClassConfig& config, MotionModel model, const WorldDetection& place,
                  const Detection3& detection, Time stamp) {
  Object object;
  object.object_class = detection.object_class;
  object.motion =
      initial_motion(config, model, place.p_world.head<2>(), place.yaw_rad, place.sigma_m, config.yaw_noise_rad);
  object.rest = rest_at(object.motion);
  object.z_m = place.p_world.z();
  object.z_variance = config.height_noise_m * config.height_noise_m;
  object.size_m = {detection.length_m, detection.width_m, detection.height_m};
  object.size_sigma_m = unknown_size_m(object.object_class);
  object.sized = {detection.is_length_seen ? 1.0 : 0.0, detection.is_width_seen ? 1.0 : 0.0, 1.0};
  object.evidence = config.evidence_birth + evidence_of(config, detection.score);
  object.score = detection.score;
  object.sources = kSourceLidar;
  object.hits = 1;
  object.born_at = object.measured_at = object.lidar_at = stamp;
  object.image = detection.image;
  return object;
}

void update_object(const ClassConfig& config, const WorldDetection& place, const Placement& placement,
                   const Detection3& detection, Time stamp, Object& object) {
  weigh_place(placement.p_world, placement.covariance, object.motion, object.rest);
  if (placement.is_across)
    update_position(placement.p_world, placement.covariance, object.motion);
  else
    update_pose(placement.p_world, placement.covariance, placement.yaw_rad, placement.yaw_sigma_rad, object.motion);
  const double height_variance = config.height_noise_m * config.height_noise_m;
  const double gain = object.z_variance / (object.z_variance + height_variance);
  object.z_m += gain * (place.p_world.z() - object.z_m);
  object.z_variance *= 1.0 - gain;
  for (int axis = 0; axis < 3; ++axis) {
    double& sized = object.sized[std::size_t(axis)];
    // A box of another class was completed to other sizes, or is a fragment.
    if (axis < 2 && detection.object_class != object.object_class) continue;
    const bool is_seen = axis == 2 || (!placement.is_across && placement.is_seen[std::size_t(axis)]);
    if (is_seen)
      sized = std::min(sized + 1.0, config.size_memory);
    else if (placement.is_across || sized > 0.0)
      continue;
    object.size_m[axis] += (placement.seen_m[axis] - object.size_m[axis]) / (is_seen ? sized : kGuessMemory);
  }
  object.evidence = std::min(object.evidence + evidence_of(config, detection.score), config.evidence_max);
  object.score += (1.0 - config.confidence_memory) * (detection.score - object.score);
  object.sources |= kSourceLidar;
  object.measured_at = object.lidar_at = stamp;
  object.image = detection.image;
}

std::optional<ImageBox> project(const CameraModel& camera, const Pose& T_vehicle_world, const Object& object) {
  ImageBox box{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
               -std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  const double c = std::cos(object.motion.mean[2]);
  const double s = std::sin(object.motion.mean[2]);
  const Eigen::Vector2d place_m = object.place_m();
  const Eigen::Vector3d half = 0.5 * object.size_m;
  const Eigen::Matrix<double, 3, 4> P = camera.P_image_vehicle * T_vehicle_world.matrix();
  for (int corner = 0; corner < 8; ++corner) {
    const double dx = (corner & 1) != 0 ? half.x() : -half.x();
    const double dy = (corner & 2) != 0 ? half.y() : -half.y();
    const double dz = (corner & 4) != 0 ? half.z() : -half.z();
    const Eigen::Vector4d p_world(place_m.x() + c * dx - s * dy, place_m.y() + s * dx + c * dy, object.z_m + dz, 1.0);
    const Eigen::Vector3d pixel = P * p_world;
    if (!(pixel.z() > kNearest_m)) return std::nullopt;
    box.left_px = std::min(box.left_px, pixel.x() / pixel.z());
    box.right_px = std::max(box.right_px, pixel.x() / pixel.z());
    box.top_px = std::min(box.top_px, pixel.y() / pixel.z());
    box.bottom_px = std::max(box.bottom_px, pixel.y() / pixel.z());
  }
  return box;
}

Track report_of(const ClassConfig& config, const Object& object) {
  MotionReport motion = report_motion(object.motion);
  if (object.is_standing) report_rest(object.rest, object.motion.mean.head<2>(), motion);
  Track track;
  track.id = object.id;
  track.object_class = object.object_class;
  track.existence = probability(object.evidence);
  track.confidence = object.score + config.confidence_evidence * object.evidence;
  track.p_world << object.place_m(), object.z_m;
  track.yaw_rad = object.motion.mean[2];
  track.length_m = object.size_m.x();
  track.width_m = object.size_m.y();
  track.height_m = object.size_m.z();
  track.v_world = {motion.velocity.x(), motion.velocity.y(), 0.0};
  track.a_world = {motion.acceleration.x(), motion.acceleration.y(), 0.0};
  track.yaw_rate_rps = motion.turn_rate_rps;
  track.covariance = motion.covariance;
  track.sources = object.sources;
  track.age = object.age;
  track.hits = object.hits;
  track.misses = object.misses;
  track.born_at = object.born_at;
  track.measured_at = object.measured_at;
  track.lidar_at = object.lidar_at;
  track.camera_at = object.camera_at;
  track.radar_at = object.radar_at;
  track.image = object.image;
  track.visible_share = object.visible_share;
  return track;
}

}  // namespace ocelli::tracking
