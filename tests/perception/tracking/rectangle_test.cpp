#include "ocelli/perception/tracking/rectangle.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ocelli::tracking {
namespace {

Rectangle rectangle(double x, double y, double yaw, double length, double width) {
  return {x, y, std::cos(yaw), std::sin(yaw), length, width};
}

TEST(CommonArea, OfEqualRectanglesIsTheirArea) {
  const Rectangle a = rectangle(3.0, -2.0, 0.7, 4.5, 1.8);
  EXPECT_NEAR(common_area(a, a), 4.5 * 1.8, 1e-9);
}

TEST(CommonArea, OfSquaresTurnedByAnEighthIsAnOctagon) {
  const double area = common_area(rectangle(1, 1, 0, 2, 2), rectangle(1, 1, M_PI / 4, 2, 2));
  EXPECT_NEAR(area, 8.0 * (std::sqrt(2.0) - 1.0), 1e-9);
}

TEST(CommonArea, IsZeroForRectanglesApartAndForEmptyOnes) {
  EXPECT_EQ(common_area(rectangle(0, 0, 0, 4, 2), rectangle(4.1, 0, 0, 4, 2)), 0.0);
  EXPECT_EQ(common_area(rectangle(0, 0, 0.3, 0, 0), rectangle(0, 0, 0, 4, 2)), 0.0);
}

TEST(CommonArea, AgreesWithCountingPointsForRandomPairs) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const auto holds = [](const Rectangle& r, double x, double y) {
    const double u = r.cos_yaw * (x - r.x_m) + r.sin_yaw * (y - r.y_m);
    const double v = r.cos_yaw * (y - r.y_m) - r.sin_yaw * (x - r.x_m);
    return std::abs(u) <= r.length_m / 2 && std::abs(v) <= r.width_m / 2;
  };
  for (int trial = 0; trial < 20; ++trial) {
    const Rectangle a = rectangle(0, 0, 7 * unit(random), 1 + 4 * unit(random), 1 + unit(random));
    const Rectangle b = rectangle(2 * unit(random), unit(random), 7 * unit(random), 1 + 4 * unit(random), 1.5);
    constexpr int kSteps = 400;
    int inside = 0;
    for (int i = 0; i < kSteps; ++i)
      for (int j = 0; j < kSteps; ++j) {
        const double x = -4.0 + 8.0 * (i + 0.5) / kSteps;
        const double y = -4.0 + 8.0 * (j + 0.5) / kSteps;
        inside += holds(a, x, y) && holds(b, x, y);
      }
    EXPECT_NEAR(common_area(a, b), inside * 64.0 / (kSteps * kSteps), 0.03);
    EXPECT_NEAR(common_area(a, b), common_area(b, a), 1e-9);
  }
}

TEST(ImageBoxes, OverlapAsDefined) {
  const ImageBox a{0, 0, 10, 10};
  const ImageBox b{5, 0, 15, 10};
  EXPECT_DOUBLE_EQ(image_iou(a, b), 50.0 / 150.0);
  EXPECT_DOUBLE_EQ(image_cover(a, b), 0.5);
  EXPECT_EQ(image_iou(a, {10, 0, 20, 10}), 0.0);
  EXPECT_EQ(image_cover({3, 3, 3, 3}, a), 0.0);
}

}  // namespace
}  // namespace ocelli::tracking
