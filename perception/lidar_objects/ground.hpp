#pragma once
// Where the road is, per sector and ring, from the lowest returns, walked outwards from the vehicle; and how high each
// return lies above it. Follows slopes, crowns and kerbs; stays below vehicles and walls; ignores reflections from
// below the road. In the spirit of Himmelsbach et al., "Fast segmentation of 3D point clouds for ground vehicles"
// (IV 2010), with a test of uprightness per patch as in patchwork (Lim et al., RA-L 2021).

#include <Eigen/Core>

#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lidar_objects/cloud.hpp"
#include "ocelli/perception/lidar_objects/polar_grid.hpp"

namespace ocelli::perception {

struct GroundConfig {
  int sectors = 240;
  double ring_m = 0.5;
  double ring_growth = 0.06;
  double step_m = 0.18;
  double slope_max = 0.15;
  double slope_change = 0.06;
  double band_m = 0.12;

  static constexpr auto fields() {
    return std::tuple{
        field("sectors", &GroundConfig::sectors, "", 8, 1440, "directions with a ground line of their own"),
        field("ring_m", &GroundConfig::ring_m, "m", 0.125, 5.0, "width of the rings near the sensor"),
        field("ring_growth", &GroundConfig::ring_growth, "", 0.0, 0.5, "width of far rings per metre of range"),
        field("step_m", &GroundConfig::step_m, "m", 0.02, 1.0, "what the ground may jump: kerb, mounting error"),
        field("slope_max", &GroundConfig::slope_max, "", 0.0, 1.0, "steepest ground, rise over run"),
        field("slope_change", &GroundConfig::slope_change, "", 0.0, 1.0, "what the slope may change from ring to ring"),
        field("band_m", &GroundConfig::band_m, "m", 0.02, 1.0, "thickness of the ground returns of a patch")};
  }
};

/// Owns its memory and keeps it: no allocation once it has seen the largest cloud.
class Ground {
 public:
  Ground(const GroundConfig& config, double range_max_m);

  /// Fits the ground and writes each point's height above it [m] to `heights_m` (same order).
  void measure(std::span<const VehiclePoint> points, const Eigen::Vector2f& sensor_m, std::vector<float>& heights_m);

  /// Height of the ground [m, vehicle frame] at a place relative to the sensor, after measure().
  [[nodiscard]] float ground_at(float dx_m, float dy_m) const;

 private:
  struct Sample {
    float range_m;
    float z_m;
  };
  struct Patch {  // what a cell says about the ground
    float z_m = 0.0F;
    bool is_seen = false;
  };
  struct Line {  // the ground as known so far on the way out along a sector
    float range_m = 0.0F;
    float z_m = 0.0F;
    float slope = 0.0F;
    float anchor_range_m = 0.0F;
    float anchor_z_m = 0.0F;
    [[nodiscard]] float at(float range_m_) const { return z_m + slope * (range_m_ - range_m); }
  };

  void sort_into_cells(std::span<const VehiclePoint> points, const Eigen::Vector2f& sensor_m);
  void walk(int sector);
  [[nodiscard]] bool fit(std::span<const Sample> samples, const Line& line, Sample& ground) const;
  void extend(Line& line, const Sample& ground) const;
  void smooth(int ring);
  [[nodiscard]] float between(int sector, int ring, float range_m) const;

  GroundConfig config_;
  PolarGrid grid_;
  std::vector<std::uint16_t> cell_of_;  // per point
  std::vector<float> range_m_;          // per point
  std::vector<std::uint32_t> begin_;    // per cell: first sample; one more at the end
  std::vector<Sample> samples_;         // ordered by cell
  std::vector<Patch> patches_;          // per cell
  std::vector<float> ground_z_m_;       // per cell, at the ring's centre, smoothed over sectors
};

}  // namespace ocelli::perception
