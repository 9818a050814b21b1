#include "ocelli/perception/lidar_objects/ground.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::perception {
namespace {

constexpr float kRelevantHeight_m =
    3.0F;                                // returns higher above the vehicle's plane than this and the slope: no ground
constexpr float kBaseline_m = 4.0F;      // slopes are measured over at least this
constexpr float kUprightFrom_m = 0.15F;  // above the ground band: a return here belongs to something upright
constexpr float kUprightTo_m = 1.2F;
constexpr float kRise_m = 0.07F;  // a patch this much above the line must be flat to be ground
constexpr int kNeighbours = 3;    // sectors to either side that a patch is compared with

}  // namespace

Ground::Ground(const GroundConfig& config, double range_max_m)
    : config_(config), grid_(config.sectors, config.ring_m, config.ring_growth, range_max_m) {
  OCELLI_EXPECT(grid_.cells() <= std::numeric_limits<std::uint16_t>::max());
  const auto cells = static_cast<std::size_t>(grid_.cells());
  begin_.resize(cells + 1);
  patches_.resize(cells);
  ground_z_m_.resize(cells);
}

void Ground::measure(std::span<const VehiclePoint> points, const Eigen::Vector2f& sensor_m,
                     std::vector<float>& heights_m) {
  sort_into_cells(points, sensor_m);
  for (int sector = 0; sector < grid_.sectors(); ++sector) walk(sector);
  for (int ring = 0; ring < grid_.rings(); ++ring) smooth(ring);
  heights_m.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const int sector = cell_of_[i] / grid_.rings();
    heights_m[i] = points[i].z - between(sector, cell_of_[i] - sector * grid_.rings(), range_m_[i]);
  }
}

float Ground::ground_at(float dx_m, float dy_m) const {
  const float range_m = std::sqrt(dx_m * dx_m + dy_m * dy_m);
  return between(grid_.sector_of(dx_m, dy_m), grid_.ring_of(range_m), range_m);
}

/// A counting sort: samples_ holds the returns cell after cell.
void Ground::sort_into_cells(std::span<const VehiclePoint> points, const Eigen::Vector2f& sensor_m) {
  cell_of_.resize(points.size());
  range_m_.resize(points.size());
  samples_.resize(points.size());
  std::fill(begin_.begin(), begin_.end(), 0U);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float dx = points[i].x - sensor_m.x();
    const float dy = points[i].y - sensor_m.y();
    const float range_m = std::sqrt(dx * dx + dy * dy);
    const int cell = grid_.cell(grid_.sector_of(dx, dy), grid_.ring_of(range_m));
    range_m_[i] = range_m;
    cell_of_[i] = static_cast<std::uint16_t>(cell);
    ++begin_[static_cast<std::size_t>(cell)];
  }
  std::uint32_t sum = 0;
  for (std::uint32_t& begin : begin_) begin = (sum += begin);  // now the end of each cell
  for (std::size_t i = points.size(); i-- > 0;) samples_[--begin_[cell_of_[i]]] = {range_m_[i], points[i].z};
}

void Ground::walk(int sector) {
  Line line;
  for (int ring = 0; ring < grid_.rings(); ++ring) {
    const auto cell = static_cast<std::size_t>(grid_.cell(sector, ring));
    const std::span samples(samples_.data() + begin_[cell], begin_[cell + 1] - begin_[cell]);
    Sample ground{};
    patches_[cell].is_seen = !samples.empty() && fit(samples, line, ground);
    if (patches_[cell].is_seen) extend(line, ground);
    patches_[cell].z_m = line.at(grid_.ring_centre_m(ring));
  }
}

/// The lowest returns near the line; false when there are none, or when they are the foot of something upright.
bool Ground::fit(std::span<const Sample> samples, const Line& line, Sample& ground) const {
  const float ahead_m = std::max(samples.front().range_m - line.range_m, 0.0F);
  const float gate_m = static_cast<float>(config_.step_m + config_.slope_change * std::min(ahead_m, 10.0F));
  float lowest = std::numeric_limits<float>::max();
  for (const Sample& sample : samples) {
    const float above = sample.z_m - line.at(sample.range_m);
    if (above >= -gate_m && above < lowest) lowest = above;
  }
  if (lowest > gate_m) return false;
  const float top = lowest + static_cast<float>(config_.band_m);
  float sum_above = 0.0F;
  float sum_range = 0.0F;
  int flat = 0;
  int upright = 0;
  for (const Sample& sample : samples) {
    const float above = sample.z_m - line.at(sample.range_m);
    if (above >= lowest && above <= top) {
      sum_above += above;
      sum_range += sample.range_m;
      ++flat;
    } else if (above > top + kUprightFrom_m && above < top + kUprightTo_m) {
      ++upright;
    }
  }
  const float mean_above = sum_above / static_cast<float>(flat);
  if (mean_above > kRise_m && upright * 2 > flat) return false;
  ground.range_m = sum_range / static_cast<float>(flat);
  ground.z_m = line.at(ground.range_m) + mean_above;
  return true;
}

/// Moves the line's end to `ground` and leans it towards the slope since the anchor.
void Ground::extend(Line& line, const Sample& ground) const {
  const float run_m = ground.range_m - line.anchor_range_m;
  if (run_m >= kBaseline_m) {
    const auto limit = static_cast<float>(config_.slope_max);
    const float slope = (ground.z_m - line.anchor_z_m) / run_m;
    line.slope = std::clamp(0.5F * (line.slope + slope), -limit, limit);
    line.anchor_range_m = 0.5F * (line.anchor_range_m + ground.range_m);
    line.anchor_z_m = 0.5F * (line.anchor_z_m + ground.z_m);
  }
  line.range_m = ground.range_m;
  line.z_m = ground.z_m;
}

/// A patch that was not seen, or that stands out from the sectors beside it, takes their median.
void Ground::smooth(int ring) {
  const int sectors = grid_.sectors();
  for (int sector = 0; sector < sectors; ++sector) {
    std::array<float, 2 * kNeighbours + 1> heights;
    std::size_t count = 0;
    for (int i = -kNeighbours; i <= kNeighbours; ++i) {
      const Patch& patch = patches_[static_cast<std::size_t>(grid_.cell((sector + i + sectors) % sectors, ring))];
      if (!patch.is_seen) continue;
      std::size_t at = count++;
      for (; at > 0 && heights[at - 1] > patch.z_m; --at) heights[at] = heights[at - 1];
      heights[at] = patch.z_m;
    }
    const auto cell = static_cast<std::size_t>(grid_.cell(sector, ring));
    const Patch& patch = patches_[cell];
    float z_m = patch.z_m;
    if (count > 0) {
      const float median = heights[(count - 1) / 2];
      if (!patch.is_seen || std::abs(z_m - median) > static_cast<float>(config_.step_m)) z_m = median;
    }
    ground_z_m_[cell] = z_m;
  }
}

float Ground::between(int sector, int ring, float range_m) const {
  const bool is_beyond = range_m >= grid_.ring_centre_m(ring);
  const int other = is_beyond ? std::min(ring + 1, grid_.rings() - 1) : std::max(ring - 1, 0);
  const float here = ground_z_m_[static_cast<std::size_t>(grid_.cell(sector, ring))];
  if (other == ring) return here;
  const float there = ground_z_m_[static_cast<std::size_t>(grid_.cell(sector, other))];
  const float from = grid_.ring_centre_m(ring);
  return here + (there - here) * (range_m - from) / (grid_.ring_centre_m(other) - from);
}

}  // namespace ocelli::perception
