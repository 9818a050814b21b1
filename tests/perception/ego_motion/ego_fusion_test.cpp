// Fixes, steering and late samples in EgoMotion, on drives whose truth is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <variant>
#include <vector>

#include "ocelli/perception/ego_motion/ego_motion.hpp"
#include "ocelli/perception/ego_motion/geodesy.hpp"
#include "ocelli/tests/perception/allocation_counter.hpp"

namespace ocelli::perception {
namespace {

constexpr Time kStart = from_ns(1'000'000'000'000);
constexpr Geodetic kOrigin{49.0115, 8.4232, 115.0};

using Sample = std::variant<GyroSample, WheelSample, GnssSample>;

Time stamp_of(const Sample& sample) {
  return std::visit([](const auto& s) { return s.stamp; }, sample);
}

struct Truth {
  Time stamp;
  Eigen::Vector2d enu_m;
  double yaw_rad;
  double speed_mps;
};

struct Faults {
  double wheel_scale = 1.0;  // true speed per wheel speed
  double gyro_bias_rps = 0.0;
  double fix_sigma_m = 0.1;
  Duration fix_delay{};  // its stamp is that much too young
  Duration fixes_end = 1h;
};

/// East, north near the origin as latitude and longitude, by Newton on the plane itself.
Geodetic geodetic_of(const Eigen::Vector2d& enu_m) {
  const LocalPlane plane(kOrigin);
  Geodetic place = kOrigin;
  for (int i = 0; i < 4; ++i) {
    const Eigen::Vector2d missing = enu_m - plane.enu_of(place).head<2>();
    place.latitude_deg += missing.y() / 111200.0;
    place.longitude_deg += missing.x() / (111320.0 * std::cos(place.latitude_deg * M_PI / 180.0));
  }
  return place;
}

/// Curves and changing speed, first heading 1 rad from east; wheels 50 Hz, gyro 100 Hz, fixes 10 Hz.
struct Drive {
  std::vector<Sample> samples;
  std::vector<Truth> truth;

  Drive(Duration duration, const Faults& faults, unsigned seed = 1) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    Eigen::Vector2d p(3.0, -2.0);
    double yaw = 1.0;
    for (Duration t{}; t < duration; t += 10ms) {
      const double s = to_seconds(t);
      const double speed = 12.0 + 5.0 * std::sin(0.2 * s);
      const double rate = 0.15 * std::sin(0.3 * s);
      truth.push_back({kStart + t, p, yaw, speed});
      samples.emplace_back(GyroSample{kStart + t, rate + faults.gyro_bias_rps + 0.002 * normal(generator)});
      if (t % 20ms == Duration{}) {
        const double wheel = speed / faults.wheel_scale + 0.02 * normal(generator);
        samples.emplace_back(WheelSample{kStart + t, {wheel, wheel, wheel, wheel}, std::atan(rate * 2.7 / speed)});
      }
      if (t % 100ms == Duration{} && t < faults.fixes_end) {
        const Eigen::Vector2d noise(faults.fix_sigma_m * normal(generator), faults.fix_sigma_m * normal(generator));
        samples.emplace_back(GnssSample{kStart + t + faults.fix_delay, geodetic_of(p + noise), 0.0});
      }
      for (int i = 0; i < 10; ++i) {
        p += 1e-3 * speed * Eigen::Vector2d(std::cos(yaw), std::sin(yaw));
        yaw += 1e-3 * rate;
      }
    }
    std::ranges::stable_sort(samples, {}, stamp_of);
  }

