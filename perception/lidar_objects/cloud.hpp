#pragma once
// The cloud as a detector wants it: returns only, in the vehicle frame, without the own body.
// Must not know: messages; a CloudSpan describes any point layout with float32 x y z.

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {

/// Points in place: float32 x, y, z [m, sensor frame] at the given byte offsets of each point; NaN = no return.
struct CloudSpan {
  std::span<const std::byte> data;
  std::uint32_t point_step = 16;
  std::uint32_t x_offset = 0;
  std::uint32_t y_offset = 4;
  std::uint32_t z_offset = 8;

  /// Whole points in `data`; an incomplete last point does not count.
  [[nodiscard]] std::size_t size() const { return point_step == 0 ? 0 : data.size() / point_step; }
};

/// Returns further above or below the origin than this say nothing about the road.
inline constexpr float kHeightLimit_m = 50.0F;

/// A return in the vehicle frame [m].
struct VehiclePoint {
  float x;
  float y;
  float z;
};

/// What belongs to the own vehicle, as a box in the vehicle frame: returns inside are dropped.
struct OwnBody {
  double front_m = 4.0;
  double rear_m = -1.2;
  double half_width_m = 1.05;
  double height_m = 2.5;
  static constexpr auto fields() {
    return std::tuple{field("front_m", &OwnBody::front_m, "m", 0.0, 30.0, "bumper ahead of the vehicle frame's origin"),
                      field("rear_m", &OwnBody::rear_m, "m", -30.0, 0.0, "rear end, negative"),
                      field("half_width_m", &OwnBody::half_width_m, "m", 0.0, 3.0, "half the width with mirrors"),
                      field("height_m", &OwnBody::height_m, "m", 0.0, 6.0, "roof, with the sensors on it")};
  }
};

/// Appends to `points` what is finite, between the ranges (horizontal, from the sensor) and not the own body.
void to_vehicle_frame(const CloudSpan& cloud, const Pose& T_vehicle_lidar, const OwnBody& own_body, double range_min_m,
                      double range_max_m, std::vector<VehiclePoint>& points);

}  // namespace ocelli::perception
