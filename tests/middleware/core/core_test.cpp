// Results, ids, times, poses: the small things everything else is made of.
#include <gtest/gtest.h>

#include <memory>

#include "ocelli/middleware/core/ids.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli {
namespace {

Result<std::unique_ptr<int>> make(int value) {
  if (value < 0) return error(ErrorCode::kInvalidArgument, "{} m: expected at least 0 m", value);
  return std::make_unique<int>(value);
}

Result<int> sum(int a, int b) {
  OCELLI_ASSIGN(const auto first, make(a));
  OCELLI_ASSIGN(const auto second, make(b));
  return *first + *second;
}

Status check(int a) {
  OCELLI_TRY(make(a));
  return ok();
}

TEST(Result, ValuesAndErrorsTravelThroughTheMacros) {
  EXPECT_EQ(*sum(2, 3), 5);
  ASSERT_FALSE(sum(2, -3));
  EXPECT_EQ(sum(2, -3).error().message, "-3 m: expected at least 0 m");
  EXPECT_TRUE(check(1));
  EXPECT_EQ(check(-1).error().code, ErrorCode::kInvalidArgument);
}

TEST(Result, WithinSaysWhereAndKeepsTheCode) {
  const Error inner{ErrorCode::kCorrupt, "cut"};
  EXPECT_EQ(inner.within("a.bin").message, "a.bin: cut");
  EXPECT_EQ(inner.within("a.bin").code, ErrorCode::kCorrupt);
}

TEST(Result, EveryCodeHasAName) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code)
    EXPECT_NE(to_string(static_cast<ErrorCode>(code)), "unknown") << code;
}

TEST(Ids, AreFnv1a) {  // published test vectors of Fowler, Noll and Vo
  EXPECT_EQ(fnv1a32(""), 0x811c9dc5U);
  EXPECT_EQ(fnv1a32("a"), 0xe40c292cU);
  EXPECT_EQ(fnv1a32("foobar"), 0xbf9cf968U);
  EXPECT_NE(topic_id("lidar/front"), topic_id("lidar/rear"));
}

TEST(Time, ConvertsWithoutLossWhereItCan) {
  EXPECT_EQ(to_ns(from_ns(1'700'000'000'123'456'789)), 1'700'000'000'123'456'789);
  EXPECT_EQ(from_seconds(0.25), 250ms);
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(to_milliseconds(1500us), 1.5);
}

TEST(LiveClock, IsTheMonotonicClockMovedByTheOffset) {
  const LiveClock clock(1h);
  const Time before{std::chrono::steady_clock::now().time_since_epoch() + 1h};
  const Time now = clock.now();
  const Time after{std::chrono::steady_clock::now().time_since_epoch() + 1h};
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(Pose, MapsPointsFromTheInnerFrameToTheOuter) {
  const Pose T_world_vehicle = pose_from_xyz_rpy(10, 20, 0, 0, 0, M_PI / 2);
  const Pose T_vehicle_lidar = pose_from_xyz_rpy(1, 0, 2, 0, 0, 0);
  const Eigen::Vector3d p_lidar(3, 0, 0);
  const Eigen::Vector3d p_world = T_world_vehicle * T_vehicle_lidar * p_lidar;
  EXPECT_TRUE(p_world.isApprox(Eigen::Vector3d(10, 24, 2), 1e-12)) << p_world.transpose();
  EXPECT_TRUE(((T_world_vehicle * T_vehicle_lidar).inverse() * p_world).isApprox(p_lidar, 1e-12));
}

TEST(Pose, AnglesFollowIso8855) {
  const Eigen::Vector3d x = Eigen::Vector3d::UnitX(), y = Eigen::Vector3d::UnitY();
  EXPECT_GT((pose_from_xyz_rpy(0, 0, 0, 0, 0, 0.1) * x).y(), 0.0) << "yaw turns the nose left";
  EXPECT_LT((pose_from_xyz_rpy(0, 0, 0, 0, 0.1, 0) * x).z(), 0.0) << "pitch turns the nose down";
  EXPECT_GT((pose_from_xyz_rpy(0, 0, 0, 0.1, 0, 0) * y).z(), 0.0) << "roll lifts the left side";
  EXPECT_NEAR(yaw_of(pose_from_xyz_rpy(1, 2, 3, 0.1, 0.2, 2.5)), 2.5, 1e-12) << "yaw comes first";
}

TEST(WrapAngle, IsAboveMinusPiUpToPi) {
  EXPECT_DOUBLE_EQ(wrap_angle(M_PI), M_PI);
  EXPECT_DOUBLE_EQ(wrap_angle(-M_PI), M_PI);
  EXPECT_NEAR(wrap_angle(3 * M_PI + 0.1), -M_PI + 0.1, 1e-12);
  EXPECT_NEAR(wrap_angle(-7.0), -7.0 + 2 * M_PI, 1e-12);
  EXPECT_DOUBLE_EQ(wrap_angle(0.0), 0.0);
}

}  // namespace
}  // namespace ocelli
