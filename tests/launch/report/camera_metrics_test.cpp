#include "ocelli/launch/report/camera_metrics.hpp"

#include <gmock/gmock.h>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using test::at;
using testing::HasSubstr;

const IsDisturbed kNever = [](Time) { return false; };
constexpr std::size_t kVehicles = 0, kPeople = 1;

/// A car and a person before the camera, one frame of truth at 0 s.
class CameraMetrics : public testing::Test {
 protected:
  CameraMetrics() {
    run.shot = test::picture_at(0.0, 0);
    run.shot->sight.camera = "front";
    ObjectFrame frame;
    frame.stamp = at(0.0);
    frame.objects = {test::object(1, ObjectClass::kCar, 15.0, 0.0, 0.0, {4.3, 1.8, 1.5}, {0, 0}, 100),
                     test::object(2, ObjectClass::kPedestrian, 12.0, 4.0, 0.0, {0.6, 0.6, 1.75}, {0, 0}, 50)};
    run.truth = {frame};
  }
  /// The projection of a true object, as a detection of that class.
  PixelBox seen(std::size_t index, ObjectClass as) const {
    const auto box = project_box(*run.shot, run.truth[0].objects[index]);
    return {as, 0.9, box->u_min, box->v_min, box->u_max, box->v_max};
  }
  CameraReport with(std::vector<PixelBox> boxes, const IsDisturbed& is_disturbed = kNever) {
    run.detections = {{at(0.0), "front", std::move(boxes), {}, {}}, {at(0.0), "rear", {{}}, {}, {}}};
    return camera_report(run, is_disturbed);
  }
  RunData run;
};

TEST_F(CameraMetrics, ABoxOnAnObjectOfItsKindIsRight) {
  const auto report = with({seen(0, ObjectClass::kTruck), seen(1, ObjectClass::kPedestrian)});
  ASSERT_EQ(report.absent, "");
  EXPECT_EQ(report.pictures, 1U) << "the other camera does not count";
  EXPECT_EQ(report.scores[kVehicles].recall(), 1.0) << "a truck is a vehicle, too";
  EXPECT_EQ(report.scores[kPeople].precision(), 1.0);
}

TEST_F(CameraMetrics, WhatIsElsewhereOrOfAnotherKindIsWrongAndTheObjectIsMissed) {
  const auto report = with({seen(0, ObjectClass::kPedestrian), {ObjectClass::kCar, 0.9, 0.0, 0.0, 30.0, 30.0}});
  EXPECT_EQ(report.scores[kVehicles].recall(), 0.0);
  EXPECT_EQ(report.scores[kVehicles].precision(), 0.0);
  EXPECT_EQ(report.scores[kPeople].precision(), 0.0);
}

TEST_F(CameraMetrics, TwoBoxesOnOneObjectAreOneRightAndOneWrong) {
  const auto report = with({seen(0, ObjectClass::kCar), seen(0, ObjectClass::kCar)});
  EXPECT_EQ(report.scores[kVehicles].boxes, 2U);
  EXPECT_EQ(report.scores[kVehicles].right, 1U);
}

TEST_F(CameraMetrics, AHiddenOrSmallObjectNeedNotBeFoundAndMayBe) {
  run.truth[0].objects[0].lidar_points = 3;
  run.truth[0].objects[1].position.x() = 45.0;  // 14 pixels high
  const auto found = with({seen(0, ObjectClass::kCar), seen(1, ObjectClass::kPedestrian)});
  EXPECT_EQ(found.scores[kVehicles].truth + found.scores[kPeople].truth, 0U);
  EXPECT_EQ(found.scores[kVehicles].boxes + found.scores[kPeople].boxes, 0U);
  EXPECT_FALSE(found.scores[kVehicles].recall().has_value());
}

TEST_F(CameraMetrics, ASmallBoxOnNothingIsNotWrong) {
  const auto report = with({{ObjectClass::kCar, 0.9, 0.0, 0.0, 40.0, 20.0}});
  EXPECT_EQ(report.scores[kVehicles].boxes, 0U);
}

TEST_F(CameraMetrics, SaysWhyThereIsNothing) {
  EXPECT_EQ(with({}, [](Time) { return true; }).absent, "no picture with detections has truth at its time");
  run.shot.reset();
  EXPECT_THAT(with({}).absent, HasSubstr("no calibration"));
  run.truth.clear();
  EXPECT_THAT(with({}).absent, HasSubstr("no ground truth"));
  EXPECT_EQ(camera_report({}, kNever).absent, "no ground truth in this recording");
}

}  // namespace
}  // namespace ocelli::report
