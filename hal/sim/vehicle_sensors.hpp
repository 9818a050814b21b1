#pragma once
// IMU, GNSS, wheel speeds and steering. All are exact values of the ego's motion plus noise, so that without noise they
// agree with the truth to the last digit that the path gives.

#include <memory>

#include "ocelli/hal/sim/device.hpp"
#include "ocelli/hal/sim/world.hpp"

namespace ocelli::sim {

/// Angular rate and specific force (gravity included) in vehicle axes, at the unit's place.
[[nodiscard]] std::unique_ptr<Device> make_imu(const ImuConfig& config, const World& world, std::uint64_t seed);

/// Position of the antenna.
[[nodiscard]] std::unique_ptr<Device> make_gnss(const GnssConfig& config, const Origin& origin, const World& world,
                                                std::uint64_t seed);

/// Speed over ground of the four wheels and the road wheel angle of the single-track model (no slip).
[[nodiscard]] std::unique_ptr<Device> make_wheels(const WheelConfig& config, const Ego& ego, const World& world,
                                                  std::uint64_t seed);

struct Geodetic {
  double latitude_deg;
  double longitude_deg;
  double altitude_m;
};

/// WGS 84 of a point given east, north, up of the origin.
[[nodiscard]] Geodetic geodetic_of(const Origin& origin, const Eigen::Vector3d& p_world);

}  // namespace ocelli::sim
