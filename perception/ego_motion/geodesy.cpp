#include "ocelli/perception/ego_motion/geodesy.hpp"

#include <cmath>

namespace ocelli::perception {
namespace {

constexpr double kAxis_m = 6378137.0;
constexpr double kE2 = 6.69437999014e-3;
constexpr double kRadPerDeg = M_PI / 180.0;

}  // namespace

Eigen::Vector3d ecef_of(const Geodetic& place) {
  const double phi = place.latitude_deg * kRadPerDeg;
  const double lambda = place.longitude_deg * kRadPerDeg;
  const double n = kAxis_m / std::sqrt(1.0 - kE2 * std::sin(phi) * std::sin(phi));
  const double flat = (n + place.altitude_m) * std::cos(phi);
  return {flat * std::cos(lambda), flat * std::sin(lambda), (n * (1.0 - kE2) + place.altitude_m) * std::sin(phi)};
}

LocalPlane::LocalPlane(const Geodetic& origin) : origin_ecef_m_(ecef_of(origin)) {
  const double phi = origin.latitude_deg * kRadPerDeg;
  const double lambda = origin.longitude_deg * kRadPerDeg;
  R_enu_ecef_ << -std::sin(lambda), std::cos(lambda), 0.0,  //
      -std::sin(phi) * std::cos(lambda), -std::sin(phi) * std::sin(lambda), std::cos(phi),
      std::cos(phi) * std::cos(lambda), std::cos(phi) * std::sin(lambda), std::sin(phi);
}

}  // namespace ocelli::perception
