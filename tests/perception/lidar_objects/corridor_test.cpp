#include "ocelli/perception/lidar_objects/corridor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ocelli::perception {
namespace {

/// Two rows of points along a direction, `gap_m` apart.
std::vector<SurfacePoint> two_rows(float angle_rad, float gap_m, float height_m = 1.7F, int count = 20) {
  const Eigen::Vector2f along(std::cos(angle_rad), std::sin(angle_rad));
  const Eigen::Vector2f across(-along.y(), along.x());
  std::vector<SurfacePoint> points;
  for (int i = 0; i < count; ++i) {
    const auto at_m = 0.1F * static_cast<float>(i);
    points.push_back({Eigen::Vector2f(30.0F, 5.0F) + at_m * along, height_m});
    points.push_back({Eigen::Vector2f(30.0F, 5.0F) + at_m * along + gap_m * across, height_m});
  }
  return points;
}

TEST(Corridor, LiesBetweenTwoRowsInAnyDirection) {
  for (const float angle_rad : {0.0F, 0.7F, 1.5F, 2.6F}) {
    const auto points = two_rows(angle_rad, 0.5F);
    const auto corridor = find_corridor(points, {31.0F, 6.0F}, 0.2F, 6);
    ASSERT_TRUE(corridor) << angle_rad;
    for (std::size_t i = 0; i < points.size(); i += 2)
      EXPECT_NE(corridor->is_left(points[i].flat_m), corridor->is_left(points[i + 1].flat_m)) << angle_rad << ' ' << i;
  }
}

TEST(Corridor, IsWideEnoughAndHasEnoughOnBothSides) {
  const auto points = two_rows(0.7F, 0.5F);
  EXPECT_FALSE(find_corridor(points, {31.0F, 6.0F}, 0.6F, 6));
  EXPECT_FALSE(find_corridor(points, {31.0F, 6.0F}, 0.2F, 21));
}

TEST(Corridor, HasSomebodyOnOneSide) {
  EXPECT_TRUE(find_corridor(two_rows(0.7F, 0.5F, 1.7F, 20), {31.0F, 6.0F}, 0.2F, 6));
  EXPECT_FALSE(find_corridor(two_rows(0.7F, 0.5F, 0.8F, 20), {31.0F, 6.0F}, 0.2F, 6)) << "too low";
  EXPECT_FALSE(find_corridor(two_rows(0.7F, 0.5F, 2.5F, 20), {31.0F, 6.0F}, 0.2F, 6)) << "too tall";
  EXPECT_FALSE(find_corridor(two_rows(0.7F, 0.5F, 1.7F, 40), {31.0F, 6.0F}, 0.2F, 6)) << "too long";
}

}  // namespace
}  // namespace ocelli::perception
