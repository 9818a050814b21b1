// The tracker with the constants of the node `tracks`: boxes that show a part of an object, classes that change, an own
// motion that comes and goes.
#include "ocelli/perception/tracks/live_config.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ocelli::perception {
namespace {

Box3 car_box(double x_m, double y_m, double length_m = 4.4, double width_m = 1.8) {
  Box3 box;
  box.object_class = ObjectClass::kCar;
  box.centre_m = {x_m, y_m, 0.8};
  box.size_m = {length_m, width_m, 1.5};
  box.score = 0.9;
  box.is_length_seen = box.is_width_seen = true;
  return box;
}

class LiveTracker : public ::testing::Test {
 protected:
  LiveTracker() : tracker_(live_tracker_config()) {}

  void see(int frame, const std::vector<Box3>& boxes, const std::optional<tracking::Ego>& ego = tracking::Ego{}) {
    std::vector<tracking::Detection3> detections;
    for (const Box3& box : boxes) detections.push_back(detection_of(box));
    tracking::Measurements measurements;
    measurements.stamp = Time{frame * 100ms};
    measurements.lidar = detections;
    measurements.ego = ego;
    ASSERT_TRUE(tracker_.update(measurements));
  }
  [[nodiscard]] std::span<const tracking::Track> tracks() const { return tracker_.tracks(); }

  tracking::Tracker tracker_;
};

TEST_F(LiveTracker, ReportsAnObjectFromItsThirdBox) {
  see(0, {car_box(20, 0)});
  EXPECT_TRUE(tracks().empty());
  see(1, {car_box(20, 0)});
  see(2, {car_box(20, 0)});
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_EQ(tracks()[0].age, 3U);
  EXPECT_EQ(tracks()[0].hits, 3U);
  EXPECT_EQ(tracks()[0].sources, tracking::kSourceLidar);
}

TEST_F(LiveTracker, TheSideTowardsTheSensorStaysWhereItWasSeenWhenLessOfTheObjectIsSeen) {
  for (int frame = 0; frame < 20; ++frame) see(frame, {car_box(20, 0)});
  const double rear_m = 20.0 - 2.2;
  for (int frame = 20; frame < 30; ++frame) {
    Box3 rear = car_box(rear_m + 0.5, 0, 1.0);  // only a metre of it
    rear.is_length_seen = false;
    see(frame, {rear});
    ASSERT_EQ(tracks().size(), 1U);
    EXPECT_NEAR(tracks()[0].p_world.x() - 0.5 * tracks()[0].length_m, rear_m, 0.15);
    EXPECT_NEAR(tracks()[0].length_m, 4.4, 0.1);
  }
}

TEST_F(LiveTracker, OneBoxAcrossDoesNotTurnACarAndManyDo) {
  for (int frame = 0; frame < 10; ++frame) see(frame, {car_box(20, 3)});
  Box3 across = car_box(20, 3);
  across.yaw_rad = M_PI_2;
  across.size_m = {1.8, 4.4, 1.5};
  see(10, {across});
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_NEAR(std::sin(tracks()[0].yaw_rad), 0.0, 0.1);
  EXPECT_NEAR(tracks()[0].length_m, 4.4, 0.2);
  for (int frame = 11; frame < 40; ++frame) {
    Box3 turned = car_box(20, 3);
    turned.yaw_rad = M_PI_2;
    see(frame, {turned});
  }
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_NEAR(std::abs(std::sin(tracks()[0].yaw_rad)), 1.0, 0.1);
}

TEST_F(LiveTracker, TheClassIsThatOfMostBoxes) {
  for (int frame = 0; frame < 30; ++frame) {
    Box3 box = car_box(20, 0);
    if (frame % 4 == 1) box.object_class = ObjectClass::kTruck;
    see(frame, {box});
  }
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_EQ(tracks()[0].id, 1U);
  EXPECT_EQ(tracks()[0].object_class, ObjectClass::kCar);
}

TEST_F(LiveTracker, MotionTurnsACarThatWasTakenForOneGoingTheOtherWay) {
  for (int frame = 0; frame < 30; ++frame) see(frame, {car_box(50.0 - frame, 3)});
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_NEAR(std::cos(tracks()[0].yaw_rad), -1.0, 0.05);
  EXPECT_NEAR(tracks()[0].v_world.x(), -10.0, 0.5);
}

/// The front of a truck that comes, taken for a piece of a side: its heading is not known, and forbids no motion.
TEST_F(LiveTracker, AFaceTakenForASideDoesNotHoldATruckInPlace) {
  for (int frame = 0; frame < 12; ++frame) {
    Box3 front = car_box(60.0 - frame, 3, 4.3, 1.8);
    front.yaw_rad = -M_PI_2;
    front.is_length_seen = front.is_width_seen = false;
    see(frame, {front});
  }
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_EQ(tracks()[0].id, 1U);
  EXPECT_NEAR(tracks()[0].v_world.x(), -10.0, 1.5);
}

TEST_F(LiveTracker, KeepsIdsWhenTheOwnMotionIsLostAndFound) {
  // The vehicle drives at 10 m/s along y of the world past a standing car.
  const auto ego_at = [](int frame) {
    return tracking::Ego{pose_from_xyz_rpy(5.0, 1.0 * frame, 0.0, 0.0, 0.0, M_PI_2), 10.0, 0.0};
  };
  const auto box_at = [](int frame) { return car_box(60.0 - 1.0 * frame, -4.0); };
  for (int frame = 0; frame < 10; ++frame) see(frame, {box_at(frame)}, ego_at(frame));
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_TRUE(tracker_.is_world());
  EXPECT_NEAR(tracks()[0].p_world.y(), 60.0, 0.2);
  EXPECT_NEAR(tracks()[0].v_world.norm(), 0.0, 0.4);
  for (int frame = 10; frame < 20; ++frame) {
    see(frame, {box_at(frame)}, std::nullopt);
    ASSERT_EQ(tracks().size(), 1U);
    EXPECT_EQ(tracks()[0].id, 1U);
    EXPECT_FALSE(tracker_.is_world());
    EXPECT_NEAR(tracks()[0].p_world.x(), 60.0 - frame, 0.3);
    EXPECT_NEAR(tracks()[0].v_world.x(), -10.0, 0.8);
  }
  for (int frame = 20; frame < 30; ++frame) {
    see(frame, {box_at(frame)}, ego_at(frame));
    ASSERT_EQ(tracks().size(), 1U);
    EXPECT_EQ(tracks()[0].id, 1U);
    EXPECT_NEAR(tracks()[0].p_world.y(), 60.0, 0.4);
    EXPECT_NEAR(tracks()[0].v_world.norm(), 0.0, 0.8);
  }
}

}  // namespace
}  // namespace ocelli::perception
