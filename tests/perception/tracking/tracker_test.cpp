#include "ocelli/perception/tracking/tracker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ocelli/tests/perception/allocation_counter.hpp"

namespace ocelli::tracking {
namespace {

Detection3 car_at(double x_m, double y_m, double score = 8.0, double yaw_rad = 0.0) {
  Detection3 detection;
  detection.p_vehicle = {x_m, y_m, 0.0};
  detection.yaw_rad = yaw_rad;
  detection.length_m = 4.0;
  detection.width_m = 1.8;
  detection.height_m = 1.5;
  detection.score = score;
  return detection;
}

Measurements at(int frame, std::span<const Detection3> detections) {
  Measurements measurements;
  measurements.stamp = Time{frame * 100ms};
  measurements.lidar = detections;
  measurements.ego = Ego{};
  return measurements;
}

TEST(Tracker, FollowsAMovingCarWithOneIdAndItsSpeed) {
  Tracker tracker{Config{}};
  std::uint32_t id = 0;
  for (int frame = 0; frame < 30; ++frame) {
    const std::vector<Detection3> cars{car_at(10.0 + 1.5 * frame, 2.0)};
    ASSERT_TRUE(tracker.update(at(frame, cars)));
    ASSERT_EQ(tracker.tracks().size(), 1U) << frame;
    if (id == 0) id = tracker.tracks()[0].id;
    EXPECT_EQ(tracker.tracks()[0].id, id);
  }
  EXPECT_NEAR(tracker.tracks()[0].v_world.x(), 15.0, 0.5);
  EXPECT_GT(tracker.tracks()[0].existence, 0.9);
}

TEST(Tracker, AStandingCarStandsWhileTheVehicleTurnsPitchesAndDrives) {
  Tracker tracker{Config{}};
  const Eigen::Vector3d p_world(30.0, 5.0, 0.5);
  for (int frame = 0; frame < 40; ++frame) {
    const Pose T =
        pose_from_xyz_rpy(0.5 * frame, 0.1 * frame, 0.0, 0.01 * std::sin(frame), 0.03 * std::cos(frame), 0.02 * frame);
    Detection3 car = car_at(0, 0, 8.0, -0.02 * frame);
    car.p_vehicle = T.inverse() * p_world;
    const std::vector<Detection3> cars{car};
    Measurements measurements = at(frame, cars);
    measurements.ego = Ego{.T_world_vehicle = T};
    ASSERT_TRUE(tracker.update(measurements));
  }
  ASSERT_EQ(tracker.tracks().size(), 1U);
  EXPECT_LT(tracker.tracks()[0].v_world.norm(), 0.3);
  EXPECT_LT((tracker.tracks()[0].p_world - p_world).norm(), 0.1);
}

TEST(Tracker, KeepsOneIdAndASymmetricCovarianceForTwoHundredFrames) {
  Tracker tracker{Config{}};
  for (int frame = 0; frame < 200; ++frame) {
    const double turn = 0.01 * frame;
    const std::vector<Detection3> cars{
        car_at(100.0 * std::sin(turn) + 0.1 * (frame % 3), 100.0 * (1.0 - std::cos(turn)), 8.0, turn)};
    ASSERT_TRUE(tracker.update(at(frame, cars)));
    ASSERT_EQ(tracker.tracks().size(), 1U) << frame;
    ASSERT_EQ(tracker.tracks()[0].id, 1U) << frame;
    const auto& P = tracker.tracks()[0].covariance;
    ASSERT_LT((P - P.transpose()).cwiseAbs().maxCoeff(), 1e-12 * P.cwiseAbs().maxCoeff()) << frame;
  }
}

TEST(Tracker, FillsAShortGapAndForgetsAfterALongOne) {
  Tracker tracker{Config{}};
  for (int frame = 0; frame < 20; ++frame) {
    const std::vector<Detection3> cars{car_at(10.0 + frame, 0.0)};
    ASSERT_TRUE(tracker.update(at(frame, cars)));
  }
  const std::uint32_t id = tracker.tracks()[0].id;
  ASSERT_TRUE(tracker.update(at(20, {})));
  ASSERT_EQ(tracker.tracks().size(), 1U);
  EXPECT_EQ(tracker.tracks()[0].id, id);
  EXPECT_EQ(tracker.tracks()[0].misses, 1U);
  EXPECT_NEAR(tracker.tracks()[0].p_world.x(), 30.0, 0.3);
  for (int frame = 21; frame < 120; ++frame) ASSERT_TRUE(tracker.update(at(frame, {})));
  EXPECT_TRUE(tracker.tracks().empty());
}

TEST(Tracker, ALateMeasurementGivesTheSameStateAsOneInTime) {
  Tracker in_time{Config{}};
  Tracker late{Config{}};
  for (int frame = 0; frame < 20; ++frame) {
    const std::vector<Detection3> cars{car_at(10.0 + frame, 0.1 * (frame % 3)), car_at(40.0 - frame, 6.0)};
    ASSERT_TRUE(in_time.update(at(frame, cars)));
    if (frame == 15) continue;
    ASSERT_TRUE(late.update(at(frame, cars)));
    if (frame != 18) continue;
    const std::vector<Detection3> old{car_at(25.0, 0.0), car_at(25.0, 6.0)};
    ASSERT_TRUE(late.update(at(15, old)));
  }
  ASSERT_EQ(late.tracks().size(), in_time.tracks().size());
  for (std::size_t i = 0; i < late.tracks().size(); ++i) {
    EXPECT_EQ(late.tracks()[i].id, in_time.tracks()[i].id);
    EXPECT_EQ(late.tracks()[i].p_world, in_time.tracks()[i].p_world);
    EXPECT_EQ(late.tracks()[i].covariance, in_time.tracks()[i].covariance);
    EXPECT_EQ(late.tracks()[i].existence, in_time.tracks()[i].existence);
  }
}

TEST(Tracker, RefusesWhatIsOlderThanItsMemory) {
  Tracker tracker{Config{}};
  for (int frame = 0; frame < 20; ++frame) ASSERT_TRUE(tracker.update(at(frame, {})));
  const Status status = tracker.update(at(3, {}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
}

TEST(Tracker, LeavesOutAndCountsBoxesThatAreNotFinite) {
  Tracker tracker{Config{}};
  Detection3 flat = car_at(20.0, 0.0);
  flat.width_m = 0.0;
  const std::vector<Detection3> cars{car_at(std::numeric_limits<double>::quiet_NaN(), 0.0), flat,
                                     car_at(10.0, 0.0, std::numeric_limits<double>::infinity()), car_at(30.0, 0.0)};
  ASSERT_TRUE(tracker.update(at(0, cars)));
  EXPECT_EQ(tracker.tracks().size(), 1U);
  EXPECT_EQ(tracker.rejected_detections(), 3U);
}

TEST(Tracker, TakesTheSurestOfAHundredThousandDetections) {
  Config config;
  Tracker tracker{config};
  std::vector<Detection3> cars;
  for (int i = 0; i < 100'000; ++i) cars.push_back(car_at(6.0 * (i % 300), 6.0 * (i / 300), i == 77'777 ? 15.0 : 1.0));
  for (int frame = 0; frame < 3; ++frame) ASSERT_TRUE(tracker.update(at(frame, cars)));
  EXPECT_LE(tracker.tracks().size(), static_cast<std::size_t>(config.max_tracks));
  bool is_surest_there = false;
  for (const Track& track : tracker.tracks())
    is_surest_there = is_surest_there || (std::abs(track.p_world.x() - 6.0 * (77'777 % 300)) < 1.0 &&
                                          std::abs(track.p_world.y() - 6.0 * (77'777 / 300)) < 1.0);
  EXPECT_TRUE(is_surest_there);
}

TEST(Tracker, ClassesDoNotTakeEachOthersDetections) {
  Tracker tracker{Config{}};
  Detection3 walker = car_at(10.0, 0.0, 4.0);
  walker.object_class = ObjectClass::kPedestrian;
  walker.length_m = 0.8;
  walker.width_m = 0.6;
  const std::vector<Detection3> first{car_at(10.0, 0.0)};
  const std::vector<Detection3> second{walker};
  ASSERT_TRUE(tracker.update(at(0, first)));
  ASSERT_TRUE(tracker.update(at(1, second)));
  ASSERT_EQ(tracker.tracks().size(), 2U);
  for (const Track& track : tracker.tracks()) EXPECT_EQ(track.hits, 1U);
}

CameraModel looking_ahead() {
  CameraModel camera;
  camera.P_image_vehicle << 600, -700, 0, 0, 180, 0, -700, 0, 1, 0, 0, 0;
  camera.width_px = 1200;
  camera.height_px = 360;
  return camera;
}

TEST(Tracker, TheCameraMakesAWeakDetectionSureAndItsAbsenceDoesNot) {
  const std::vector<Detection3> cars{car_at(20.0, 0.0, 0.5)};
  double existence[2];
  for (const bool is_seen : {false, true}) {
    Tracker tracker{Config{}};
    tracker.set_camera(looking_ahead());
    for (int frame = 0; frame < 5; ++frame) {
      Measurements measurements = at(frame, cars);
      const std::vector<Detection2> seen{{ObjectClass::kCar, {562, 153, 638, 210}, 0.95}};
      measurements.camera = is_seen ? std::span<const Detection2>(seen) : std::span<const Detection2>{};
      ASSERT_TRUE(tracker.update(measurements));
    }
    existence[is_seen ? 1 : 0] = tracker.tracks().empty() ? 0.0 : tracker.tracks()[0].existence;
  }
  EXPECT_GT(existence[1], existence[0]);
}

TEST(Tracker, AllocatesNothingAfterWarmUp) {
  Tracker tracker{Config{}};
  std::vector<Detection3> cars;
  for (int i = 0; i < 20; ++i) cars.push_back(car_at(6.0 * i, 3.0 * (i % 4)));
  for (int frame = 0; frame < 20; ++frame) ASSERT_TRUE(tracker.update(at(frame, cars)));
  const std::uint64_t before = perception::allocations();
  for (int frame = 20; frame < 200; ++frame) {
    for (Detection3& car : cars) car.p_vehicle.x() += 0.5;
    ASSERT_TRUE(tracker.update(at(frame, cars)));
  }
  EXPECT_EQ(perception::allocations(), before);
}

}  // namespace
}  // namespace ocelli::tracking
