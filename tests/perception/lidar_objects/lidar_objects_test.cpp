#include "ocelli/perception/lidar_objects/lidar_objects.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "ocelli/perception/tracking/rectangle.hpp"
#include "ocelli/tests/perception/allocation_counter.hpp"
#include "ocelli/tests/perception/synthetic_cloud.hpp"

namespace ocelli::perception {
namespace {

/// A body that leans inwards with height, as cars do: two blocks.
void add_car(SyntheticScene& scene, double x, double y, double yaw_rad = 0.0) {
  scene.blocks.push_back({x, y, yaw_rad, 4.3, 1.8, 0.7, 0.2});
  scene.blocks.push_back({x, y, yaw_rad, 2.2, 1.5, 0.6, 0.9});
}

/// A bicycle with its rider.
void add_cyclist(SyntheticScene& scene, double x, double y) {
  scene.blocks.push_back({x, y, 0.0, 1.7, 0.08, 0.7, 0.3});
  scene.blocks.push_back({x, y, 0.0, 0.6, 0.6, 1.0, 0.8});
}

std::vector<Box3> detect(const SyntheticScene& scene) {
  const auto points = scene.scan();
  LidarObjects detector({});
  const auto boxes = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  return {boxes.begin(), boxes.end()};
}

bool overlap(const Box3& a, const Box3& b) {
  return (a.centre_m - b.centre_m).head<2>().norm() < 0.5 * std::min(a.size_m.y(), b.size_m.y()) + 0.9;
}

TEST(LidarObjects, FindNothingOnAnEmptyRoadOrInAnEmptyCloud) {
  EXPECT_TRUE(detect(SyntheticScene()).empty());
  LidarObjects detector({});
  EXPECT_TRUE(detector.detect({}, Pose::Identity()).empty());
  EXPECT_EQ(detector.returns(), 0U);
}

TEST(LidarObjects, PutTheRearOfACarOnItsReturns) {
  SyntheticScene scene;
  add_car(scene, 15.0, 0.0);
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].object_class, ObjectClass::kCar);
  EXPECT_NEAR(boxes[0].centre_m.x() - 0.5 * boxes[0].size_m.x(), 15.0 - 2.15, 0.15);
  EXPECT_NEAR(boxes[0].centre_m.y(), 0.0, 0.15);
  EXPECT_NEAR(boxes[0].yaw_rad, 0.0, 0.05);
}

TEST(LidarObjects, KeepTheDirectionOfATurnedCar) {
  SyntheticScene scene;
  add_car(scene, 12.0, 6.0, 0.5);
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_NEAR(boxes[0].yaw_rad, 0.5, 0.06);
  EXPECT_NEAR(boxes[0].centre_m.x(), 12.0, 0.4);
  EXPECT_NEAR(boxes[0].centre_m.y(), 6.0, 0.4);
}

TEST(LidarObjects, FollowTheRoadUpAndDownASlope) {
  for (const double slope : {-0.06, 0.06}) {
    SyntheticScene scene;
    scene.slope_x = slope;
    add_car(scene, 18.0, 2.0);
    const auto boxes = detect(scene);
    ASSERT_EQ(boxes.size(), 1U) << slope;
    EXPECT_NEAR(boxes[0].centre_m.z() - 0.5 * boxes[0].size_m.z(), slope * 18.0, 0.25) << slope;
  }
}

TEST(LidarObjects, ReportACarBehindAPostOnce) {
  SyntheticScene scene;
  add_car(scene, 14.0, 1.0, 0.1);
  scene.blocks.push_back({8.0, 0.6, 0.0, 0.15, 0.15, 3.0});
  const auto boxes = detect(scene);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    for (std::size_t k = i + 1; k < boxes.size(); ++k) EXPECT_FALSE(overlap(boxes[i], boxes[k])) << i << ' ' << k;
  EXPECT_EQ(
      std::count_if(boxes.begin(), boxes.end(), [](const Box3& b) { return b.object_class == ObjectClass::kCar; }), 1);
}

