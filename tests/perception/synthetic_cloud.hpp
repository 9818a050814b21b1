#pragma once
// A small lidar for tests: 64 beams over a ground that may slope, with boxes on it. Noise-free, points in the sensor
// frame, x y z intensity as float32.

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/perception/lidar_objects/cloud.hpp"

namespace ocelli::perception {

/// Standing on the ground at (x, y), turned about z. Sizes in metres.
struct Block {
  double x, y, yaw_rad, length, width, height;
  double above_ground = 0.0;
};

class SyntheticScene {
 public:
  double sensor_height_m = 1.73;
  double slope_x = 0.0;  // rise of the ground per metre ahead
  std::vector<Block> blocks;

  [[nodiscard]] double ground_z(double x) const { return slope_x * x; }

  /// Sensor at the vehicle frame's origin, sensor_height_m above the ground, axes parallel to the vehicle's.
  [[nodiscard]] std::vector<std::array<float, 4>> scan(int azimuths = 1800) const {
    std::vector<std::array<float, 4>> points;
    for (int beam = 0; beam < 64; ++beam) {
      const double elevation = (-24.8 + 26.8 * beam / 63.0) * M_PI / 180.0;
      for (int i = 0; i < azimuths; ++i) {
        const double azimuth = 2.0 * M_PI * i / azimuths;
        const Eigen::Vector3d ray(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                                  std::sin(elevation));
        const std::optional<double> range = hit(ray);
        if (!range) continue;
        const Eigen::Vector3f p = (*range * ray).cast<float>();
        points.push_back({p.x(), p.y(), p.z(), 0.5F});
      }
    }
    return points;
  }

  [[nodiscard]] Pose T_vehicle_lidar() const { return pose_from_xyz_rpy(0.0, 0.0, sensor_height_m, 0.0, 0.0, 0.0); }

 private:
  [[nodiscard]] std::optional<double> hit(const Eigen::Vector3d& ray) const {
    double nearest = 80.0;
    const double down = slope_x * ray.x() - ray.z();
    if (down > 1e-6) nearest = std::min(nearest, sensor_height_m / down);
    for (const Block& block : blocks) nearest = std::min(nearest, hit(ray, block));
    return nearest < 80.0 ? std::optional(nearest) : std::nullopt;
  }

  /// Slab test in the block's axes.
  [[nodiscard]] double hit(const Eigen::Vector3d& ray, const Block& block) const {
    const Eigen::AngleAxisd turn(-block.yaw_rad, Eigen::Vector3d::UnitZ());
    const double bottom = ground_z(block.x) + block.above_ground;
    const Eigen::Vector3d origin =
        turn * (Eigen::Vector3d(0.0, 0.0, sensor_height_m) - Eigen::Vector3d(block.x, block.y, bottom));
    const Eigen::Vector3d d = turn * ray;
    const Eigen::Vector3d low(-0.5 * block.length, -0.5 * block.width, 0.0);
    const Eigen::Vector3d high(0.5 * block.length, 0.5 * block.width, block.height);
    double enter = 0.0;
    double leave = std::numeric_limits<double>::infinity();
    for (int axis = 0; axis < 3; ++axis) {
      double a = (low(axis) - origin(axis)) / d(axis);
      double b = (high(axis) - origin(axis)) / d(axis);
      if (a > b) std::swap(a, b);
      enter = std::max(enter, a);
      leave = std::min(leave, b);
    }
    return enter < leave ? enter : std::numeric_limits<double>::infinity();
  }
};

inline CloudSpan cloud_span(std::span<const std::array<float, 4>> points) { return {std::as_bytes(points)}; }

}  // namespace ocelli::perception