  void feed(EgoMotion& motion) const {
    for (const Sample& sample : samples) std::visit([&](const auto& s) { motion.add(s); }, sample);
  }
};

/// Distance to the truth, the first fix being the origin of the estimate's plane.
Eigen::Vector2d error_of(const EgoMotion& motion, const Drive& drive, const Truth& truth) {
  const auto global = motion.global_at(truth.stamp);
  if (!global) return Eigen::Vector2d::Constant(INFINITY);
  const Eigen::Vector2d true_m = motion.plane()->enu_of(geodetic_of(truth.enu_m)).head<2>();
  static_cast<void>(drive);
  return Eigen::Vector2d(global->east_m, global->north_m) - true_m;
}

TEST(EgoFusion, FixesTellWhereOnEarthAndCorrectScaleAndBias) {
  const Drive drive(60s, {.wheel_scale = 1.01, .gyro_bias_rps = 0.003});
  EgoMotion motion(EgoMotionConfig{});
  drive.feed(motion);
  const Truth& last = drive.truth.back();
  EXPECT_LT(error_of(motion, drive, last).norm(), 0.5);
  const auto global = motion.global_at(last.stamp);
  ASSERT_TRUE(global);
  EXPECT_NEAR(std::remainder(global->yaw_rad - last.yaw_rad, 2.0 * M_PI), 0.0, 0.01);
  EXPECT_NEAR(motion.calibration().speed_scale, 1.01, 0.003);
  EXPECT_NEAR(motion.calibration().gyro_bias_rps, 0.003, 0.001);
  EXPECT_TRUE(motion.at(last.stamp)->is_fused);
  EXPECT_TRUE(motion.at(last.stamp)->is_integral);
}

TEST(EgoFusion, FixesNeverMakeTheWorldFrameJump) {
  const Drive drive(40s, {.wheel_scale = 1.01, .gyro_bias_rps = 0.003});
  EgoMotion motion(EgoMotionConfig{});
  std::optional<EgoState> before;
  for (const Sample& sample : drive.samples) {
    std::visit([&](const auto& s) { motion.add(s); }, sample);
    const auto now = motion.at(stamp_of(sample));
    if (before && now) {
      const EgoState expected = before->moved_to(now->stamp);
      ASSERT_LT(std::hypot(now->x_m - expected.x_m, now->y_m - expected.y_m), 0.25) << to_ns(now->stamp);
    }
    before = now;
  }
}

TEST(EgoFusion, LateSamplesGiveTheSameResultAsSamplesInOrder) {
  const Drive drive(20s, {.wheel_scale = 1.01});
  EgoMotion in_order(EgoMotionConfig{});
  drive.feed(in_order);
  // Fixes 300 ms late, wheels 70 ms, both after gyro samples that are younger.
  std::vector<std::pair<Time, Sample>> arrivals;
  for (const Sample& sample : drive.samples) {
    const Duration late = std::holds_alternative<GnssSample>(sample)    ? Duration(300ms)
                          : std::holds_alternative<WheelSample>(sample) ? Duration(70ms)
                                                                        : Duration{};
    arrivals.emplace_back(stamp_of(sample) + late, sample);
  }
  std::ranges::stable_sort(arrivals, {}, [](const auto& arrival) { return arrival.first; });
  EgoMotion late(EgoMotionConfig{});
  for (const auto& [at, sample] : arrivals) std::visit([&](const auto& s) { late.add(s); }, sample);
  const Time end = drive.truth.back().stamp;
  ASSERT_TRUE(late.at(end) && in_order.at(end));
  EXPECT_LT(std::abs(late.at(end)->x_m - in_order.at(end)->x_m), 1e-6);
  EXPECT_LT(std::abs(late.at(end)->y_m - in_order.at(end)->y_m), 1e-6);
  EXPECT_LT(std::abs(late.global_at(end)->east_m - in_order.global_at(end)->east_m), 1e-6);
}

TEST(EgoFusion, SamplesThatComeTooLateAreIgnoredAndCounted) {
  const Drive drive(5s, {});
  EgoMotion motion(EgoMotionConfig{});
  drive.feed(motion);
  const auto before = motion.at(drive.truth.back().stamp);
  motion.add(GnssSample{kStart + 1s + 1ns, geodetic_of({500.0, 500.0}), 0.0});
  motion.add(GyroSample{kStart + 1s + 1ns, 3.0});
  EXPECT_EQ(motion.ignored_samples(), 2U);
  EXPECT_EQ(motion.at(drive.truth.back().stamp)->x_m, before->x_m);
}

TEST(EgoFusion, TheDelayOfTheFixesStampsIsLearnt) {
  const Drive drive(60s, {.fix_delay = 60ms});
  EgoMotionConfig config;
  config.fix_delay_sigma_s = 0.1;
  config.fix_drift_sigma_m = 0.1;
  EgoMotion motion(config);
  drive.feed(motion);
  EXPECT_NEAR(motion.fix_delay_s(), -0.060, 0.015);
}

TEST(EgoFusion, AnOutageGrowsTheDoubtAndHoldsTheError) {
  const Drive drive(60s, {.wheel_scale = 1.01, .gyro_bias_rps = 0.002, .fixes_end = 30s});
  EgoMotion motion(EgoMotionConfig{});
  for (const Sample& sample : drive.samples)
    if (stamp_of(sample) <= kStart + 29s) std::visit([&](const auto& s) { motion.add(s); }, sample);
  const double doubt = motion.global_at(kStart + 29s)->covariance.topLeftCorner<2, 2>().trace();
  for (const Sample& sample : drive.samples)
    if (stamp_of(sample) > kStart + 29s) std::visit([&](const auto& s) { motion.add(s); }, sample);
  const Truth& last = drive.truth.back();
  const auto state = motion.at(last.stamp);
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->is_fused) << "dead reckoned, and said so";
  const Eigen::Matrix2d covariance = motion.global_at(last.stamp)->covariance.topLeftCorner<2, 2>();
  EXPECT_GT(covariance.trace(), doubt);
  const Eigen::Vector2d error_m = error_of(motion, drive, last);
  EXPECT_LT(error_m.norm(), 0.01 * 360.0);
  EXPECT_LT(error_m.dot(covariance.inverse() * error_m), 13.8) << "within the 99.9 % ellipse";
}

