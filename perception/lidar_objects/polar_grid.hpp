#pragma once
// Sectors and rings around the sensor. Rings grow with range, as the distance between a lidar's ground rings does.
// The angle is the "diamond angle" y/(|x|+|y|) unrolled to [0, 4): it orders directions as atan2 does, without
// trigonometry, so that every platform cuts the same sectors.

#include <cmath>
#include <cstdint>
#include <vector>

namespace ocelli::perception {

class PolarGrid {
 public:
  /// Rings are `ring_m` wide at the sensor and grow by `growth` of their range.
  PolarGrid(int sectors, double ring_m, double growth, double range_max_m);

  [[nodiscard]] int sectors() const { return sectors_; }
  [[nodiscard]] int rings() const { return static_cast<int>(centre_m_.size()); }
  [[nodiscard]] int cells() const { return sectors() * rings(); }
  [[nodiscard]] float ring_centre_m(int ring) const { return centre_m_[static_cast<std::size_t>(ring)]; }

  [[nodiscard]] int cell(int sector, int ring) const { return sector * rings() + ring; }
  [[nodiscard]] int sector_of(float dx, float dy) const {
    const float sum = std::abs(dx) + std::abs(dy);
    if (!(sum > 0.0F)) return 0;
    const float along = dy / sum;
    const float diamond = dx >= 0.0F ? (dy >= 0.0F ? along : 4.0F + along) : 2.0F - along;
    const int sector = static_cast<int>(diamond * sectors_per_unit_);
    return sector < sectors_ ? sector : 0;
  }
  /// Precondition: 0 <= range_m. Ranges beyond the last ring fall into it.
  [[nodiscard]] int ring_of(float range_m) const {
    const auto step = static_cast<std::size_t>(range_m * kStepsPerMetre);
    return step < ring_at_step_.size() ? ring_at_step_[step] : rings() - 1;
  }

 private:
  static constexpr float kStepsPerMetre = 8.0F;  // ring borders fall on eighths of a metre

  int sectors_;
  float sectors_per_unit_;
  std::vector<float> centre_m_;
  std::vector<std::uint16_t> ring_at_step_;
};

}  // namespace ocelli::perception
