#pragma once
// Where a sensor sits on the vehicle, as a launch file says it.

#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {

struct Mounting {
  double x_m = 0.0;
  double y_m = 0.0;
  double z_m = 1.73;
  double roll_rad = 0.0;
  double pitch_rad = 0.0;
  double yaw_rad = 0.0;

  [[nodiscard]] Pose T_vehicle_sensor() const { return pose_from_xyz_rpy(x_m, y_m, z_m, roll_rad, pitch_rad, yaw_rad); }

  static constexpr auto fields() {
    return std::tuple{field("x_m", &Mounting::x_m, "m", -20.0, 20.0, "ahead of the vehicle frame's origin"),
                      field("y_m", &Mounting::y_m, "m", -5.0, 5.0, "left of it"),
                      field("z_m", &Mounting::z_m, "m", 0.0, 6.0, "above the ground"),
                      field("roll_rad", &Mounting::roll_rad, "rad", -3.2, 3.2, "about x"),
                      field("pitch_rad", &Mounting::pitch_rad, "rad", -3.2, 3.2, "about y, nose down positive"),
                      field("yaw_rad", &Mounting::yaw_rad, "rad", -3.2, 3.2, "about z, left positive")};
  }
};

}  // namespace ocelli::perception