TEST(EgoFusion, AJumpingReceiverIsRefusedAndTheFlagFalls) {
  const Drive drive(40s, {});
  EgoMotion motion(EgoMotionConfig{});
  bool was_integral = false;
  bool is_integral_meanwhile = true;
  for (const Sample& sample : drive.samples) {
    const bool is_fix = std::holds_alternative<GnssSample>(sample);
    if (is_fix && stamp_of(sample) > kStart + 30s && stamp_of(sample) < kStart + 33s) {
      motion.add(GnssSample{stamp_of(sample), geodetic_of({400.0, -300.0}), 0.0});
      continue;
    }
    std::visit([&](const auto& s) { motion.add(s); }, sample);
    if (stamp_of(sample) == kStart + 29s && motion.at(kStart + 29s))
      was_integral = motion.at(kStart + 29s)->is_integral;
    if (stamp_of(sample) == kStart + 32s) is_integral_meanwhile = motion.at(kStart + 32s)->is_integral;
  }
  EXPECT_TRUE(was_integral);
  EXPECT_FALSE(is_integral_meanwhile);
  EXPECT_LT(error_of(motion, drive, drive.truth.back()).norm(), 1.5) << "the jump did not get in";
}

TEST(EgoFusion, AReceiverThatFellSilentIsNotHeldAgainstTheRest) {
  const Drive drive(40s, {});
  EgoMotion motion(EgoMotionConfig{});
  for (const Sample& sample : drive.samples) {
    const bool is_fix = std::holds_alternative<GnssSample>(sample);
    if (is_fix && stamp_of(sample) > kStart + 22s) continue;
    if (is_fix && stamp_of(sample) > kStart + 20s) {
      motion.add(GnssSample{stamp_of(sample), geodetic_of({400.0, -300.0}), 0.0});
      continue;
    }
    std::visit([&](const auto& s) { motion.add(s); }, sample);
    if (stamp_of(sample) == kStart + 22s) {
      EXPECT_FALSE(motion.at(kStart + 22s)->is_integral);
    }
  }
  EXPECT_TRUE(motion.at(drive.truth.back().stamp)->is_integral) << "dead reckoned, as without a receiver";
}

TEST(EgoFusion, AReceiverThatStaysElsewhereIsBelievedInTheEndWhateverTheDirection) {
  for (const Eigen::Vector2d& shift_m : {Eigen::Vector2d(300.0, 0.0), Eigen::Vector2d(0.0, 300.0)}) {
    const Drive drive(60s, {});
    EgoMotion motion(EgoMotionConfig{});
    for (const Sample& sample : drive.samples) {
      const bool is_fix = std::holds_alternative<GnssSample>(sample);
      if (is_fix && stamp_of(sample) > kStart + 20s) {
        const auto& truth = drive.truth[static_cast<std::size_t>((stamp_of(sample) - kStart) / 10ms)];
        motion.add(GnssSample{stamp_of(sample), geodetic_of(truth.enu_m + shift_m), 0.0});
      } else {
        std::visit([&](const auto& s) { motion.add(s); }, sample);
      }
      if (stamp_of(sample) == kStart + 23s) {
        EXPECT_FALSE(motion.at(kStart + 23s)->is_integral) << shift_m;
      }
    }
    const Eigen::Vector2d error_m = error_of(motion, drive, drive.truth.back());
    EXPECT_LT((error_m - shift_m).norm(), 2.0) << shift_m;
  }
}

