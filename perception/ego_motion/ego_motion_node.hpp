#pragma once
// Node around EgoMotion: wheels trigger, the gyro samples since the last wheels are fed before them.

#include <limits>

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
  };
  struct Out {
    Port<topics::EgoMotion> ego;
  };

  explicit EgoMotionNode(const Config& config) : motion(config) {}

  Status step(const In& in, Out& out) {
    for (const auto& imu : in.imu) {
      if (imu.sensed_at() <= last_imu) continue;
      last_imu = imu.sensed_at();
      motion.add(GyroSample{imu.sensed_at(), imu->angular_velocity().z()});
    }
    WheelSample wheels{in.vehicle.sensed_at(), in.vehicle->wheel_speed_mps()};
    if (!in.vehicle->is_wheel_speed_valid()) wheels.speed_mps.fill(std::numeric_limits<double>::quiet_NaN());
    motion.add(wheels);
    out.ego.publish(message_of(motion.at(in.vehicle.sensed_at()), in.vehicle.sensed_at()));
    return ok();
  }

  EgoMotion motion;
  Time last_imu = kNoTime;
};

}  // namespace ocelli::perception
