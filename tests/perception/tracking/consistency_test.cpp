// What the tracker promises of a simulated object that a lidar sees in part: the same drive many times, with other cars
// and other noise.
#include <gtest/gtest.h>

#include <Eigen/LU>

#include <random>

#include "ocelli/perception/tracking/tracker.hpp"
#include "ocelli/perception/tracks/live_config.hpp"

namespace ocelli::tracking {
namespace {

constexpr int kRuns = 200;
constexpr double kNoise_m = 0.05;  // of a near side, from scan to scan

/// A car 20 m ahead that shows its rear alone; its length is a guess. It drives along x.
class RearOfACar {
 public:
  explicit RearOfACar(unsigned seed) : random_(seed) {
    Config config = perception::live_tracker_config();
    config.lidar_x_m = 0.0;
    tracker_.emplace(config);
    length_m_ = 4.3 + 0.5 * normal_(random_);
  }

  void scan(double speed_mps) {
    if (scans_ > 0) rear_m_ += 0.1 * speed_mps;
    Detection3 seen;
    seen.length_m = 4.3;
    seen.width_m = 1.8;
    seen.height_m = 1.5;
    seen.p_vehicle = {rear_m_ + 0.5 * seen.length_m + kNoise_m * normal_(random_), 2.0 + kNoise_m * normal_(random_),
                      0.75};
    seen.score = 3.0;
    seen.is_length_seen = false;
    const std::vector<Detection3> boxes{seen};
    Measurements measurements;
    measurements.stamp = Time{scans_++ * 100ms};
    measurements.ego = Ego{};
    measurements.lidar = boxes;
    ASSERT_TRUE(tracker_->update(measurements));
  }

  [[nodiscard]] const Track& track() const { return tracker_->tracks().front(); }
  [[nodiscard]] bool is_tracked() const { return tracker_->tracks().size() == 1; }
  [[nodiscard]] double position_nees() const {
    const Eigen::Vector2d off = track().p_world.head<2>() - Eigen::Vector2d(rear_m_ + 0.5 * length_m_, 2.0);
    return off.dot(track().covariance.topLeftCorner<2, 2>().inverse() * off);
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::optional<Tracker> tracker_;
  double length_m_ = 0.0;
  double rear_m_ = 20.0;
  int scans_ = 0;
};

TEST(Consistency, ThePlaceOfACarThatShowsItsRearAloneIsAsUncertainAsItsLength) {
  double sum = 0.0;
  int beyond = 0;
  for (unsigned run = 0; run < kRuns; ++run) {
    RearOfACar car(run + 1);
    for (int i = 0; i < 60; ++i) car.scan(0.0);
    ASSERT_TRUE(car.is_tracked());
    sum += car.position_nees();
    beyond += car.position_nees() > 5.991 ? 1 : 0;
  }
  // The other axis, which is seen, is promised with care.
  EXPECT_GT(sum / kRuns, 0.4);
  EXPECT_LT(sum / kRuns, 2.3);
  EXPECT_LT(beyond, kRuns / 10);
}

TEST(Consistency, ALengthThatIsSeenMakesThePlaceSure) {
  Object object;
  object.object_class = ObjectClass::kCar;
  object.size_m = {4.3, 1.8, 1.5};
  object.size_sigma_m = unknown_size_m(ObjectClass::kCar);
  object.motion.mean << 20.0, 0.5, 0.0, 0.0, 0.0, 0.0;
  EXPECT_NEAR(centre_bias(object, Eigen::Vector2d::Zero())(0, 0), 0.25 * 0.25, 1e-9);
  EXPECT_NEAR(centre_bias(object, Eigen::Vector2d::Zero())(1, 1), 0.0, 1e-9) << "both ends of its rear are seen";
  Placement whole;
  for (int i = 0; i < 50; ++i) learn_size(whole, 20.0, 10.0, object);
  EXPECT_LT(centre_bias(object, Eigen::Vector2d::Zero())(0, 0), 0.1 * 0.1);
  const double near = object.size_sigma_m.x();
  for (int i = 0; i < 50; ++i) learn_size(whole, 50.0, 10.0, object);
  EXPECT_DOUBLE_EQ(object.size_sigma_m.x(), near) << "a worse view takes nothing away";
  object.motion.covariance(2, 2) = 0.1 * 0.1;
  EXPECT_NEAR(centre_bias(object, Eigen::Vector2d::Zero())(1, 1), 0.215 * 0.215, 1e-6) << "a lever of half the length";
}

TEST(Consistency, WhatStandsIsKnownToStandAndStillLeaves) {
  double nees = 0.0;
  for (unsigned run = 0; run < kRuns; ++run) {
    RearOfACar car(run + 1);
    for (int i = 0; i < 60; ++i) car.scan(0.0);
    const Eigen::Vector2d v = car.track().v_world.head<2>();
    nees += v.dot(car.track().covariance.block<2, 2>(3, 3).inverse() * v) / kRuns;
    EXPECT_LT(std::sqrt(car.track().covariance(3, 3)), 0.22);
    for (int i = 1; i <= 25; ++i) car.scan(0.2 * i);  // 2 m/s^2
    ASSERT_TRUE(car.is_tracked());
    EXPECT_NEAR(car.track().v_world.x(), 5.0, 1.5);
  }
  EXPECT_LT(nees, 2.5);
}

TEST(Consistency, TheRadarAloneNeverKnowsAPlaceBetterThanWhereABodyReflects) {
  Tracker tracker(perception::live_tracker_config());
  Measurements measurements;
  measurements.ego = Ego{};
  const auto reflector_m = [](int scan) { return 60.0 - scan; };  // it comes at 10 m/s
  int scan = 0;
  for (; scan < 35; ++scan) {
    const std::vector<RadarReturn> returns{{{reflector_m(scan), 0.0, 0.0}, -10.0, 0.15}};
    measurements.stamp = Time{scan * 100ms};
    measurements.radar = returns;
    ASSERT_TRUE(tracker.update(measurements));
  }
  ASSERT_EQ(tracker.tracks().size(), 1U);
  EXPECT_GT(std::sqrt(tracker.tracks()[0].covariance(0, 0)), 0.6);
  EXPECT_GT(std::sqrt(tracker.tracks()[0].covariance(1, 1)), 0.5);
  measurements.radar.reset();
  for (; scan < 40; ++scan) {
    Detection3 seen;
    seen.p_vehicle = {reflector_m(scan) + 2.2, 0.0, 0.75};
    seen.length_m = 4.4;
    seen.width_m = 1.8;
    seen.height_m = 1.5;
    seen.score = 3.0;
    const std::vector<Detection3> boxes{seen};
    measurements.stamp = Time{scan * 100ms};
    measurements.lidar = boxes;
    ASSERT_TRUE(tracker.update(measurements));
  }
  ASSERT_EQ(tracker.tracks().size(), 1U);
  EXPECT_EQ(tracker.tracks()[0].id, 1U);
  EXPECT_LT(std::sqrt(tracker.tracks()[0].covariance(0, 0)), 0.5);
}

}  // namespace
}  // namespace ocelli::tracking
