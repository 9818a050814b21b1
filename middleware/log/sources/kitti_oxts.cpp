#include "ocelli/middleware/log/sources/kitti_oxts.hpp"

#include <cmath>
#include <fstream>
#include <vector>

#include "ocelli/middleware/log/sources/message_header.hpp"

namespace ocelli::log {
namespace {

constexpr std::size_t kLeastNumbers = 25;  // up to vel_accuracy
constexpr std::size_t kPositionMode = 27;

void copy(const Eigen::Vector3d& from, geometry_msgs::msg::Vector3& to) {
  to.x(from.x());
  to.y(from.y());
  to.z(from.z());
}

}  // namespace

Result<KittiOxts> read_kitti_oxts(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return error(ErrorCode::kUnavailable, "{}: cannot be read", file.string());
  std::vector<double> v;
  for (double value = 0.0; v.size() < 64 && in >> value;) {
    if (!std::isfinite(value)) break;
    v.push_back(value);
  }
  if (v.size() < kLeastNumbers)
    return error(ErrorCode::kCorrupt, "{}: {} readable numbers: expected the 30 of an OXTS record", file.string(),
                 v.size());
  if (std::abs(v[0]) > 90.0 || std::abs(v[1]) > 180.0)
    return error(ErrorCode::kCorrupt, "{}: position {} {} deg: expected latitude and longitude", file.string(), v[0],
                 v[1]);
  KittiOxts oxts;
  oxts.latitude_deg = v[0];
  oxts.longitude_deg = v[1];
  oxts.altitude_m = v[2];
  oxts.roll_rad = v[3];
  oxts.pitch_rad = v[4];
  oxts.yaw_rad = v[5];
  oxts.forward_mps = v[8];
  oxts.acceleration_mps2 = {v[11], v[12], v[13]};
  oxts.rate_rps = {v[17], v[18], v[19]};
  oxts.position_accuracy_m = v[23];
  oxts.position_mode = v.size() > kPositionMode ? static_cast<int>(std::clamp(v[kPositionMode], 0.0, 255.0)) : 3;
  return oxts;
}

sensor_msgs::msg::Imu imu_of(const KittiOxts& oxts, Time time, const std::string& frame_id, const Pose& T_vehicle_imu) {
  sensor_msgs::msg::Imu imu;
  imu.header(header_of(time, frame_id));
  const Eigen::Quaterniond q(pose_from_xyz_rpy(0.0, 0.0, 0.0, oxts.roll_rad, oxts.pitch_rad, oxts.yaw_rad).linear());
  imu.orientation().x(q.x());
  imu.orientation().y(q.y());
  imu.orientation().z(q.z());
  imu.orientation().w(q.w());
  copy(T_vehicle_imu.linear() * oxts.rate_rps, imu.angular_velocity());
  copy(T_vehicle_imu.linear() * oxts.acceleration_mps2, imu.linear_acceleration());
  return imu;  // covariances of 0: not known (sensor_msgs/Imu)
}

sensor_msgs::msg::NavSatFix fix_of(const KittiOxts& oxts, Time time, const std::string& frame_id) {
  constexpr std::uint8_t kNoFix = 255;
  constexpr std::uint8_t kDiagonalKnown = 2;
  constexpr std::uint16_t kGps = 1;
  sensor_msgs::msg::NavSatFix fix;
  fix.header(header_of(time, frame_id));
  fix.status().status(oxts.position_mode >= 3 && oxts.position_mode <= 9 ? 0 : kNoFix);
  fix.status().service(kGps);
  fix.latitude(oxts.latitude_deg);
  fix.longitude(oxts.longitude_deg);
  fix.altitude(oxts.altitude_m);
  const double variance_m2 = oxts.position_accuracy_m * oxts.position_accuracy_m;
  fix.position_covariance({variance_m2, 0, 0, 0, variance_m2, 0, 0, 0, variance_m2});
  fix.position_covariance_type(variance_m2 > 0.0 ? kDiagonalKnown : 0);
  return fix;
}

ocelli::msg::VehicleState vehicle_state_of(const KittiOxts& oxts, Time time, const std::string& frame_id) {
  ocelli::msg::VehicleState state;
  state.header(header_of(time, frame_id));
  state.wheel_speed_mps().fill(oxts.forward_mps);
  state.is_wheel_speed_valid(true);
  state.is_steering_valid(false);
  return state;
}

}  // namespace ocelli::log
