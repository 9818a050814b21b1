// Range rates beside boxes: which box an object can have, and whether it stands.
#include <gtest/gtest.h>

#include <Eigen/Geometry>

#include <functional>
#include <random>
#include <set>

#include "ocelli/perception/tracking/tracker.hpp"
#include "ocelli/perception/tracks/live_config.hpp"

namespace ocelli::tracking {
namespace {

/// A vehicle, standing unless a test says otherwise, whose lidar turns ten times a second and whose radar looks around
/// twice as often.
class HeardScene : public ::testing::Test {
 protected:
  static Detection3 box(double x_m, double y_m, double length_m = 4.3, double width_m = 1.8) {
    Detection3 seen;
    seen.p_vehicle = {x_m, y_m, 0.75};
    seen.length_m = length_m;
    seen.width_m = width_m;
    seen.height_m = 1.5;
    seen.score = 3.0;
    return seen;
  }
  static RadarReturn heard(double x_m, double y_m, const Eigen::Vector2d& v_mps) {
    const Eigen::Vector2d sight = Eigen::Vector2d(x_m, y_m).normalized();
    return {{x_m, y_m, 0.0}, sight.dot(v_mps), 0.1};
  }
  void scan(const std::vector<Detection3>& boxes, const std::vector<RadarReturn>& returns) {
    scan(boxes, returns, returns);
  }
  void scan(const std::vector<Detection3>& boxes, const std::vector<RadarReturn>& first,
            const std::vector<RadarReturn>& second) {
    step([&](Measurements& m) { m.radar = first; });
    step([&](Measurements& m) { m.radar = second; });
    step([&](Measurements& m) { m.lidar = boxes; });
    stamp_ += 70ms;
  }
  /// A turn without the lidar.
  void look_around(const std::vector<RadarReturn>& returns) {
    step([&](Measurements& m) { m.radar = returns; });
    stamp_ += 90ms;
  }
  [[nodiscard]] const Track* track_at(double x_m, double y_m) const {
    const Track* nearest = nullptr;
    double least_m = 1.5;
    for (const Track& track : tracker_.tracks()) {
      const double away_m = (track.p_world.head<2>() - Eigen::Vector2d(x_m, y_m)).norm();
      if (away_m < least_m) nearest = &track;
      least_m = std::min(least_m, away_m);
    }
    return nearest;
  }
  [[nodiscard]] std::size_t tracks() const { return tracker_.tracks().size(); }
  Ego ego_;  // along x

