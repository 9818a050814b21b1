#include "ocelli/perception/lidar_objects/polar_grid.hpp"

#include <algorithm>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::perception {

PolarGrid::PolarGrid(int sectors, double ring_m, double growth, double range_max_m)
    : sectors_(sectors), sectors_per_unit_(static_cast<float>(sectors) / 4.0F) {
  OCELLI_EXPECT(sectors > 0 && ring_m > 0.0 && growth >= 0.0 && range_max_m > 0.0);
  const auto steps = static_cast<int>(std::ceil(range_max_m * kStepsPerMetre)) + 1;
  int begin = 0;
  while (begin < steps) {
    const double width_m = std::max(ring_m, growth * begin / kStepsPerMetre);
    const int end = std::min(steps, begin + std::max(1, static_cast<int>(std::lround(width_m * kStepsPerMetre))));
    ring_at_step_.insert(ring_at_step_.end(), static_cast<std::size_t>(end - begin),
                         static_cast<std::uint16_t>(centre_m_.size()));
    centre_m_.push_back(static_cast<float>(begin + end) / (2.0F * kStepsPerMetre));
    begin = end;
  }
}

}  // namespace ocelli::perception