/// A column before a car cuts it in two pieces, that are completed into each other.
TEST(LidarObjects, ReportNoTwoBoxesInOnePlace) {
  const auto footprint = [](const Box3& b) {
    return tracking::Rectangle{b.centre_m.x(),      b.centre_m.y(), std::cos(b.yaw_rad),
                               std::sin(b.yaw_rad), b.size_m.x(),   b.size_m.y()};
  };
  for (const double yaw_rad : {0.0, 0.3, 0.6})
    for (double column_m = 1.6; column_m < 3.4; column_m += 0.2) {
      SyntheticScene scene;
      scene.blocks.push_back({4.0, 9.0, yaw_rad, 4.4, 1.8, 0.8, 0.2});
      scene.blocks.push_back({4.0, 9.0, yaw_rad, 3.6, 1.4, 0.6, 1.0});
      scene.blocks.push_back({column_m, 5.4, 0.0, 0.3, 0.3, 4.0});
      const auto boxes = detect(scene);
      EXPECT_FALSE(boxes.empty());
      for (std::size_t i = 0; i < boxes.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
          const auto own = footprint(boxes[i]);
          const auto other = footprint(boxes[k]);
          const double smaller_m2 = std::min(own.length_m * own.width_m, other.length_m * other.width_m);
          EXPECT_LE(tracking::common_area(own, other), 0.3 * smaller_m2) << yaw_rad << ' ' << column_m;
        }
    }
}

TEST(LidarObjects, KeepTwoParkedCarsApart) {
  SyntheticScene scene;
  add_car(scene, 10.0, -4.0);
  add_car(scene, 16.0, -4.0);
  EXPECT_EQ(detect(scene).size(), 2U);
}

TEST(LidarObjects, DoNotTakeAWallForATruck) {
  SyntheticScene scene;
  scene.blocks.push_back({10.0, 9.0, 0.0, 8.0, 0.4, 6.0});
  EXPECT_TRUE(detect(scene).empty());
}

TEST(LidarObjects, FindATruckWithRoomBetweenItsWheels) {
  SyntheticScene scene;
  scene.blocks.push_back({16.0, 4.0, 0.0, 8.0, 2.5, 2.6, 0.9});
  for (const double x : {13.0, 18.5}) scene.blocks.push_back({x, 4.0, 0.0, 1.0, 2.4, 1.0});
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].object_class, ObjectClass::kTruck);
  EXPECT_NEAR(boxes[0].centre_m.x(), 16.0, 0.6);
}

TEST(LidarObjects, TellPeopleFromPoles) {
  SyntheticScene scene;
  scene.blocks.push_back({14.0, 3.0, 0.0, 0.45, 0.5, 1.75});
  scene.blocks.push_back({14.0, -3.0, 0.0, 0.12, 0.12, 5.0});
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].object_class, ObjectClass::kPedestrian);
  EXPECT_NEAR(boxes[0].centre_m.y(), 3.0, 0.2);
}

/// Its front is wider than a piece of a car's side needs to be, and lies across the line of sight.
TEST(LidarObjects, ATruckThatComesLiesAlongItsWay) {
  SyntheticScene scene;
  scene.blocks.push_back({45.0, 3.0, 0.0, 8.0, 2.5, 1.9, 0.4});
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].object_class, ObjectClass::kTruck);
  EXPECT_NEAR(boxes[0].yaw_rad, 0.0, 0.1);
  EXPECT_NEAR(boxes[0].centre_m.x() - 0.5 * boxes[0].size_m.x(), 41.0, 0.2);
}

/// Near the vehicle they reach above the highest beam, as posts do.
TEST(LidarObjects, FindPeopleBesideTheVehicle) {
  SyntheticScene scene;
  scene.blocks.push_back({1.0, 4.5, 0.0, 0.45, 0.5, 1.85});
  add_cyclist(scene, 1.0, -4.5);
  scene.blocks.push_back({-4.0, 4.5, 0.0, 0.15, 0.15, 5.0});
  const auto boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 2U);
  for (const Box3& box : boxes)
    EXPECT_EQ(box.object_class, box.centre_m.y() > 0.0 ? ObjectClass::kPedestrian : ObjectClass::kCyclist);
}

