#include "ocelli/middleware/node/decode.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "ocelli/middleware/core/vehicle_limits.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::node {
namespace {

using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Tag>
Status checked(const typename Tag::Type& message) {
  return validate(topics::kind_of<Tag>(), &message);
}

vision_msgs::msg::Detection3DArray one_box(const std::function<void(vision_msgs::msg::BoundingBox3D&)>& change) {
  vision_msgs::msg::Detection3DArray message;
  message.detections().resize(1);
  auto& box = message.detections()[0].bbox();
  box.center().orientation().w(1.0);
  box.size().x(4.3);
  box.size().y(1.8);
  box.size().z(1.5);
  change(box);
  return message;
}

Status box_status(const std::function<void(vision_msgs::msg::BoundingBox3D&)>& change) {
  return checked<topics::LidarObjects>(one_box(change));
}

using Box = vision_msgs::msg::BoundingBox3D;

TEST(Validate, TakesABoxUpToItsLimits) {
  EXPECT_TRUE(box_status([](Box&) {}));
  EXPECT_TRUE(box_status([](Box& box) { box.center().position().x(-kMostObjectPlace_m); }));
  EXPECT_TRUE(box_status([](Box& box) { box.size().y(kMostObjectSize_m); }));
}

TEST(Validate, RefusesABoxWithoutAPlaceOrASize) {
  for (const double value : {kNaN, kInfinity, 1.001 * kMostObjectPlace_m}) {
    for (const auto& status : {box_status([&](Box& box) { box.center().position().x(value); }),
                               box_status([&](Box& box) { box.center().position().y(-value); }),
                               box_status([&](Box& box) { box.center().position().z(value); })}) {
      ASSERT_FALSE(status) << value;
      EXPECT_THAT(status.error().message, HasSubstr("expected positive sizes up to 200 m, places up to 10000 m"));
    }
  }
  for (const double value : {0.0, -1.0, kNaN, 1.001 * kMostObjectSize_m}) {
    EXPECT_FALSE(box_status([&](Box& box) { box.size().x(value); })) << value;
    EXPECT_FALSE(box_status([&](Box& box) { box.size().y(value); })) << value;
    EXPECT_FALSE(box_status([&](Box& box) { box.size().z(value); })) << value;
  }
}

TEST(Validate, RefusesABoxWithoutAHeading) {
  for (const double w : {0.0, 2.0, kNaN}) {
    const Status status = box_status([&](Box& box) { box.center().orientation().w(w); });
    ASSERT_FALSE(status) << w;
    EXPECT_THAT(status.error().message, HasSubstr("without a unit quaternion"));
  }
}

TEST(Validate, RefusesACalibrationWithoutARotationOrWithNoNumbers) {
  ocelli::msg::CameraCalibration calibration;
  calibration.pose().orientation().w(1.0);
  EXPECT_TRUE(checked<topics::CameraInfo>(calibration));
  for (const double w : {0.0, 2.0, kNaN}) {
    auto turned = calibration;
    turned.pose().orientation().w(w);
    const Status status = checked<topics::CameraInfo>(turned);
    ASSERT_FALSE(status) << w;
    EXPECT_THAT(status.error().message, HasSubstr("no unit quaternion"));
  }
  auto moved = calibration;
  moved.pose().position().z(kNaN);
  EXPECT_FALSE(checked<topics::CameraInfo>(moved));
  auto projecting = calibration;
  projecting.projection()[0] = kInfinity;
  EXPECT_FALSE(checked<topics::CameraInfo>(projecting));
}

TEST(Validate, TakesWheelsOfWhichSomeHaveNoNumber) {
  ocelli::msg::VehicleState state;
  state.is_wheel_speed_valid(true);
  state.wheel_speed_mps().fill(10.0);
  state.wheel_speed_mps()[2] = kNaN;
  EXPECT_TRUE(checked<topics::VehicleState>(state));
  state.wheel_speed_mps()[1] = kInfinity;
  EXPECT_FALSE(checked<topics::VehicleState>(state));
  state.wheel_speed_mps().fill(kNaN);
  EXPECT_FALSE(checked<topics::VehicleState>(state));
  state.is_wheel_speed_valid(false);
  EXPECT_TRUE(checked<topics::VehicleState>(state));
}

}  // namespace
}  // namespace ocelli::node
