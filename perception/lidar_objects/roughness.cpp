#include "ocelli/perception/lidar_objects/roughness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace ocelli::perception {
namespace {

constexpr float kSliceHeight_m = 0.2F;
constexpr std::size_t kFewest = 4;  // pairs of neighbours

}  // namespace

float Roughness::measure_m(std::span<const SurfacePoint> points, float low_m) {
  Eigen::Vector2f ahead = Eigen::Vector2f::Zero();
  for (const SurfacePoint& p : points) ahead += p.flat_m;
  return std::min(median_jump_m(low_m, points, ahead), median_jump_m(std::numeric_limits<float>::max(), points, ahead));
}

float Roughness::median_jump_m(float most_m, std::span<const SurfacePoint> points, const Eigen::Vector2f& ahead) {
  neighbours_.clear();
  for (const SurfacePoint& p : points) {
    if (p.height_m > most_m) continue;
    const float aside = (ahead.x() * p.flat_m.y() - ahead.y() * p.flat_m.x()) / ahead.dot(p.flat_m);
    neighbours_.push_back({static_cast<int>(p.height_m / kSliceHeight_m), aside, p.flat_m.norm()});
  }
  std::ranges::sort(neighbours_, {}, [](const Neighbour& n) { return std::tuple(n.slice, n.aside, n.range_m); });
  jumps_m_.clear();
  for (std::size_t k = 1; k < neighbours_.size(); ++k)
    if (neighbours_[k - 1].slice == neighbours_[k].slice)
      jumps_m_.push_back(std::abs(neighbours_[k].range_m - neighbours_[k - 1].range_m));
  if (jumps_m_.size() < kFewest) return 0.0F;
  const auto middle = jumps_m_.begin() + static_cast<std::ptrdiff_t>(jumps_m_.size() / 2);
  std::ranges::nth_element(jumps_m_, middle);
  return *middle;
}

}  // namespace ocelli::perception
