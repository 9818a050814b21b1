#pragma once
// From masks of lane lines and drivable area to polynomials and a polygon on the ground: pure functions.
// Must not know: networks, messages.

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lanes/ground_camera.hpp"
#include "ocelli/perception/picture/picture_input.hpp"

namespace ocelli::perception {

struct LaneModelConfig {
  double range_max_m = 50.0;
  double width_max_m = 0.8;
  double gate_m = 0.5;
  double gap_max_m = 8.0;
  double length_min_m = 5.0;
  double heading_max_rad = 0.35;
  double sigma_max_m = 1.0;
  double existence_min = 0.5;
  int points_min = 8;
  int lines_max = 12;
  double pixel_sigma_px = 1.0;
  double pitch_sigma_rad = 0.005;
  static constexpr auto fields() {
    using C = LaneModelConfig;
    return std::tuple{
        field("range_max_m", &C::range_max_m, "m", 5.0, 200.0, "of points on the ground; beyond, a pixel is metres"),
        field("width_max_m", &C::width_max_m, "m", 0.05, 5.0, "of a line across; wider marks are none"),
        field("gate_m", &C::gate_m, "m", 0.05, 5.0, "distance of a point to the line that it continues"),
        field("gap_max_m", &C::gap_max_m, "m", 0.5, 50.0, "along a line without a point"),
        field("length_min_m", &C::length_min_m, "m", 0.5, 50.0, "shorter lines are dropped"),
        field("heading_max_rad", &C::heading_max_rad, "rad", 0.01, 1.5,
              "of a line against the vehicle's axis, from its first point to its last and at both ends: what stands "
              "upright seems to lead away from the camera on the ground"),
        field("sigma_max_m", &C::sigma_max_m, "m", 0.05, 10.0,
              "lines that are less sure than this at one of their ends are dropped: they bound no lane"),
        field("existence_min", &C::existence_min, "", 0.0, 1.0,
              "lines that are less likely to be paint are dropped; a network has learnt what a line is, and its lines "
              "are not judged"),
        field("points_min", &C::points_min, "", 4, 1000, "lines of fewer points are dropped"),
        field("lines_max", &C::lines_max, "", 1, 100,
              "those of most points; more are the noise of a mask: left out, and told"),
        field("pixel_sigma_px", &C::pixel_sigma_px, "px", 0.01, 50.0, "of a line's middle in a row of the mask"),
        field("pitch_sigma_rad", &C::pitch_sigma_rad, "rad", 0.0, 0.2,
              "of the camera against the road: braking, hills")};
  }
};

/// y(x) = c0 + c1 x + c2 x² + c3 x³ in the vehicle frame, metres.
/// Existence of a line that a network has found: the weights are not of its lines.
inline constexpr double kNotJudged = -1.0;

struct LaneLine {
  Eigen::Vector4d coefficients = Eigen::Vector4d::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  double x_min_m = 0.0;
  double x_max_m = 0.0;
  double rms_m = 0.0;
  std::uint32_t points = 0;
  double width_m = 0.0;       // across, without what a pixel's size adds: the median of its points
  double width_spread = 0.0;  // of the widths: mean deviation from the median over the median
  double scatter = 0.0;       // of the points about the polynomial, in sigmas of their pixels
  double existence = 0.0;     // probability that it is painted (docs/accelerators.md), or kNotJudged

  [[nodiscard]] double y_at(double x_m) const {
    return coefficients.dot(Eigen::Vector4d(1.0, x_m, x_m * x_m, x_m * x_m * x_m));
  }
  [[nodiscard]] double slope_at(double x_m) const {
    return coefficients.dot(Eigen::Vector4d(0.0, 1.0, 2.0 * x_m, 3.0 * x_m * x_m));
  }
  [[nodiscard]] double middle_m() const { return 0.5 * (x_min_m + x_max_m); }
  /// Of y(x), one standard deviation.
  [[nodiscard]] double sigma_at(double x_m) const {
    const Eigen::Vector4d row(1.0, x_m, x_m * x_m, x_m * x_m * x_m);
    return std::sqrt(row.dot(covariance * row));
  }
};

/// Row major, not 0: lies on it.
struct Mask {
  int width = 0;
  int height = 0;
  std::span<const std::uint8_t> data;
  [[nodiscard]] bool at(int row, int column) const {
    return data[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column)] !=
           0;
  }
};

/// How likely the line is paint: a logistic function of how many rows show it, how evenly wide it is and whether that
/// is a width that is painted, how its points scatter, and its heading against the best other line. `others` may hold
/// it.
[[nodiscard]] double existence_of(const LaneLine& line, std::span<const LaneLine> others);

/// Lines from left to right, by where they pass the vehicle, at most `lines_max`. `placement` leads from the mask to
/// the calibrated picture. `left_out`: grows by the lines that were too many.
[[nodiscard]] std::vector<LaneLine> find_lines(const Mask& mask, const Placement& placement, const GroundCamera& camera,
                                               const LaneModelConfig& config, std::uint64_t* left_out = nullptr);

/// The part of the mask that hangs together upwards from the bottom, around the column where the vehicle drives:
/// a polygon on the ground, counter-clockwise. Empty when there is none.
[[nodiscard]] std::vector<Eigen::Vector2d> find_area(const Mask& mask, const Placement& placement,
                                                     const GroundCamera& camera, const LaneModelConfig& config);

}  // namespace ocelli::perception
