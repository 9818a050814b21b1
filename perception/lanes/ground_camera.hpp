#pragma once
// A calibrated camera above a level road: pixels to places on the ground of the vehicle frame and back.
// Must not know: messages, lanes.

#include <Eigen/Core>
#include <optional>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {

class GroundCamera {
 public:
  /// `projection` maps camera coordinates (x right, y down, z forward) to homogeneous pixels. Nothing when it cannot be
  /// inverted, or when the pose is not a rotation with a translation (a reflected one, for example).
  static std::optional<GroundCamera> create(const Eigen::Matrix<double, 3, 4>& projection,
                                            const Pose& T_vehicle_camera);

  /// The camera turned by `pitch_rad`, nose down positive.
  [[nodiscard]] GroundCamera pitched(double pitch_rad) const;

  /// Where the ray through the pixel meets z = 0 of the vehicle frame; nothing at and above the horizon.
  [[nodiscard]] std::optional<Eigen::Vector2d> to_ground(double u, double v) const;
  /// Nothing for places behind the camera.
  [[nodiscard]] std::optional<Eigen::Vector2d> to_pixel(const Eigen::Vector2d& p_vehicle) const;

 private:
  GroundCamera() = default;
  Eigen::Matrix3d K_;
  Eigen::Matrix3d K_inverse_;
  Eigen::Matrix3d R_vehicle_camera_;
  Eigen::Vector3d centre_m_;  // of projection, vehicle frame
};

}  // namespace ocelli::perception
