#include "ocelli/perception/lidar_objects/lidar_objects.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ocelli/tests/perception/allocation_counter.hpp"
#include "ocelli/tests/perception/synthetic_cloud.hpp"

namespace ocelli::perception {
namespace {

std::string text_of(std::span<const Box3> boxes) {
  std::string text;
  for (const Box3& box : boxes)
    text += fmt::format("{} {:.2f} at {:.2f} {:.2f} {:.2f}, yaw {:.2f}, {:.2f} x {:.2f} x {:.2f} m, {} returns\n",
                        to_string(box.object_class), box.score, box.centre_m.x(), box.centre_m.y(), box.centre_m.z(),
                        box.yaw_rad, box.size_m.x(), box.size_m.y(), box.size_m.z(), box.points);
  return text;
}

std::vector<Box3> detect(const SyntheticScene& scene) {
  LidarObjects detector({});
  const auto points = scene.scan();
  const auto boxes = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  return {boxes.begin(), boxes.end()};
}

Block car_at(double x, double y, double yaw_rad = 0.0) { return {x, y, yaw_rad, 4.4, 1.8, 1.5}; }

TEST(LidarObjects, EmptyRoadHasNoObjects) { EXPECT_TRUE(detect({}).empty()); }

TEST(LidarObjects, FindsCarsFromAllSidesWhereTheyAre) {
  SyntheticScene scene;
  scene.blocks = {car_at(12.0, 0.0), car_at(18.0, 6.0), car_at(-15.0, -5.0), car_at(3.0, -8.0), car_at(25.0, -7.0, 1.2)};
  const std::vector<Box3> boxes = detect(scene);
  ASSERT_EQ(boxes.size(), scene.blocks.size()) << text_of(boxes);
  for (const Block& car : scene.blocks) {
    const auto near = std::find_if(boxes.begin(), boxes.end(), [&](const Box3& box) {
      return std::hypot(box.centre_m.x() - car.x, box.centre_m.y() - car.y) < 0.4;
    });
    ASSERT_NE(near, boxes.end()) << "car at " << car.x << ", " << car.y;
    EXPECT_EQ(near->object_class, ObjectClass::kCar);
    EXPECT_NEAR(near->size_m.z(), car.height, 0.25);
    EXPECT_NEAR(near->centre_m.z(), 0.5 * car.height, 0.25);
    EXPECT_NEAR(std::remainder(near->yaw_rad - car.yaw_rad, M_PI), 0.0, 0.1) << "car at " << car.x << ", " << car.y;
  }
}

TEST(LidarObjects, RearFaceOfACarAheadLiesOnItsReturnsAndTheLengthBehindIsTheClasss) {
  SyntheticScene scene;
  scene.blocks = {{10.0 + 2.0, 0.0, 0.0, 4.0, 1.8, 1.8}};  // higher than the sensor: nothing but the rear is seen
  const std::vector<Box3> boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U) << text_of(boxes);
  EXPECT_NEAR(boxes[0].centre_m.x() - 0.5 * boxes[0].size_m.x(), 10.0, 0.1);
  EXPECT_NEAR(boxes[0].size_m.x(), BoxesConfig{}.car_length_m, 0.01);
  EXPECT_FALSE(boxes[0].is_length_seen);
  EXPECT_TRUE(boxes[0].is_width_seen);
}

TEST(LidarObjects, TellsPedestriansFromCarsAndTrucks) {
  SyntheticScene scene;
  scene.blocks = {{10.0, 3.0, 0.0, 0.4, 0.5, 1.7}, {20.0, -5.0, 0.0, 8.0, 2.5, 3.2}, car_at(15.0, 8.0)};
  const std::vector<Box3> boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 3U) << text_of(boxes);
  for (const Box3& box : boxes) {
    const ObjectClass expected = box.centre_m.y() < 0.0   ? ObjectClass::kTruck
                                 : box.centre_m.y() < 5.0 ? ObjectClass::kPedestrian
                                                          : ObjectClass::kCar;
    EXPECT_EQ(box.object_class, expected) << "at " << box.centre_m.transpose();
  }
}

TEST(LidarObjects, WallsKerbsAndPolesAreNoObjects) {
  SyntheticScene scene;
  scene.blocks = {{10.0, 12.0, 0.0, 60.0, 0.4, 6.0}, {10.0, -6.0, 0.0, 60.0, 0.4, 0.14}, {12.0, 7.0, 0.0, 0.2, 0.2, 6.0}};
  const std::vector<Box3> boxes = detect(scene);
  EXPECT_TRUE(boxes.empty()) << text_of(boxes);
}

TEST(LidarObjects, CarBesideAWallIsFoundAlone) {
  SyntheticScene scene;
  scene.blocks = {{10.0, 6.0, 0.0, 60.0, 0.4, 5.0}, car_at(14.0, 4.4)};
  const std::vector<Box3> boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U) << text_of(boxes);
  EXPECT_NEAR(boxes[0].centre_m.y(), 4.4, 0.3);
}

