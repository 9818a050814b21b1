#include "ocelli/perception/radar_objects/radar_objects.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ocelli/hal/sim/sim.hpp"
#include "ocelli/perception/radar_objects/radar_objects_node.hpp"
#include "ocelli/tests/perception/allocation_counter.hpp"

namespace ocelli::perception {
namespace {

constexpr Time kStart = from_ns(1'000'000'000'000);
const Pose kFront = pose_from_xyz_rpy(3.6, 0.0, 0.5, 0.0, 0.0, 0.0);

/// What a sensor at kFront sees of something at a place with a velocity over ground (vehicle axes).
RadarDetection seen(const Eigen::Vector2d& place, const Eigen::Vector2d& velocity, const RadarEgo& ego) {
  const Eigen::Vector2d way = place - kFront.translation().head<2>();
  const Eigen::Vector2d own(ego.speed_mps, ego.yaw_rate_rps * kFront.translation().x());
  return {way.norm(), std::atan2(way.y(), way.x()), way.normalized().dot(velocity - own), 10.0};
}

TEST(RadarObjects, TheVehiclesOwnMotionIsTakenOut) {
  RadarObjects radar({});
  const RadarEgo ego{15.0, 0.3};
  const std::vector<RadarDetection> scan = {seen({30, 8}, {0, 0}, ego), seen({31, 8}, {0, 0}, ego),
                                            seen({40, -2}, {9, 1}, ego), seen({41, -2}, {9, 1}, ego)};
  const auto objects = radar.detect(scan, kStart, kFront, {}, ego);
  ASSERT_EQ(objects.size(), 2U);
  const RadarObject& standing = objects[0].centre_m.x() < 35 ? objects[0] : objects[1];
  const RadarObject& car = objects[0].centre_m.x() < 35 ? objects[1] : objects[0];
  EXPECT_NEAR(standing.radial_mps, 0.0, 1e-9);
  EXPECT_FALSE(standing.is_moving);
  EXPECT_NEAR(standing.centre_m.x(), 30.5, 1e-6);
  const Eigen::Vector2d direction = (car.centre_m - kFront.translation().head<2>()).normalized();
  EXPECT_NEAR(car.radial_mps, direction.dot(Eigen::Vector2d(9, 1)), 0.01);
  EXPECT_TRUE(car.is_moving);
  EXPECT_EQ(car.detections, 2U);
  EXPECT_NEAR(car.length_m, 1.0, 0.01);
}

TEST(RadarObjects, WithoutEgoMotionNothingIsSaidToMove) {
  RadarObjects radar({});
  const std::vector<RadarDetection> scan = {{20, 0, -9, 10}, {20.5, 0, -9, 10}};
  const auto objects = radar.detect(scan, kStart, kFront, {}, std::nullopt);
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_FALSE(objects[0].is_moving);
  EXPECT_NEAR(objects[0].range_rate_mps, -9.0, 1e-9);
}

TEST(RadarObjects, NeighboursWithOtherSpeedsAreOtherObjects) {
  RadarObjects radar({});
  const std::vector<RadarDetection> scan = {
      {20, 0.00, 0, 10}, {20, 0.01, 0, 10}, {20.3, 0.00, 5, 10}, {20.3, 0.01, 5, 10}};
  EXPECT_EQ(radar.detect(scan, kStart, kFront, {}, RadarEgo{}).size(), 2U);
}

TEST(RadarObjects, ASingleDetectionCountsWhenTheScanBeforeHadItToo) {
  RadarObjects radar({});
  const RadarEgo ego{10.0, 0.0};
  const auto at = [&](double x) { return std::vector<RadarDetection>{seen({x, 0}, {20, 0}, ego)}; };
  EXPECT_TRUE(radar.detect(at(40), kStart, kFront, {}, ego).empty());
  // 20 m/s over ground, the vehicle 10: 0.5 m farther after 50 ms.
  EXPECT_EQ(radar.detect(at(40.5), kStart + 50ms, kFront, {}, ego).size(), 1U);
  EXPECT_TRUE(radar.detect(at(80), kStart + 100ms, kFront, {}, ego).empty()) << "somewhere else: clutter";
  EXPECT_TRUE(radar.detect(at(80.5), kStart + 1s, kFront, {}, ego).empty()) << "too long ago";
}

TEST(RadarObjects, DetectionsThatAreNoNumbersAreLeftOutAndCounted) {
  RadarObjects radar({});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<RadarDetection> scan = {{nan, 0, 0, 0}, {10, nan, 0, 0}, {10, 0, nan, 0}, {-1, 0, 0, 0}};
  EXPECT_TRUE(radar.detect(scan, kStart, kFront, {}, RadarEgo{}).empty());
  EXPECT_EQ(radar.left_out(), 4U);
}

TEST(RadarObjectsNode, AScanWithoutAnyNumberIsNoEmptyRoad) {
  RadarObjectsNode node({});
  const auto step = [&](std::initializer_list<float> ranges_m, RadarObjectsNode::Out& out) {
    ocelli::msg::RadarDetections scan;
    for (const float range_m : ranges_m) scan.detections().emplace_back().range_m(range_m);
    RadarObjectsNode::In in;
    in.scan.bind(std::vector{input_sample<topics::RadarDetections>(scan, kStart)});
    in.ego.bind({});
    return node.step(in, out);
  };
  RadarObjectsNode::Out nothing_there;
  EXPECT_TRUE(step({}, nothing_there));
  EXPECT_NE(nothing_there.objects.message(), nullptr);
  RadarObjectsNode::Out no_data;
  EXPECT_FALSE(step({NAN, NAN}, no_data));
  EXPECT_EQ(no_data.objects.message(), nullptr);
  RadarObjectsNode::Out some;
  EXPECT_TRUE(step({NAN, 20.0F}, some));
  EXPECT_EQ(some.objects.left_out(), 1U);
}

TEST(RadarObjects, AllocatesNothingAfterTheFirstScans) {
  RadarObjects radar({});
  std::vector<RadarDetection> scan;
  for (int i = 0; i < 1000; ++i) scan.push_back({5.0 + i % 100, 0.01 * (i / 10) - 0.5, 0.1 * (i % 7), 5.0});
  for (int i = 0; i < 3; ++i) static_cast<void>(radar.detect(scan, kStart + i * 50ms, kFront, {}, RadarEgo{8.0, 0.1}));
  const std::uint64_t before = allocations();
  for (int i = 3; i < 6; ++i) static_cast<void>(radar.detect(scan, kStart + i * 50ms, kFront, {}, RadarEgo{8.0, 0.1}));
  EXPECT_EQ(allocations() - before, 0U);
}

/// What the street's radar objects were worth against the truth of the same instant.
struct Judged {
  int moving = 0;
  int wrong = 0;
  int matched = 0;
  double square_sum = 0.0;

