#pragma once
// WGS 84 positions as metres east and north of an origin (the plane that touches the ellipsoid there).
// Must not know: filters, messages.

#include <Eigen/Core>

namespace ocelli::perception {

struct Geodetic {
  double latitude_deg = 0.0;
  double longitude_deg = 0.0;
  double altitude_m = 0.0;  // above the ellipsoid
};

/// Earth-centred, earth-fixed [m].
[[nodiscard]] Eigen::Vector3d ecef_of(const Geodetic& place);

class LocalPlane {
 public:
  LocalPlane() = default;
  explicit LocalPlane(const Geodetic& origin);

  /// East, north, up of the origin [m].
  [[nodiscard]] Eigen::Vector3d enu_of(const Eigen::Vector3d& ecef_m) const {
    return R_enu_ecef_ * (ecef_m - origin_ecef_m_);
  }
  [[nodiscard]] Eigen::Vector3d enu_of(const Geodetic& place) const { return enu_of(ecef_of(place)); }

 private:
  Eigen::Vector3d origin_ecef_m_ = Eigen::Vector3d::Zero();
  Eigen::Matrix3d R_enu_ecef_ = Eigen::Matrix3d::Identity();
};

}  // namespace ocelli::perception
