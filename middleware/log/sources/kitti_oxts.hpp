#pragma once
// One OXTS record of a KITTI drive (GNSS/IMU, 30 numbers, KITTI dataformat.txt) as messages.
// Must not know: folders, order of messages.

#include <filesystem>
#include <string>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli_vehicle.h"
#include "ros2_sensor.h"

namespace ocelli::log {

struct KittiOxts {
  double latitude_deg = 0.0;
  double longitude_deg = 0.0;
  double altitude_m = 0.0;
  double roll_rad = 0.0;
  double pitch_rad = 0.0;
  double yaw_rad = 0.0;  // 0 = east, counter-clockwise
  double forward_mps = 0.0;
  Eigen::Vector3d acceleration_mps2 = Eigen::Vector3d::Zero();  // of the IMU's axes: x forward, y left, z up
  Eigen::Vector3d rate_rps = Eigen::Vector3d::Zero();
  double position_accuracy_m = 0.0;
  int position_mode = 0;  // OXTS: 3 single point … 9 differential; others give no position
};

/// Errors: kCorrupt when it does not hold 25 to 30 finite numbers (older files lack the modes).
[[nodiscard]] Result<KittiOxts> read_kitti_oxts(const std::filesystem::path& file);

/// `T_vehicle_imu`: its rotation turns rate and acceleration into the vehicle frame.
[[nodiscard]] sensor_msgs::msg::Imu imu_of(const KittiOxts& oxts, Time time, const std::string& frame_id,
                                           const Pose& T_vehicle_imu);
[[nodiscard]] sensor_msgs::msg::NavSatFix fix_of(const KittiOxts& oxts, Time time, const std::string& frame_id);
/// All wheels at the forward speed; no steering.
[[nodiscard]] ocelli::msg::VehicleState vehicle_state_of(const KittiOxts& oxts, Time time, const std::string& frame_id);

}  // namespace ocelli::log
