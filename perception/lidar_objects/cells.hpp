#pragma once
// Everything above the ground in a map of square cells; each cell knows at which heights it is occupied. What hangs in
// the air (a canopy, a bridge) is cut off, so that a car under a tree keeps its own height.
// Must not know: objects.

#include <Eigen/Core>

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lidar_objects/cloud.hpp"

namespace ocelli::perception {

struct CellsConfig {
  double cell_m = 0.2;
  double height_min_m = 0.25;
  double hanging_m = 1.5;
  double gap_m = 0.4;
  double beam_gap_rad = 0.0075;

  static constexpr auto fields() {
    return std::tuple{
        field("cell_m", &CellsConfig::cell_m, "m", 0.05, 1.0, "side of a cell"),
        field("height_min_m", &CellsConfig::height_min_m, "m", 0.05, 1.0, "returns below belong to the ground"),
        field("hanging_m", &CellsConfig::hanging_m, "m", 0.5, 4.0, "what begins above this hangs in the air"),
        field("gap_m", &CellsConfig::gap_m, "m", 0.1, 2.0, "vertical gap that separates what hangs above"),
        field("beam_gap_rad", &CellsConfig::beam_gap_rad, "rad", 0.0, 0.1, "angle between beams, widens that gap")};
  }
};

/// Heights are counted in slices of kSlice_m above the ground; 32 of them fit a mask.
inline constexpr float kSlice_m = 0.2F;

struct Cell {
  std::int16_t column;
  std::int16_t row;
  std::uint32_t slices = 0;  // bit k: a return between k and k + 1 slices above the ground
  std::uint32_t points = 0;
  float range_m = 0.0F;  // of the cell's centre, from the sensor
  float top_m = 0.0F;    // of what stands on the ground; 0: nothing stands here, all hangs
};

class CellMap {
 public:
  static constexpr std::int32_t kNone = -1;

  CellMap(const CellsConfig& config, double range_max_m);

  /// Replaces the content. `heights_m` are the points' heights above the ground, same order.
  void fill(std::span<const VehiclePoint> points, std::span<const float> heights_m, const Eigen::Vector3f& sensor_m);

  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  /// Index into cells(), kNone where there is none. Rows and columns may lie outside of the map.
  [[nodiscard]] std::int32_t at(int column, int row) const {
    const bool is_inside = column >= 0 && row >= 0 && column < side_ && row < side_;
    return is_inside ? map_[static_cast<std::size_t>(row) * static_cast<std::size_t>(side_) +
                            static_cast<std::size_t>(column)]
                     : kNone;
  }
  /// Per point: index into cells(), kNone for ground and what is too high.
  [[nodiscard]] std::span<const std::int32_t> cell_of_point() const { return cell_of_point_; }
  [[nodiscard]] float cell_m() const { return cell_m_; }
  /// Unit vector from the sensor towards a cell.
  [[nodiscard]] Eigen::Vector2f direction_to(const Cell& cell) const {
    const float half = 0.5F * static_cast<float>(side_ - 1);
    return Eigen::Vector2f(static_cast<float>(cell.column) - half, static_cast<float>(cell.row) - half).normalized();
  }
  /// Steepest return of this cloud, rise over run: how high the sensor looks.
  [[nodiscard]] float steepest() const { return steepest_; }

 private:
  [[nodiscard]] float standing_top_m(const Cell& cell) const;

  CellsConfig config_;
  float cell_m_;
  int side_;
  std::vector<std::int32_t> map_;  // row by row
  std::vector<Cell> cells_;
  std::vector<std::int32_t> cell_of_point_;
  float steepest_ = 0.0F;
};

}  // namespace ocelli::perception
