// Frames of objects between stamps and in the vehicle frame.
#include <algorithm>

#include "ocelli/launch/report/tracking_metrics.hpp"

namespace ocelli::report {
namespace {

Pose interpolate(const Pose& a, const Pose& b, double t) {
  Pose out = Pose::Identity();
  out.translation() = a.translation() + t * (b.translation() - a.translation());
  out.linear() = Eigen::Quaterniond(a.linear()).slerp(t, Eigen::Quaterniond(b.linear())).toRotationMatrix();
  return out;
}

ObjectState interpolate(const ObjectState& a, const ObjectState& b, double t) {
  ObjectState out = t < 0.5 ? a : b;
  out.position = a.position + t * (b.position - a.position);
  out.velocity = a.velocity + t * (b.velocity - a.velocity);
  out.yaw_rad = wrap_angle(a.yaw_rad + t * wrap_angle(b.yaw_rad - a.yaw_rad));
  return out;
}

Eigen::Matrix4d turned(const Eigen::Matrix2d& turn, const Eigen::Matrix4d& covariance) {
  Eigen::Matrix4d T = Eigen::Matrix4d::Zero();
  T.topLeftCorner<2, 2>() = T.bottomRightCorner<2, 2>() = turn;
  return T * covariance * T.transpose();
}

}  // namespace

ObjectFrame to_vehicle(const ObjectFrame& frame) {
  if (!frame.is_world) return frame;
  ObjectFrame out = frame;
  const Pose T_vehicle_world = frame.T_world_vehicle.inverse();
  const double turn_rad = yaw_of(T_vehicle_world);
  for (ObjectState& object : out.objects) {
    object.position = T_vehicle_world * object.position;
    object.velocity = T_vehicle_world.linear() * object.velocity;
    object.yaw_rad = wrap_angle(object.yaw_rad + turn_rad);
    if (object.covariance)
      object.covariance = turned(T_vehicle_world.linear().topLeftCorner<2, 2>(), *object.covariance);
  }
  return out;
}

std::optional<ObjectFrame> frame_at(const std::vector<ObjectFrame>& frames, Time at, Duration gap_max) {
  const auto after =
      std::lower_bound(frames.begin(), frames.end(), at, [](const ObjectFrame& f, Time t) { return f.stamp < t; });
  if (after != frames.end() && after->stamp == at) return *after;
  if (after == frames.end() || after == frames.begin()) return std::nullopt;
  const ObjectFrame& a = *(after - 1);
  const ObjectFrame& b = *after;
  if (b.stamp - a.stamp > gap_max) return std::nullopt;
  const double t = to_seconds(at - a.stamp) / to_seconds(b.stamp - a.stamp);
  ObjectFrame out = t < 0.5 ? a : b;
  out.stamp = at;
  out.T_world_vehicle = interpolate(a.T_world_vehicle, b.T_world_vehicle, t);
  out.objects.clear();
  for (const ObjectState& object : a.objects) {
    const auto same = std::find_if(b.objects.begin(), b.objects.end(),
                                   [&](const ObjectState& other) { return other.id == object.id; });
    if (same != b.objects.end()) out.objects.push_back(interpolate(object, *same, t));
  }
  return out;
}

}  // namespace ocelli::report