  void judge(const RadarObject& object, const ocelli::msg::Tracks& truth, const Pose& T_vehicle_world) {
    if (!object.is_moving || object.centre_m.norm() > 60.0) return;
    ++moving;
    const Eigen::Vector2d direction = (object.centre_m - Eigen::Vector2d(3.6, 0.0)).normalized();
    std::optional<double>
        true_mps;  // of what moves near it, the most alike: streams of traffic pass each other closely
    for (const auto& track : truth.tracks()) {
      const Eigen::Vector3d p =
          T_vehicle_world * Eigen::Vector3d(track.position().x(), track.position().y(), track.position().z());
      const Eigen::Vector3d v =
          T_vehicle_world.linear() * Eigen::Vector3d(track.velocity().x(), track.velocity().y(), 0.0);
      if ((p.head<2>() - object.centre_m).norm() > 4.0 || v.norm() < 0.5) continue;
      const double radial_mps = direction.dot(v.head<2>());
      const double off_mps = std::abs(radial_mps - object.radial_mps);
      if (off_mps < (true_mps ? std::abs(*true_mps - object.radial_mps) : 1.5)) true_mps = radial_mps;
    }
    if (!true_mps) {
      ++wrong;
      return;
    }
    ++matched;
    square_sum += (object.radial_mps - *true_mps) * (object.radial_mps - *true_mps);
  }
};

/// The simulated street with noise, clutter and dropouts: what moves is found with its radial velocity.
TEST(RadarObjects, TheSimulatedStreetsMovingCarsHaveTheirRadialVelocity) {
  auto scenario = *sim::load_scenario(OCELLI_SOURCE_DIR "/hal/sim/scenarios/urban.yaml");
  scenario.sensors.lidars.clear();
  scenario.sensors.cameras.clear();
  scenario.sensors.truth.ego_rate_hz = 10.0;
  scenario.sensors.radars[0].rate_hz = 10.0;
  sim::SimOptions options;
  options.topics = {"truth/ego_motion", "radar/front", "truth/tracks"};
  auto source = *sim::open_sim(scenario, options);
  RadarObjects radar({});
  ocelli::msg::EgoMotion ego;
  std::vector<RadarObject> objects;
  Judged judged;
  while (true) {
    const auto message = *source->next();
    if (!message || message->sensed_at >= options.begin + 30s) break;
    const std::string& topic = source->topics()[message->topic].name;
    if (topic == "truth/ego_motion") {
      ASSERT_TRUE(topics::decode(message->cdr->bytes(), ego));
    } else if (topic == "radar/front") {
      ocelli::msg::RadarDetections scan;
      ASSERT_TRUE(topics::decode(message->cdr->bytes(), scan));
      std::vector<RadarDetection> detections;
      for (const auto& d : scan.detections())
        detections.push_back({d.range_m(), d.azimuth_rad(), d.range_rate_mps(), d.rcs_dbsm()});
      const auto found = radar.detect(detections, message->sensed_at, pose_of(scan.pose()), {0.15, 0.0087, 0.1},
                                      RadarEgo{ego.speed_mps(), ego.yaw_rate_rps()});
      objects.assign(found.begin(), found.end());
    } else {
      ocelli::msg::Tracks truth;
      ASSERT_TRUE(topics::decode(message->cdr->bytes(), truth));
      for (const RadarObject& object : objects) judged.judge(object, truth, pose_of(ego.pose()).inverse());
    }
  }
  const double rmse_mps = std::sqrt(judged.square_sum / judged.matched);
  RecordProperty("moving", judged.moving);
  RecordProperty("wrong", judged.wrong);
  RecordProperty("radial_rmse_mps", std::to_string(rmse_mps));
  EXPECT_GT(judged.matched, 300);
  EXPECT_LE(judged.wrong, judged.moving / 20);
  EXPECT_LE(rmse_mps, 0.3);
}

}  // namespace
}  // namespace ocelli::perception
