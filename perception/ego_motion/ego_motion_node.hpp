#pragma once
// Node around EgoMotion: wheels trigger; gyro samples and fixes of the last moments are handed over whenever they came
// (those that it has already it knows by their stamps). Without fixes the motion is dead reckoned, and says so. One
// whose sources disagree is marked as degraded, and so is what is made from it.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/ego_motion/ego_motion.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli::perception {

struct EgoMotionNode {
  static constexpr std::string_view kName = "ego_motion";
  using Config = EgoMotionConfig;
  struct In {
    Trigger<topics::VehicleState> vehicle;
    Window<topics::ImuData, 300> imu;
    OptionalWindow<topics::GnssFix, 1000> gnss;
  };
  struct Out {
    Port<topics::EgoMotion> ego;
  };

  explicit EgoMotionNode(const Config& config) : motion(config) {}

  Status step(const In& in, Out& out) {
    for (const auto& imu : in.imu) motion.add(GyroSample{imu.sensed_at(), imu->angular_velocity().z()});
    for (const auto& fix : in.gnss)
      if (has_position(*fix)) motion.add(sample_of(*fix, fix.sensed_at()));
    WheelSample wheels{in.vehicle.sensed_at(), in.vehicle->wheel_speed_mps()};
    if (!in.vehicle->is_wheel_speed_valid()) wheels.speed_mps.fill(std::numeric_limits<double>::quiet_NaN());
    if (in.vehicle->is_steering_valid()) wheels.steering_rad = in.vehicle->steering_angle_rad();
    motion.add(wheels);
    const std::optional<EgoState> state = motion.at(in.vehicle.sensed_at());
    out.ego.publish(message_of(state, in.vehicle.sensed_at()));
    out.ego.leave_out(motion.ignored_samples() - std::exchange(ignored, motion.ignored_samples()));
    if (state && !state->is_integral) out.ego.mark_degraded();
    return ok();
  }

  static bool has_position(const sensor_msgs::msg::NavSatFix& fix) {
    constexpr std::uint8_t kNoFix = 255;
    return fix.status().status() != kNoFix;
  }

  static GnssSample sample_of(const sensor_msgs::msg::NavSatFix& fix, Time stamp) {
    const bool is_known = fix.position_covariance_type() != 0;
    const double east_m2 = fix.position_covariance()[0];
    const double north_m2 = fix.position_covariance()[4];
    const double altitude_m = std::isnan(fix.altitude()) ? 0.0 : fix.altitude();  // not known; hardly moves the plane
    return {stamp, {fix.latitude(), fix.longitude(), altitude_m}, is_known ? std::max(east_m2, north_m2) : 0.0};
  }

  EgoMotion motion;
  std::uint64_t ignored = 0;  // samples, as of the last step
};

}  // namespace ocelli::perception
