#include "ocelli/perception/lidar_objects/roughness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ocelli::perception {
namespace {

constexpr float kLow_m = 0.9F;

/// Rows of returns 20 m away, every second one `behind_m` farther.
std::vector<SurfacePoint> surface(float behind_m, std::initializer_list<float> heights_m) {
  std::vector<SurfacePoint> points;
  for (const float height_m : heights_m)
    for (int i = 0; i < 9; ++i) {
      const float range_m = 20.0F + (i % 2 == 0 ? 0.0F : behind_m);
      const float angle_rad = 0.004F * static_cast<float>(i);
      points.push_back({{range_m * std::cos(angle_rad), range_m * std::sin(angle_rad)}, height_m});
    }
  return points;
}

TEST(Roughness, IsHowFarNeighboursLieBehindEachOther) {
  Roughness roughness;
  EXPECT_NEAR(roughness.measure_m(surface(0.0F, {0.5F, 0.7F}), kLow_m), 0.0F, 1e-3F);
  EXPECT_NEAR(roughness.measure_m(surface(0.15F, {0.5F, 0.7F}), kLow_m), 0.15F, 1e-3F);
}

TEST(Roughness, WindowsDoNotMakeACarRough) {
  auto points = surface(0.0F, {0.5F, 0.7F});
  for (const SurfacePoint& p : surface(0.8F, {1.1F, 1.3F, 1.5F})) points.push_back(p);
  EXPECT_NEAR(Roughness().measure_m(points, kLow_m), 0.0F, 1e-3F);
}

TEST(Roughness, OfTooFewReturnsIsNotKnown) {
  EXPECT_EQ(Roughness().measure_m({}, kLow_m), 0.0F);
  const auto points = surface(0.5F, {0.5F});
  EXPECT_EQ(Roughness().measure_m(std::span(points).first(4), kLow_m), 0.0F);
}

}  // namespace
}  // namespace ocelli::perception
