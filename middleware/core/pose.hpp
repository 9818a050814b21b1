#pragma once
// Rigid transforms with DESIGN's notation: T_a_b maps points given in b to a (p_a = T_a_b * p_b).
// Vehicle frame: ISO 8855, x forward, y left, z up, origin on the ground.

#include <Eigen/Geometry>

#include <cmath>

namespace ocelli {

using Pose = Eigen::Isometry3d;

/// Euler angles of ISO 8855: yaw about z, then pitch about y, then roll about x [rad]; translation [m].
[[nodiscard]] inline Pose pose_from_xyz_rpy(double x_m, double y_m, double z_m, double roll_rad, double pitch_rad,
                                            double yaw_rad) {
  Pose pose = Pose::Identity();
  pose.translation() = Eigen::Vector3d(x_m, y_m, z_m);
  pose.linear() =
      (Eigen::AngleAxisd(yaw_rad, Eigen::Vector3d::UnitZ()) * Eigen::AngleAxisd(pitch_rad, Eigen::Vector3d::UnitY()) *
       Eigen::AngleAxisd(roll_rad, Eigen::Vector3d::UnitX()))
          .toRotationMatrix();
  return pose;
}

/// Heading of a transform's x axis in the plane of its target frame [rad], in (-pi, pi].
[[nodiscard]] inline double yaw_of(const Pose& T_a_b) { return std::atan2(T_a_b.linear()(1, 0), T_a_b.linear()(0, 0)); }

/// The same angle in (-pi, pi].
[[nodiscard]] inline double wrap_angle(double angle_rad) {
  const double wrapped = std::remainder(angle_rad, 2.0 * M_PI);
  return wrapped <= -M_PI ? wrapped + 2.0 * M_PI : wrapped;
}

}  // namespace ocelli
