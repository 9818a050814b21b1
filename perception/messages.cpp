#include "ocelli/perception/messages.hpp"

#include <cmath>

#include "ocelli/middleware/core/vehicle_limits.hpp"

namespace ocelli::perception {
namespace {

constexpr double kSeenSigma_m = 0.15;
constexpr double kUnseenSigma_m = 0.6;
constexpr double kSeenLimit_m = 0.35;
constexpr double kNotEstimated = 1e6;  // variance of what a planar estimate does not know

double sigma_of(bool is_seen) { return is_seen ? kSeenSigma_m : kUnseenSigma_m; }

geometry_msgs::msg::Vector3 vector_of(double x, double y, double z) {
  geometry_msgs::msg::Vector3 vector;
  vector.x(x);
  vector.y(y);
  vector.z(z);
  return vector;
}

geometry_msgs::msg::Point point_of(const Eigen::Vector3d& p) {
  geometry_msgs::msg::Point point;
  point.x(p.x());
  point.y(p.y());
  point.z(p.z());
  return point;
}

Eigen::Matrix2d axes_of(double yaw_rad) { return Eigen::Rotation2Dd(yaw_rad).toRotationMatrix(); }

vision_msgs::msg::Detection3D detection_of(const Box3& box, const std_msgs::msg::Header& header) {
  Pose pose = pose_from_xyz_rpy(box.centre_m.x(), box.centre_m.y(), box.centre_m.z(), 0.0, 0.0, box.yaw_rad);
  const Eigen::Vector2d sigma(sigma_of(box.is_length_seen), sigma_of(box.is_width_seen));
  const Eigen::Matrix2d axes = axes_of(box.yaw_rad);
  const Eigen::Matrix2d covariance = axes * sigma.cwiseProduct(sigma).asDiagonal() * axes.transpose();
  vision_msgs::msg::ObjectHypothesisWithPose result;
  result.hypothesis().class_id(std::string(to_string(box.object_class)));
  result.hypothesis().score(box.score);
  result.pose().pose(message_of(pose));
  result.pose().covariance()[0] = covariance(0, 0);
  result.pose().covariance()[1] = covariance(0, 1);
  result.pose().covariance()[6] = covariance(1, 0);
  result.pose().covariance()[7] = covariance(1, 1);
  vision_msgs::msg::Detection3D detection;
  detection.header(header);
  detection.bbox().center(message_of(pose));
  detection.bbox().size(vector_of(box.size_m.x(), box.size_m.y(), box.size_m.z()));
  detection.results().push_back(std::move(result));
  return detection;
}

}  // namespace

builtin_interfaces::msg::Time message_of(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  builtin_interfaces::msg::Time message;
  message.sec(static_cast<std::int32_t>(seconds.time_since_epoch().count()));
  message.nanosec(static_cast<std::uint32_t>((time - seconds).count()));
  return message;
}

Time time_of(const builtin_interfaces::msg::Time& time) {
  return Time{std::chrono::seconds(time.sec()) + std::chrono::nanoseconds(time.nanosec())};
}

std_msgs::msg::Header header_of(Time stamp, std::string_view frame_id) {
  std_msgs::msg::Header header;
  header.stamp(message_of(stamp));
  header.frame_id(std::string(frame_id));
  return header;
}

geometry_msgs::msg::Pose message_of(const Pose& pose) {
  const Eigen::Quaterniond q(pose.linear());
  geometry_msgs::msg::Pose message;
  message.position(point_of(pose.translation()));
  message.orientation().x(q.x());
  message.orientation().y(q.y());
  message.orientation().z(q.z());
  message.orientation().w(q.w());
  return message;
}

Pose pose_of(const geometry_msgs::msg::Pose& message) {
  const auto& q = message.orientation();
  const Eigen::Quaterniond rotation(q.w(), q.x(), q.y(), q.z());
  Pose pose = Pose::Identity();
  pose.translation() = Eigen::Vector3d(message.position().x(), message.position().y(), message.position().z());
  if (rotation.squaredNorm() > 0.0) pose.linear() = rotation.normalized().toRotationMatrix();
  return pose;
}

vision_msgs::msg::Detection3DArray message_of(std::span<const Box3> boxes, Time stamp) {
  vision_msgs::msg::Detection3DArray message;
  message.header(header_of(stamp, "vehicle"));
  message.detections().reserve(boxes.size());
  for (const Box3& box : boxes) message.detections().push_back(detection_of(box, message.header()));
  return message;
}

Box3 box_of(const vision_msgs::msg::Detection3D& detection) {
  const Pose pose = pose_of(detection.bbox().center());
  Box3 box;
  box.centre_m = pose.translation();
  box.yaw_rad = yaw_of(pose);
  box.size_m = {detection.bbox().size().x(), detection.bbox().size().y(), detection.bbox().size().z()};
  if (detection.results().empty()) return box;
  const auto& result = detection.results().front();
  box.object_class = object_class_from(result.hypothesis().class_id());
  box.score = result.hypothesis().score();
  Eigen::Matrix2d covariance;
  covariance << result.pose().covariance()[0], result.pose().covariance()[1], result.pose().covariance()[6],
      result.pose().covariance()[7];
  const Eigen::Matrix2d axes = axes_of(box.yaw_rad);
  const Eigen::Vector2d variance = (axes.transpose() * covariance * axes).diagonal();
  box.is_length_seen = variance.x() < kSeenLimit_m * kSeenLimit_m;
  box.is_width_seen = variance.y() < kSeenLimit_m * kSeenLimit_m;
  return box;
}

std::vector<Box3> boxes_of(const vision_msgs::msg::Detection3DArray& message) {
  std::vector<Box3> boxes;
  boxes.reserve(message.detections().size());
  for (const auto& detection : message.detections()) boxes.push_back(box_of(detection));
  return boxes;
}

ocelli::msg::EgoMotion message_of(const std::optional<EgoState>& state, Time stamp) {
  ocelli::msg::EgoMotion message;
  message.header(header_of(stamp, "world"));
  message.pose(message_of(state ? state->T_world_vehicle() : Pose(Pose::Identity())));
  if (!state) {
    message.status(ocelli::msg::EGO_ABSENT);
    return message;
  }
  message.status(state->is_fused ? ocelli::msg::EGO_FUSED : ocelli::msg::EGO_DEAD_RECKONED);
  message.is_integral(state->is_integral);
  message.speed_mps(state->speed_mps);
  message.yaw_rate_rps(state->yaw_rate_rps);
  message.speed_scale_sigma(state->speed_scale_sigma);
  constexpr int kAxes[] = {0, 1, 5};  // x, y, yaw
  for (std::size_t i = 0; i < 6; ++i) message.covariance()[i * 6 + i] = kNotEstimated;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      message.covariance()[static_cast<std::size_t>(kAxes[i] * 6 + kAxes[j])] = state->covariance(i, j);
  return message;
}

std::optional<EgoState> ego_state_of(const ocelli::msg::EgoMotion& message) {
  if (message.status() == ocelli::msg::EGO_ABSENT) return std::nullopt;
  const Pose pose = pose_of(message.pose());
  EgoState state;
  state.stamp = time_of(message.header().stamp());
  state.x_m = pose.translation().x();
  state.y_m = pose.translation().y();
  state.yaw_rad = yaw_of(pose);
  state.speed_mps = message.speed_mps();
  state.yaw_rate_rps = message.yaw_rate_rps();
  state.speed_scale_sigma = message.speed_scale_sigma();
  state.is_fused = message.status() == ocelli::msg::EGO_FUSED;
  state.is_integral = message.is_integral();
  constexpr int kAxes[] = {0, 1, 5};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      state.covariance(i, j) = message.covariance()[static_cast<std::size_t>(kAxes[i] * 6 + kAxes[j])];
  const bool is_finite = std::isfinite(state.x_m + state.y_m + state.yaw_rad) &&
                         std::isfinite(state.speed_mps + state.yaw_rate_rps) &&
                         is_within(state.speed_scale_sigma, 1.0) && state.covariance.allFinite();
  if (!is_finite) return std::nullopt;
  return state;
}

ocelli::msg::Track message_of(const tracking::Track& track) {
  static_assert(static_cast<int>(ObjectClass::kTruck) == static_cast<int>(ocelli::msg::CLASS_TRUCK));
  static_assert(tracking::kSourceLidar == ocelli::msg::SOURCE_LIDAR &&
                tracking::kSourceCamera == ocelli::msg::SOURCE_CAMERA &&
                tracking::kSourceRadar == ocelli::msg::SOURCE_RADAR);
  ocelli::msg::Track message;
  message.id(track.id);
  message.classification(static_cast<ocelli::msg::ObjectClass>(track.object_class));
  message.existence(track.existence);
  message.position(point_of(track.p_world));
  message.yaw_rad(track.yaw_rad);
  message.size(vector_of(track.length_m, track.width_m, track.height_m));
  message.velocity(vector_of(track.v_world.x(), track.v_world.y(), 0.0));
  message.acceleration(vector_of(track.a_world.x(), track.a_world.y(), 0.0));
  message.yaw_rate_rps(track.yaw_rate_rps);
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) message.covariance()[static_cast<std::size_t>(i * 6 + j)] = track.covariance(i, j);
  message.sources(track.sources);
  message.age(track.age);
  message.misses(track.misses);
  message.measured_at(message_of(track.measured_at));
  return message;
}

ocelli::msg::Tracks message_of(std::span<const tracking::Track> tracks, const Pose* T_world_vehicle, Time stamp) {
  ocelli::msg::Tracks message;
  message.header(header_of(stamp, T_world_vehicle != nullptr ? "world" : "vehicle"));
  message.is_world(T_world_vehicle != nullptr);
  message.T_world_vehicle(message_of(T_world_vehicle != nullptr ? *T_world_vehicle : Pose(Pose::Identity())));
  message.is_degraded(T_world_vehicle == nullptr);
  message.tracks().reserve(tracks.size());
  for (const tracking::Track& track : tracks) message.tracks().push_back(message_of(track));
  return message;
}

}  // namespace ocelli::perception
