#pragma once
// What the tracker says about one object, in the frame of the tracker's output (world, or vehicle without ego motion).

#include <Eigen/Core>

#include <cstdint>

#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/box3.hpp"

namespace ocelli::perception {

struct Track {
  std::uint32_t id = 0;  // never reused by one tracker
  ObjectClass object_class = ObjectClass::kUnknown;
  double existence = 0.0;  // probability
  Eigen::Vector3d centre_m = Eigen::Vector3d::Zero();
  double yaw_rad = 0.0;
  Eigen::Vector3d size_m = Eigen::Vector3d::Zero();  // length, width, height
  Eigen::Vector2d velocity_mps = Eigen::Vector2d::Zero();
  double yaw_rate_rps = 0.0;
  Eigen::Matrix<double, 6, 6> covariance = Eigen::Matrix<double, 6, 6>::Zero();  // x y yaw vx vy yaw_rate
  Time measured_at{};                                                            // last measurement
  std::uint32_t age = 0;                                                         // updates since birth
  std::uint32_t misses = 0;  // updates in a row without a measurement
};

}  // namespace ocelli::perception