TEST(LidarObjects, CarUnderACanopyKeepsItsHeight) {
  SyntheticScene scene;
  scene.blocks = {car_at(20.0, 0.0), {20.0, 0.0, 0.0, 5.0, 5.0, 1.0, 2.2}};
  const std::vector<Box3> boxes = detect(scene);
  ASSERT_EQ(boxes.size(), 1U) << text_of(boxes);
  EXPECT_NEAR(boxes[0].size_m.z(), 1.5, 0.2);
}

TEST(LidarObjects, SlopesAreGround) {
  for (const double slope : {-0.06, 0.06}) {
    SyntheticScene scene;
    scene.slope_x = slope;
    scene.blocks = {car_at(18.0, 3.0)};
    const std::vector<Box3> boxes = detect(scene);
    ASSERT_EQ(boxes.size(), 1U) << "slope " << slope;
    EXPECT_NEAR(boxes[0].centre_m.z(), 0.75 + slope * 18.0, 0.25);
  }
}

TEST(LidarObjects, SameCloudGivesTheSameBoxesWhateverCameBefore) {
  SyntheticScene scene;
  scene.blocks = {car_at(12.0, 0.0), car_at(18.0, 6.0), {9.0, -4.0, 0.3, 0.5, 0.5, 1.7}};
  SyntheticScene other;
  other.blocks = {car_at(30.0, 2.0, 0.7)};
  const auto points = scene.scan();
  const auto other_points = other.scan();
  LidarObjects detector({});
  const auto first = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  const std::vector<Box3> expected(first.begin(), first.end());
  (void)detector.detect(cloud_span(other_points), scene.T_vehicle_lidar());
  const auto again = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  ASSERT_EQ(again.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(again[i].centre_m, expected[i].centre_m);
    EXPECT_EQ(again[i].size_m, expected[i].size_m);
    EXPECT_EQ(again[i].yaw_rad, expected[i].yaw_rad);
    EXPECT_EQ(again[i].score, expected[i].score);
  }
}

TEST(LidarObjects, TakesNoMemoryOnceItHasSeenTheCloud) {
  SyntheticScene scene;
  scene.blocks = {car_at(12.0, 0.0), car_at(18.0, 6.0), {9.0, -4.0, 0.3, 0.5, 0.5, 1.7}};
  const auto points = scene.scan();
  LidarObjects detector({});
  (void)detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  const std::uint64_t before = allocations();
  const auto boxes = detector.detect(cloud_span(points), scene.T_vehicle_lidar());
  EXPECT_EQ(allocations(), before);
  EXPECT_EQ(boxes.size(), 3U) << text_of(boxes);
}

TEST(LidarObjects, BadPointsAreNoReturns) {
  SyntheticScene scene;
  scene.blocks = {car_at(12.0, 0.0)};
  auto points = scene.scan();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < 2000; ++i) {
    points.push_back({nan, nan, nan, 0.0F});
    points.push_back({inf, 0.0F, 0.0F, 0.0F});
    points.push_back({10.0F, -inf, 1e30F, 0.0F});
    points.push_back({5.0F, 5.0F, -1e20F, 0.0F});
  }
  LidarObjects detector({});
  EXPECT_EQ(detector.detect(cloud_span(points), scene.T_vehicle_lidar()).size(), 1U);
}

TEST(LidarObjects, EmptyCloudHasNoReturns) {
  LidarObjects detector({});
  EXPECT_TRUE(detector.detect({}, Pose::Identity()).empty());
  EXPECT_EQ(detector.returns(), 0U);
}

TEST(LidarObjects, ReadsAnyPointLayout) {
  SyntheticScene scene;
  scene.blocks = {car_at(12.0, 0.0)};
  const auto points = scene.scan();
  constexpr std::uint32_t kStep = 29;
  std::vector<std::byte> bytes(points.size() * kStep + 5);
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::memcpy(bytes.data() + i * kStep + 7, &points[i][2], 4);
    std::memcpy(bytes.data() + i * kStep + 13, &points[i][0], 4);
    std::memcpy(bytes.data() + i * kStep + 20, &points[i][1], 4);
  }
  LidarObjects detector({});
  const auto boxes = detector.detect({bytes, kStep, 13, 20, 7}, scene.T_vehicle_lidar());
  ASSERT_EQ(boxes.size(), 1U) << text_of(boxes);
  EXPECT_NEAR(boxes[0].centre_m.x(), 12.0, 0.4);
}

TEST(LidarObjects, ReturnsFromTheOwnBodyAreIgnored) {
  SyntheticScene scene;
  scene.blocks = {{2.9, 0.0, 0.0, 0.3, 1.6, 1.2}};  // a bonnet ahead of the sensor
  const std::vector<Box3> boxes = detect(scene);
  EXPECT_TRUE(boxes.empty()) << text_of(boxes);
}

}  // namespace
}  // namespace ocelli::perception
