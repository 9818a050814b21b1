#include "ocelli/perception/lanes/ground_camera.hpp"

#include <Eigen/Geometry>
#include <Eigen/LU>

namespace ocelli::perception {
namespace {

constexpr double kRotationTolerance = 1e-3;
constexpr double kLeastDip = 1e-4;  // sine of the angle below the horizon

}  // namespace

std::optional<GroundCamera> GroundCamera::create(const Eigen::Matrix<double, 3, 4>& projection,
                                                 const Pose& T_vehicle_camera) {
  GroundCamera camera;
  camera.K_ = projection.leftCols<3>();
  if (!projection.allFinite() || !(camera.K_.determinant() > 1e-9)) return std::nullopt;
  const Eigen::Matrix3d rotation = T_vehicle_camera.linear();
  if (!rotation.isUnitary(kRotationTolerance) || rotation.determinant() < 0.0) return std::nullopt;
  camera.K_inverse_ = camera.K_.inverse();
  camera.R_vehicle_camera_ = rotation;
  camera.centre_m_ = T_vehicle_camera * Eigen::Vector3d(-camera.K_inverse_ * projection.col(3));
  return camera;
}

GroundCamera GroundCamera::pitched(double pitch_rad) const {
  GroundCamera camera = *this;
  camera.R_vehicle_camera_ = Eigen::AngleAxisd(pitch_rad, Eigen::Vector3d::UnitY()) * R_vehicle_camera_;
  return camera;
}

std::optional<Eigen::Vector2d> GroundCamera::to_ground(double u, double v) const {
  const Eigen::Vector3d ray = (R_vehicle_camera_ * (K_inverse_ * Eigen::Vector3d(u, v, 1.0))).normalized();
  if (ray.z() > -kLeastDip || centre_m_.z() <= 0.0) return std::nullopt;
  return Eigen::Vector2d((centre_m_ - ray * (centre_m_.z() / ray.z())).head<2>());
}

std::optional<Eigen::Vector2d> GroundCamera::to_pixel(const Eigen::Vector2d& p_vehicle) const {
  const Eigen::Vector3d p(p_vehicle.x(), p_vehicle.y(), 0.0);
  const Eigen::Vector3d pixel = K_ * (R_vehicle_camera_.transpose() * (p - centre_m_));
  if (pixel.z() <= 0.0) return std::nullopt;
  return Eigen::Vector2d(pixel.head<2>() / pixel.z());
}

}  // namespace ocelli::perception
