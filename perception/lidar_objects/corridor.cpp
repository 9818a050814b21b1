#include "ocelli/perception/lidar_objects/corridor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "ocelli/perception/lidar_objects/extent.hpp"

namespace ocelli::perception {
namespace {

constexpr std::size_t kBins = 256;
constexpr float kBin_m = 0.05F;
constexpr int kStep_deg = 3;

using Bins = std::array<std::uint32_t, kBins>;

struct Gap {
  float width_m = 0.0F;
  float middle_m = 0.0F;  // from the first bin
};

/// The widest run of empty bins with enough points before and behind it.
Gap widest_gap(const Bins& bins, std::size_t points, std::size_t fewest) {
  Gap widest;
  std::size_t before = 0;
  std::size_t empty = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (bins[bin] == 0) {
      ++empty;
      continue;
    }
    const float run_m = static_cast<float>(empty) * kBin_m;
    if (before >= fewest && points - before >= fewest && run_m > widest.width_m)
      widest = {run_m, static_cast<float>(bin) * kBin_m - 0.5F * run_m};
    before += bins[bin];
    empty = 0;
  }
  return widest;
}

bool has_person_beside(std::span<const SurfacePoint> points, const Corridor& corridor) {
  constexpr float kLongest_m = 2.3F;
  constexpr float kWidest_m = 1.1F;
  constexpr float kLeast_m = 1.1F;  // tall
  constexpr float kMost_m = 2.2F;
  struct Side {
    Extent along, across;
    float top_m = 0.0F;
  };
  std::array<Side, 2> sides;
  const Eigen::Vector2f along(corridor.across.y(), -corridor.across.x());
  for (const SurfacePoint& p : points) {
    Side& side = sides[corridor.is_left(p.flat_m) ? 1 : 0];
    side.along.take(along.dot(p.flat_m));
    side.across.take(corridor.across.dot(p.flat_m));
    side.top_m = std::max(side.top_m, p.height_m);
  }
  return std::ranges::any_of(sides, [](const Side& s) {
    return s.along.size() < kLongest_m && s.across.size() < kWidest_m && s.top_m > kLeast_m && s.top_m < kMost_m;
  });
}

}  // namespace

std::optional<Corridor> find_corridor(std::span<const SurfacePoint> points, const Eigen::Vector2f& centre,
                                      float width_m, std::size_t fewest) {
  constexpr float kFirst_m = -0.5F * static_cast<float>(kBins) * kBin_m;
  std::optional<Corridor> best;
  for (int degrees = 0; degrees < 180; degrees += kStep_deg) {
    const float angle_rad = static_cast<float>(degrees) * static_cast<float>(M_PI) / 180.0F;
    const Eigen::Vector2f across(-std::sin(angle_rad), std::cos(angle_rad));
    Bins bins{};
    for (const SurfacePoint& p : points) {
      const float bin = (across.dot(p.flat_m - centre) - kFirst_m) / kBin_m;
      ++bins[static_cast<std::size_t>(std::clamp(bin, 0.0F, static_cast<float>(kBins - 1)))];
    }
    const Gap gap = widest_gap(bins, points.size(), fewest);
    if (gap.width_m <= width_m) continue;
    const Corridor corridor{across, across.dot(centre) + kFirst_m + gap.middle_m};
    if (!has_person_beside(points, corridor)) continue;
    width_m = gap.width_m;
    best = corridor;
  }
  return best;
}

}  // namespace ocelli::perception