/// The cells between them are not empty.
TEST(LidarObjects, FindWhoPassesAParkedCar) {
  for (const double side : {-1.0, 1.0}) {
    SyntheticScene scene;
    add_car(scene, 20.0, 3.0 * side);
    scene.blocks.push_back({17.5, 1.6 * side, 0.0, 0.5, 0.5, 1.75});
    scene.blocks.push_back({14.0, -8.0 * side, 0.0, 0.12, 0.12, 5.0});  // shows how high the lidar sees
    const auto boxes = detect(scene);
    EXPECT_EQ(boxes.size(), 2U) << side;
    for (const Box3& box : boxes)
      EXPECT_EQ(box.object_class, side * box.centre_m.y() > 2.2 ? ObjectClass::kCar : ObjectClass::kPedestrian) << side;
  }
}

Shape rear_of_car() {
  Shape shape;
  shape.rectangle.low_m = {20.0F, -0.8F};
  shape.rectangle.high_m = {21.2F, 0.8F};
  shape.bottom_m = 0.3F;
  shape.top_m = 1.45F;
  shape.range_m = 20.0F;
  shape.sight_m = 2.4F;
  shape.points = 12;
  return shape;
}

TEST(Judge, TheEdgeOfARoofAloneIsNothing) {
  Shape shape = rear_of_car();
  ASSERT_TRUE(judge(shape, {}));
  shape.bottom_m = 1.42F;
  EXPECT_FALSE(judge(shape, {}));
}

TEST(Judge, WhatIsRoughIsNoCar) {
  Shape shape = rear_of_car();
  shape.roughness_m = 0.05F;
  ASSERT_TRUE(judge(shape, {}));
  shape.roughness_m = 0.13F;
  EXPECT_FALSE(judge(shape, {}));
}

TEST(Judge, FewReturnsWithDepthAreSurerThanAsManyInOneLine) {
  Shape shape = rear_of_car();
  const double with_depth = judge(shape, {}).value().score;
  shape.rectangle.high_m[0] = 20.1F;
  EXPECT_GT(with_depth, judge(shape, {}).value().score + 0.15);
}

TEST(Judge, APieceOfAWallIsNoTruck) {
  Shape shape = rear_of_car();
  shape.rectangle.low_m = {30.0F, -2.5F};
  shape.rectangle.high_m = {30.1F, 2.5F};
  shape.top_m = 3.0F;
  shape.sight_m = 4.0F;
  shape.points = 200;
  EXPECT_TRUE(judge(shape, {}));
  shape.points = 10;
  EXPECT_FALSE(judge(shape, {}));
}

TEST(LidarObjects, ReadPointsWithNanAndInfinityBetween) {
  SyntheticScene scene;
  add_car(scene, 15.0, 0.0);
  const auto clean = scene.scan();
  std::vector<std::array<float, 4>> dirty;
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < clean.size(); ++i) {
    dirty.push_back(clean[i]);
    if (i % 3 == 0) dirty.push_back({kNan, kNan, kNan, 0.0F});
    if (i % 7 == 0) dirty.push_back({kInfinity, 1.0F, -kInfinity, 0.0F});
  }
  LidarObjects detector({});
  const auto first = detector.detect(cloud_span(clean), scene.T_vehicle_lidar());
  const std::vector<Box3> expected(first.begin(), first.end());
  const auto boxes = detector.detect(cloud_span(dirty), scene.T_vehicle_lidar());
  ASSERT_EQ(boxes.size(), expected.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) EXPECT_EQ(boxes[i].centre_m, expected[i].centre_m);
}

TEST(LidarObjects, RememberNothingFromOneCloudToTheNext) {
  SyntheticScene scene;
  add_car(scene, 15.0, 0.0);
  SyntheticScene other;
  add_car(other, 20.0, 3.0, 0.7);
  const auto points = scene.scan();
  const auto others = other.scan();
  LidarObjects detector({});
  const auto first = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  const std::vector<Box3> expected(first.begin(), first.end());
  (void)detector.detect(cloud_span(others), other.T_vehicle_lidar());
  const auto again = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  ASSERT_EQ(again.size(), expected.size());
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].centre_m, expected[i].centre_m);
}

TEST(LidarObjects, AllocateNothingOnceWarm) {
  SyntheticScene scene;
  add_car(scene, 15.0, 0.0);
  add_car(scene, 10.0, -5.0);
  const auto points = scene.scan();
  LidarObjects detector({});
  (void)detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  const auto before = allocations();
  const auto boxes = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  EXPECT_EQ(allocations(), before);
  EXPECT_EQ(boxes.size(), 2U);
}

}  // namespace
}  // namespace ocelli::perception