TEST(EgoFusion, AGyroThatDisagreesWithTheSteeringLowersTheFlag) {
  const Drive drive(20s, {});
  EgoMotion motion(EgoMotionConfig{});
  for (const Sample& sample : drive.samples) {
    const auto* gyro = std::get_if<GyroSample>(&sample);
    if (gyro != nullptr && gyro->stamp > kStart + 10s)
      motion.add(GyroSample{gyro->stamp, gyro->yaw_rate_rps + 0.5});  // a fault, no bias
    else
      std::visit([&](const auto& s) { motion.add(s); }, sample);
  }
  ASSERT_TRUE(motion.at(drive.truth.back().stamp));
  EXPECT_FALSE(motion.at(drive.truth.back().stamp)->is_integral);
}

TEST(EgoFusion, SteeringBridgesALostGyroWithoutBeingBelieved) {
  const Drive drive(20s, {});
  EgoMotion motion(EgoMotionConfig{});
  for (const Sample& sample : drive.samples)
    if (!std::holds_alternative<GyroSample>(sample) || stamp_of(sample) < kStart + 15s)
      std::visit([&](const auto& s) { motion.add(s); }, sample);
  const Truth& last = drive.truth.back();
  const auto state = motion.at(last.stamp);
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->is_integral);
  EXPECT_LT(error_of(motion, drive, last).norm(), 2.0);
}

TEST(EgoFusion, FixesThatAreNoPlacesAreIgnored) {
  EgoMotion motion(EgoMotionConfig{});
  motion.add(GnssSample{kStart, {91.0, 0.0, 0.0}, 0.0});
  motion.add(GnssSample{kStart, {std::nan(""), 0.0, 0.0}, 0.0});
  motion.add(GnssSample{kStart, kOrigin, -1.0});
  EXPECT_EQ(motion.ignored_samples(), 3U);
  EXPECT_FALSE(motion.plane());
}

TEST(EgoFusion, AllocatesNothingAfterItsStart) {
  const Drive drive(6s, {});
  EgoMotion motion(EgoMotionConfig{});
  std::size_t i = 0;
  for (; stamp_of(drive.samples[i]) < kStart + 3s; ++i)
    std::visit([&](const auto& s) { motion.add(s); }, drive.samples[i]);
  const std::uint64_t before = allocations();
  for (; i < drive.samples.size(); ++i) {
    std::visit([&](const auto& s) { motion.add(s); }, drive.samples[i]);
    static_cast<void>(motion.at(stamp_of(drive.samples[i])));
  }
  EXPECT_EQ(allocations(), before);
}

/// Many drives with other noise: the error of the position fits its covariance.
TEST(EgoFusion, TheErrorFitsTheCovariance) {
  constexpr int kDrives = 20;
  double sum = 0.0;
  for (unsigned seed = 1; seed <= kDrives; ++seed) {
    const Drive drive(25s, {.wheel_scale = 1.0 + 0.01 * std::sin(seed), .fix_sigma_m = 0.3}, seed);
    EgoMotionConfig config;
    config.fix_drift_sigma_m = 0.01;  // these fixes do not drift
    config.fix_delay_sigma_s = 0.001;
    EgoMotion motion(config);
    drive.feed(motion);
    // The plane's origin is the first fix: its noise is a common shift of estimate and truth, no error.
    const Eigen::Vector2d error_m = error_of(motion, drive, drive.truth.back());
    const Eigen::Matrix2d covariance = motion.global_at(drive.truth.back().stamp)->covariance.topLeftCorner<2, 2>();
    sum += error_m.dot(covariance.inverse() * error_m);
  }
  // Chi-square with 40 degrees of freedom: 95 % between 24.4 and 59.3.
  EXPECT_GT(sum, 0.3 * 24.4) << "far too careful";
  EXPECT_LT(sum, 59.3) << "too sure of itself";
}

}  // namespace
}  // namespace ocelli::perception