 private:
  template <class Fill>
  void step(Fill fill) {
    Measurements measurements;
    stamp_ += 10ms;
    measurements.stamp = stamp_;
    measurements.ego = ego_;
    measurements.ego->T_world_vehicle = pose_from_xyz_rpy(ego_.speed_mps * to_seconds(stamp_ - Time{}), 0, 0, 0, 0, 0);
    fill(measurements);
    ASSERT_TRUE(tracker_.update(measurements));
  }
  Tracker tracker_{perception::live_tracker_config()};
  Time stamp_{};
};

struct Crossing {
  double speed_mps;
  bool is_heard;
};

class CrossingCar : public HeardScene, public ::testing::WithParamInterface<Crossing> {};

TEST_P(CrossingCar, IsSoonAsFastAsItIs) {
  const auto [speed_mps, is_heard] = GetParam();
  double y_m = -0.6 * speed_mps;
  for (int i = 0; i < 12; ++i) {
    Detection3 side = box(30.0, y_m);
    side.yaw_rad = M_PI_2;
    side.is_width_seen = false;
    scan({side}, is_heard ? std::vector{heard(29.4, y_m, {0.0, speed_mps})} : std::vector<RadarReturn>{});
    y_m += 0.1 * speed_mps;
  }
  const Track* car = track_at(30.0, y_m - 0.1 * speed_mps);
  ASSERT_NE(car, nullptr);
  EXPECT_NEAR(car->v_world.y(), speed_mps, 0.1 * speed_mps);
  EXPECT_NEAR(car->v_world.x(), 0.0, 0.3);
}

INSTANTIATE_TEST_SUITE_P(Speeds, CrossingCar,
                         ::testing::Values(Crossing{1.5, true}, Crossing{2.0, true}, Crossing{3.0, true},
                                           Crossing{10.0, true}, Crossing{20.0, true}, Crossing{1.5, false},
                                           Crossing{2.0, false}, Crossing{3.0, false}, Crossing{10.0, false},
                                           Crossing{20.0, false}));

TEST_F(HeardScene, ANewCarWhoseBoxesJumpAcrossTheSightStands) {
  for (const double jump_m : {0.0, 0.5, 0.9, 1.1, 1.2}) {
    Detection3 rear = box(30.0, jump_m);
    rear.is_length_seen = false;
    scan({rear}, {heard(28.0, 0.5, {0.0, 0.0})});
  }
  const Track* car = track_at(30.0, 1.0);
  ASSERT_NE(car, nullptr);
  EXPECT_EQ(car->v_world.norm(), 0.0);
  EXPECT_GT(car->covariance(4, 4), 0.5 * 0.5) << "it may move after all";
  EXPECT_EQ(car->yaw_rate_rps, 0.0);
}

TEST_F(HeardScene, ACarThatBrakesHardKeepsItsBoxesAndItsTrack) {
  double x_m = 20.0;
  double v_mps = 14.0;
  std::set<std::uint32_t> ids;
  for (int i = 0; i < 40; ++i) {
    if (i > 15) v_mps = std::max(0.0, v_mps - 0.8);  // 8 m/s^2
    x_m += 0.1 * v_mps;
    scan({box(x_m, 0.3)}, {heard(x_m - 2.1, 0.3, {v_mps, 0.0})});
    const Track* car = track_at(x_m, 0.3);
    if (i < 5) continue;
    ASSERT_NE(car, nullptr) << i;
    ids.insert(car->id);
    EXPECT_NE(car->sources & kSourceLidar, 0U) << i;
    EXPECT_NEAR(car->v_world.x(), v_mps, 0.07) << i << ": without noise";
    EXPECT_EQ(tracks(), 1U) << i;
  }
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(HeardScene, ACoverInTheRoadTakesNoBoxFromWhatDrivesOverIt) {
  std::set<std::uint32_t> ids;
  double x_m = 12.0;
  for (int i = 0; i < 60; ++i, x_m += 0.3) {
    const RadarReturn rear = heard(x_m - 2.1, 0.3, {3.0, 0.0});
    const RadarReturn cover = heard(25.0, 0.2, {0.0, 0.0});
    const std::vector<RadarReturn> both{rear, cover};
    scan({box(x_m, 0.3)}, both, i % 2 == 0 ? both : std::vector{cover});  // its own return is not always there
    if (i < 5) continue;
    const Track* car = track_at(x_m, 0.3);
    ASSERT_NE(car, nullptr) << i;
    ids.insert(car->id);
    EXPECT_NE(car->sources & kSourceLidar, 0U) << i;
  }
  EXPECT_EQ(ids.size(), 1U);
}

/// Places as they are measured: of boxes and of returns, which come from a car's rear and from what lies in the road.
class NoisyRoad : public HeardScene, public ::testing::WithParamInterface<unsigned> {
 protected:
  struct Outcome {
    std::set<std::uint32_t> ids;
    int without_box = 0;
    double worst_mps = 0.0;
  };
  /// A car that comes by at `speed_mps`, and what stands in the road `covers_m` behind its middle while it is there.
  Outcome drive(double speed_mps, const std::function<std::vector<double>(double x_m)>& covers_m) {
    Outcome outcome;
    double x_m = 12.0;
    for (int i = 0; i < 60; ++i, x_m += 0.1 * speed_mps) {
      const auto hear = [&] {
        std::vector<RadarReturn> returns{heard(x_m - 2.1 + noise(0.15), 0.3 + noise(0.2), {speed_mps, 0.0})};
        for (const double cover_m : covers_m(x_m))
          returns.push_back(heard(cover_m + noise(0.15), 0.2 + noise(0.2), {0.0, 0.0}));
        return returns;
      };
      scan({box(x_m + noise(0.07), 0.3 + noise(0.07))}, hear(), hear());
      if (i < 12) continue;
      const Track* car = track_at(x_m, 0.3);
      if (car == nullptr) {
        ADD_FAILURE() << "no track in scan " << i;
        continue;
      }
      outcome.ids.insert(car->id);
      outcome.without_box += (car->sources & kSourceLidar) == 0;
      outcome.worst_mps = std::max(outcome.worst_mps, std::abs(car->v_world.x() - speed_mps));
    }
    return outcome;
  }

 private:
  double noise(double sigma) { return std::normal_distribution<>(0.0, sigma)(random_); }
  std::mt19937 random_{GetParam()};
};

TEST_P(NoisyRoad, ACoverTakesNoTrackFromWhatDrivesOverIt) {
  const Outcome outcome = drive(3.0, [](double) { return std::vector{18.0}; });
  EXPECT_EQ(outcome.ids.size(), 1U);
  EXPECT_LE(outcome.without_box, 2);
  EXPECT_LT(outcome.worst_mps, 1.0);
}

TEST_P(NoisyRoad, RailsTakeNoTrackFromWhatDrivesAlongThem) {
  const auto rails = [](double x_m) { return std::vector{x_m - 0.4, x_m + 0.4}; };
  const Outcome outcome = drive(8.0, [&](double x_m) { return x_m > 25.0 ? rails(x_m) : std::vector<double>{}; });
  EXPECT_EQ(outcome.ids.size(), 1U);
  EXPECT_LE(outcome.without_box, 6) << "now and then";
  EXPECT_LT(outcome.worst_mps, 1.0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NoisyRoad, ::testing::Range(1U, 11U));

TEST_F(HeardScene, WhatMovedWhenTheLidarFellSilentStillDoes) {
  double x_m = 20.0;
  for (int i = 0; i < 40; ++i, x_m += 1.0) {
    const std::vector<RadarReturn> returns{heard(x_m - 2.1, 0.3, {10.0, 0.0})};
    if (i < 20 || i >= 30)
      scan({box(x_m, 0.3)}, returns);
    else
      look_around(returns);
    if (i < 5) continue;
    const Track* car = track_at(x_m, 0.3);
    ASSERT_NE(car, nullptr) << i;
    EXPECT_NEAR(car->v_world.x(), 10.0, 1.0) << i;
  }
}

TEST_F(HeardScene, WhatStandsDoesSoThoughTheOwnSpeedIsAPercentWrong) {
  ego_.speed_mps = 25.25;
  ego_.speed_scale_sigma = 0.02;
  double x_m = 75.0;
  for (int i = 0; i < 22; ++i, x_m -= 2.5) scan({box(x_m, 4.0)}, {heard(x_m - 2.1, 4.0, {-25.0, 0.0})});
  const Track* car = track_at(x_m + 2.5 + 0.1 * 21 * ego_.speed_mps, 4.0);
  ASSERT_NE(car, nullptr);
  EXPECT_EQ(car->v_world.norm(), 0.0);
}

TEST_F(HeardScene, WhatStoodWhenTheLidarFellSilentMayMove) {
  for (int i = 0; i < 15; ++i) scan({box(25.0, 0.3)}, {heard(22.9, 0.3, {0.0, 0.0})});
  const Track* car = track_at(25.0, 0.3);
  ASSERT_NE(car, nullptr);
  EXPECT_LT(car->covariance(4, 4), 0.2 * 0.2);
  for (int i = 0; i < 7; ++i) look_around({heard(22.9, 0.3, {0.0, 0.0})});
  car = track_at(25.0, 0.3);
  ASSERT_NE(car, nullptr);
  EXPECT_GT(car->covariance(4, 4), 0.2 * 0.2) << "nobody looks at what it does across the line of sight";
}

TEST_F(HeardScene, ABoxFromWhichSomethingStandingSendsBackIsNotThatOfWhatMoves) {
  const Eigen::Vector2d ridden_mps(4.5, 0.0);
  double x_m = 20.0;
  for (int i = 0; i < 10; ++i, x_m += 0.45) {
    Detection3 rider = box(x_m, 0.9, 1.8, 0.6);
    rider.object_class = ObjectClass::kCyclist;
    scan({rider}, {heard(x_m - 0.9, 0.9, ridden_mps)});
  }
  const Track* rider = track_at(x_m - 0.45, 0.9);
  ASSERT_NE(rider, nullptr);
  const std::uint32_t id = rider->id;
  // He passes a parked car, and what the lidar sees of both is one thing.
  for (int i = 0; i < 8; ++i, x_m += 0.45)
    scan({box(26.0, 0.2)},
         {heard(x_m - 0.9, 0.9, ridden_mps), heard(24.5, -0.2, {0.0, 0.0}), heard(24.6, 0.2, {0.0, 0.0})});
  rider = track_at(x_m - 0.45, 0.9);
  ASSERT_NE(rider, nullptr);
  EXPECT_EQ(rider->id, id);
  EXPECT_NEAR(rider->v_world.x(), 4.5, 0.5);
  EXPECT_NEAR(rider->v_world.y(), 0.0, 0.3);
  const Track* car = track_at(26.0, 0.2);
  ASSERT_NE(car, nullptr);
  EXPECT_NE(car->id, id);
  EXPECT_LT(car->v_world.head<2>().norm(), 0.3);
}

TEST_F(HeardScene, ABoxOfWhichAllMovesIsNotThatOfWhatStands) {
  for (int i = 0; i < 10; ++i) scan({box(26.0, -0.6)}, {heard(24.2, -0.6, {0.0, 0.0})});
  ASSERT_NE(track_at(26.0, -0.6), nullptr);
  const std::uint32_t id = track_at(26.0, -0.6)->id;
  double x_m = 26.5;
  for (int i = 0; i < 6; ++i, x_m += 0.45) {
    Detection3 rider = box(x_m, 0.2, 1.8, 0.6);
    rider.object_class = ObjectClass::kCyclist;
    scan({rider}, {heard(x_m - 0.8, 0.2, {4.5, 0.0})});
  }
  const Track* rider = track_at(x_m - 0.45, 0.2);
  ASSERT_NE(rider, nullptr);
  EXPECT_NE(rider->id, id);
  EXPECT_NEAR(rider->v_world.x(), 4.5, 0.5);
}

}  // namespace
}  // namespace ocelli::tracking
