// The node `tracks` on messages of lidar, radar and camera: each by its own stamp, late ones and missing ones included.
#include "ocelli/perception/tracks/tracks_node.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/perception/camera_messages.hpp"
#include "ocelli/tests/perception/allocation_counter.hpp"

namespace ocelli::perception {
namespace {

using tracking::kSourceCamera;
using tracking::kSourceLidar;
using tracking::kSourceRadar;

constexpr Time kStart = from_ns(1'000'000'000'000);
constexpr double kEgo_mps = 10.0;
constexpr double kCar_mps = 13.0;

/// A vehicle at 10 m/s and a car ahead of it, 25 m away at kStart, at 13 m/s.
class FusedTracks : public ::testing::Test {
 protected:
  explicit FusedTracks(TracksNode::Config config = {}) : node_(config) { in_.calibration.bind({}); }

  static double ahead_m(Time at) { return 25.0 + (kCar_mps - kEgo_mps) * to_seconds(at - kStart); }

  void lidar(Duration after, double length_m = 4.2) {
    Box3 car;
    car.object_class = ObjectClass::kCar;
    car.centre_m = {ahead_m(kStart + after) - 2.1 + 0.5 * length_m, 0.5, 0.75};  // its rear is where it is
    car.size_m = {length_m, 1.8, 1.5};
    car.score = 0.9;
    car.is_length_seen = car.is_width_seen = true;
    lidar_boxes({car}, after);
  }
  void lidar_boxes(const std::vector<Box3>& boxes, Duration after) {
    start(after, [&](const auto& at) {
      in_.objects.bind(std::vector{input_sample<topics::LidarObjects>(message_of(boxes, at), at)});
    });
  }
  void radar(Duration after, double off_mps = 0.0) {
    ocelli::msg::RadarObjects message;
    message.sensor_x_m(3.6);
    ocelli::msg::RadarObject& object = message.objects().emplace_back();
    object.x_m(ahead_m(kStart + after) - 2.1);
    object.y_m(0.5);
    object.range_rate_mps(kCar_mps - kEgo_mps + off_mps);
    object.radial_sigma_mps(0.1);
    start(after, [&](const auto& at) { in_.radar.bind(std::vector{input_sample<topics::RadarObjects>(message, at)}); });
  }
  /// The boxes of `objects` again, under another stamp.
  void repeat(const Trigger<topics::LidarObjects>& objects, Duration after) {
    auto message = *objects;
    start(after, [&](const auto& at) {
      in_.objects.bind(std::vector{input_sample<topics::LidarObjects>(std::move(message), at)});
    });
  }
  /// What a camera 1.5 m above the road sees of its rear.
  void camera(Duration after) {
    const double scale = 700.0 / (ahead_m(kStart + after) - 2.1);
    Box2 box{.object_class = ObjectClass::kCar, .score = 0.9};
    box.x_min = 640 - 1.4 * scale;
    box.x_max = 640 + 0.4 * scale;
    box.y_max = 180 + 1.5 * scale;
    box.y_min = 180;
    const std::vector<Box2> boxes{box};
    start(after, [&](const auto& at) {
      in_.camera.bind(std::vector{input_sample<topics::CameraObjects>(message_of(boxes, at, "camera/front"), at)});
    });
  }
  void calibrate() {
    ocelli::msg::CameraCalibration message;
    message.width(1280);
    message.height(360);
    message.projection() = {700, 0, 640, 0, 0, 700, 180, 0, 0, 0, 1, 0};
    message.pose(message_of(pose_from_xyz_rpy(0.0, 0.0, 1.5, -M_PI_2, 0.0, -M_PI_2)));
    in_.calibration.bind(std::vector{input_sample<topics::CameraInfo>(message, kStart)});
  }
  /// The tracks that the last message led to; null when the node kept silent.
  [[nodiscard]] const ocelli::msg::Tracks* tracks() const { return out_.tracks.message(); }
  [[nodiscard]] Time stamp() const { return time_of(tracks()->header().stamp()); }

  TracksNode node_;
  TracksNode::In in_;
  TracksNode::Out out_;
  std::uint64_t allocated_ = 0;  // in the last step
  bool is_ego_integral_ = true;

 private:
  template <class Bind>
  void start(Duration after, const Bind& bind) {
    in_.objects.bind({});
    in_.radar.bind({});
    in_.camera.bind({});
    const Time at = kStart + after;
    bind(at);
    EgoState ego;
    ego.stamp = at;
    ego.x_m = kEgo_mps * to_seconds(after);
    ego.speed_mps = kEgo_mps;
    ego.is_integral = is_ego_integral_;
    in_.ego.bind(std::vector{input_sample<topics::EgoMotion>(message_of(ego, at), at)});
    out_ = {};
    const std::uint64_t before = allocations();
    const Status status = node_.step(in_, out_);
    allocated_ = allocations() - before;
    ASSERT_TRUE(status);
  }
};

TEST_F(FusedTracks, TheLidarPacesTheOutputWhileItIsThere) {
  for (int i = 0; i < 10; ++i) {
    lidar(i * 100ms);
    ASSERT_NE(tracks(), nullptr);
    EXPECT_EQ(stamp(), kStart + i * 100ms);
    EXPECT_FALSE(out_.tracks.is_degraded());
    for (const Duration later : {20ms, 70ms}) {
      radar(i * 100ms + later);
      EXPECT_EQ(tracks(), nullptr);
    }
  }
}

TEST_F(FusedTracks, EgoMotionWhoseSourcesDisagreeMakesTheTracksDegraded) {
  lidar(0ms);
  lidar(100ms);
  EXPECT_FALSE(out_.tracks.is_degraded());
  is_ego_integral_ = false;
  lidar(200ms);
  EXPECT_TRUE(out_.tracks.is_degraded());
  EXPECT_TRUE(tracks()->is_degraded());
  EXPECT_EQ(tracks()->sensors_missing(), 0U) << "it is not a sensor that is missing";
  is_ego_integral_ = true;
  lidar(300ms);
  EXPECT_FALSE(tracks()->is_degraded());
}

TEST_F(FusedTracks, DetectionsThatTheTrackerCannotUseAreTold) {
  lidar(0ms);
  radar(20ms);
  EXPECT_EQ(out_.tracks.left_out(), 0U);
  radar(60ms, std::nan(""));
  EXPECT_EQ(out_.tracks.left_out(), 1U);
  radar(80ms);
  EXPECT_EQ(out_.tracks.left_out(), 0U) << "those of the step, not of the drive";
}

TEST_F(FusedTracks, DetectionsBeyondTheLimitAreTold) {
  std::vector<Box3> boxes(500);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    boxes[i].centre_m = {10.0 + 0.1 * static_cast<double>(i), 0.0, 0.75};
    boxes[i].size_m = {4.2, 1.8, 1.5};
    boxes[i].score = 0.5;
  }
  lidar_boxes(boxes, 0ms);
  EXPECT_EQ(out_.tracks.left_out(), 500U - static_cast<std::uint64_t>(TracksNode::Config{}.tracker.max_detections));
}

TEST_F(FusedTracks, ALengthGrowsWithALongerViewAndOneWrongScanStretchesItLittle) {
  const auto length_m = [&] { return tracks()->tracks().at(0).size().x(); };
  for (int i = 0; i < 10; ++i) lidar(i * 100ms, 3.0);
  EXPECT_NEAR(length_m(), 3.0, 0.1);
  for (int i = 10; i < 14; ++i) lidar(i * 100ms, 4.2);
  EXPECT_GT(length_m(), 4.0);
  const double before_m = length_m();
  lidar(1400ms, 9.0);
  EXPECT_LT(length_m(), before_m + 1.2);
}

/// Scans until a box that goes on by `step_m` over ground from scan to scan is a track.
class NewBox : public FusedTracks {
 protected:
  int scans_until_reported(double speed_mps) {
    for (int i = 0; i < 12; ++i) {
      Box3 car;
      car.object_class = ObjectClass::kCar;
      car.centre_m = {60.0 + 0.1 * i * (speed_mps - kEgo_mps), 0.5, 0.75};
      car.size_m = {4.2, 1.8, 1.5};
      car.score = 0.9;
      car.is_length_seen = car.is_width_seen = true;
      lidar_boxes({car}, i * 100ms);
      if (!tracks()->tracks().empty()) return i + 1;
    }
    return 99;
  }
};
TEST_F(NewBox, OfAStandingCarIsATrackInItsThirdScan) { EXPECT_EQ(scans_until_reported(0.0), 3); }
TEST_F(NewBox, OfAFastCarIsATrackAsSoon) { EXPECT_EQ(scans_until_reported(25.0), 3); }
TEST_F(NewBox, ThatJumpsAsARowOfParkedCarsWouldHasToDoSoForLonger) {
  const int scans = scans_until_reported(40.0);
  EXPECT_GT(scans, 3);
  EXPECT_LE(scans, 8) << "some are as fast as that";
}

TEST_F(FusedTracks, EachTrackNamesTheSensorsThatSawIt) {
  calibrate();
  for (int i = 0; i < 5; ++i) lidar(i * 100ms);
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar);
  EXPECT_EQ(tracks()->sensors(), kSourceLidar);
  camera(410ms);
  radar(450ms);
  lidar(500ms);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar | kSourceCamera | kSourceRadar);
  EXPECT_EQ(tracks()->sensors(), kSourceLidar | kSourceCamera | kSourceRadar);
  for (int i = 6; i < 9; ++i) lidar(i * 100ms);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar) << "what was long ago does not count";
}

TEST_F(FusedTracks, TheRangeRateSaysHowFastSoonerThanBoxesDo) {
  for (int i = 0; i < 3; ++i) lidar(i * 100ms);
  const double unsure = tracks()->tracks()[0].covariance()[3 * 6 + 3];
  radar(250ms);
  lidar(300ms);
  EXPECT_NEAR(tracks()->tracks()[0].velocity().x(), kCar_mps, 0.2);
  EXPECT_LT(tracks()->tracks()[0].covariance()[3 * 6 + 3], 0.2 * unsure);
}

TEST_F(FusedTracks, TheOrderOfArrivalChangesNothing) {
  lidar(0ms);
  for (int i = 1; i < 6; ++i) {
    lidar(i * 100ms);
    radar(i * 100ms + 10ms);
    radar(i * 100ms + 60ms);
  }
  lidar(600ms);
  const ocelli::msg::Tracks in_order = *tracks();
  node_ = TracksNode({});
  lidar(0ms);
  for (int i = 1; i < 6; ++i) {  // the lidar's boxes come last
    radar(i * 100ms + 10ms);
    radar(i * 100ms + 60ms);
    lidar(i * 100ms);
  }
  lidar(600ms);
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  const auto& late = tracks()->tracks()[0];
  const auto& punctual = in_order.tracks().at(0);
  EXPECT_EQ(late.id(), punctual.id());
  EXPECT_EQ(late.sources(), punctual.sources());
  EXPECT_NEAR(late.position().x(), punctual.position().x(), 1e-9);
  EXPECT_NEAR(late.velocity().x(), punctual.velocity().x(), 1e-9);
  for (std::size_t i = 0; i < 36; ++i) EXPECT_NEAR(late.covariance()[i], punctual.covariance()[i], 1e-9);
}

TEST_F(FusedTracks, ALateMessageIsReportedAtTheTimeOfTheNewest) {
  lidar(0ms);
  lidar(100ms);
  radar(250ms);
  EXPECT_EQ(stamp(), kStart + 250ms) << "the lidar is overdue";
  lidar(200ms);
  EXPECT_EQ(tracks(), nullptr) << "nothing newer to say";
  radar(260ms);
  lidar(255ms);
  EXPECT_EQ(stamp(), kStart + 260ms);
}

struct WithAllSensors : FusedTracks {
  WithAllSensors() : FusedTracks(TracksNode::Config{.expects_camera = true, .expects_radar = true}) {
    calibrate();
    for (int i = 0; i < 8; ++i) {
      lidar(i * 100ms);
      camera(i * 100ms + 5ms);
      radar(i * 100ms + 10ms);
      radar(i * 100ms + 60ms);
    }
  }
};

TEST_F(WithAllSensors, NothingStallsWhenTheLidarIsLostAndItIsSaid) {
  lidar(800ms);
  EXPECT_EQ(tracks()->sensors_missing(), 0U);
  EXPECT_FALSE(out_.tracks.is_degraded());
  const std::uint32_t id = tracks()->tracks()[0].id();
  Time last = stamp();
  int reported = 0;
  const auto check = [&] {
    if (tracks() == nullptr) return;
    ++reported;
    EXPECT_LE(stamp() - last, 200ms);
    last = stamp();
    ASSERT_EQ(tracks()->tracks().size(), 1U) << to_seconds(last - kStart);
    EXPECT_EQ(tracks()->tracks()[0].id(), id);
    EXPECT_NEAR(tracks()->tracks()[0].velocity().x(), kCar_mps, 0.5);
    const double off_m = tracks()->tracks()[0].position().x() - kEgo_mps * to_seconds(last - kStart) - ahead_m(last);
    EXPECT_LT(std::abs(off_m), 1.5) << to_seconds(last - kStart);
    if (last - kStart < 1200ms) return;
    EXPECT_EQ(tracks()->sensors_missing(), kSourceLidar);
    EXPECT_TRUE(tracks()->is_degraded());
    EXPECT_TRUE(out_.tracks.is_degraded());
  };
  for (int i = 0; i < 40; ++i) {  // two seconds of camera and radar alone
    if (i % 2 == 0) {
      camera(805ms + i * 50ms);
      check();
    }
    radar(810ms + i * 50ms);
    check();
  }
  EXPECT_GE(reported, 15);
  lidar(2900ms);
  EXPECT_EQ(tracks()->tracks()[0].id(), id);
  EXPECT_EQ(tracks()->sensors_missing(), 0U);
}

TEST_F(FusedTracks, ALidarThatRepeatsItsScanCountsAsSilent) {
  for (int i = 0; i < 5; ++i) lidar(i * 100ms);
  const auto frozen = in_.objects;
  const double x_m = tracks()->tracks().at(0).position().x();
  for (int i = 5; i < 10; ++i) {
    repeat(frozen, i * 100ms);
    ASSERT_NE(tracks(), nullptr) << "nothing stalls";
    EXPECT_EQ(stamp(), kStart + i * 100ms);
    EXPECT_EQ(tracks()->sensors_missing(), i < 8 ? 0U : kSourceLidar) << i << ": after sensor_timeout";
    EXPECT_EQ(tracks()->is_degraded(), i >= 8);
  }
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  EXPECT_NEAR(tracks()->tracks()[0].position().x(), x_m + 0.5 * kCar_mps, 0.5) << "it drives on, not where it was seen";
  EXPECT_EQ(tracks()->tracks()[0].sources(), 0U);
  lidar(1000ms);
  EXPECT_EQ(tracks()->sensors_missing(), 0U);
}

TEST_F(WithAllSensors, ALostCameraOrRadarIsSaid) {
  for (int i = 8; i < 12; ++i) lidar(i * 100ms);
  EXPECT_EQ(tracks()->sensors_missing(), kSourceCamera | kSourceRadar);
  EXPECT_TRUE(out_.tracks.is_degraded());
  EXPECT_EQ(tracks()->tracks().size(), 1U);
}

TEST_F(FusedTracks, TheCameraAloneFindsWhatStandsOnTheRoad) {
  calibrate();
  for (int i = 0; i < 15; ++i) camera(i * 100ms);
  ASSERT_NE(tracks(), nullptr);
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  const auto& track = tracks()->tracks()[0];
  EXPECT_EQ(track.sources(), kSourceCamera);
  EXPECT_EQ(track.classification(), ocelli::msg::CLASS_CAR);
  EXPECT_NEAR(track.position().x() - kEgo_mps * 1.4, ahead_m(kStart + 1400ms), 2.0);
  EXPECT_NEAR(track.position().y(), 0.5, 0.3);
  EXPECT_EQ(tracks()->sensors_missing(), kSourceLidar);
}

TEST_F(FusedTracks, TheCameraBearsNothingWhileTheLidarMayStillBegin) {
  calibrate();
  for (int i = 0; i <= 10; ++i) {
    camera(i * 50ms);  // until 0.5 s
    if (tracks() != nullptr) {
      EXPECT_TRUE(tracks()->tracks().empty()) << i;
    }
  }
}

TEST_F(FusedTracks, WithoutCalibrationTheCameraIsSilent) {
  for (int i = 0; i < 5; ++i) {
    lidar(i * 100ms);
    camera(i * 100ms + 5ms);
  }
  lidar(500ms);
  EXPECT_EQ(tracks()->sensors(), kSourceLidar);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar);
}

TEST_F(FusedTracks, ABadCalibrationIsAFault) {
  calibrate();
  ocelli::msg::CameraCalibration message;
  in_.calibration.bind(std::vector{input_sample<topics::CameraInfo>(message, kStart)});
  in_.objects.bind({});
  in_.radar.bind({});
  in_.ego.bind({});
  const std::vector<Box2> none;
  in_.camera.bind(std::vector{input_sample<topics::CameraObjects>(message_of(none, kStart, "camera/front"), kStart)});
  EXPECT_FALSE(node_.step(in_, out_));
}

TEST_F(FusedTracks, WithoutALidarWhatMovesInTheRadarBecomesATrackThatIsLessSure) {
  for (int i = 0; i < 10; ++i) radar(i * 50ms);
  for (int i = 10; i < 40; ++i) radar(i * 50ms);
  if (tracks() == nullptr) radar(2s);
  ASSERT_NE(tracks(), nullptr);
  EXPECT_TRUE(tracks()->is_degraded());
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  const auto& track = tracks()->tracks()[0];
  EXPECT_EQ(track.sources(), kSourceRadar);
  EXPECT_LT(track.existence(), 0.9);
  EXPECT_NEAR(track.velocity().x(), kCar_mps, 0.3);
  EXPECT_NEAR(track.position().x() - tracks()->T_world_vehicle().position().x(), ahead_m(stamp()), 0.5);
}

TEST_F(FusedTracks, WithoutALidarReturnsThatDoNotGoOnOrDoNotMoveAreNoTracks) {
  for (int i = 0; i < 60; ++i) {
    radar(i * 50ms, i % 3 == 0 ? 9.0 : i % 3 == 1 ? -9.0 : 4.0);
    if (tracks() != nullptr) {
      EXPECT_TRUE(tracks()->tracks().empty()) << i;
    }
  }
  for (int i = 60; i < 120; ++i) {
    radar(i * 50ms, -kCar_mps);
    if (tracks() != nullptr) {
      EXPECT_TRUE(tracks()->tracks().empty()) << i;
    }
  }
}

TEST_F(FusedTracks, AMessageThatIsTakenInAllocatesNothing) {
  calibrate();
  std::uint64_t published = 0;
  for (int i = 0; i < 40; ++i) {
    lidar(i * 100ms);
    if (i == 20) published = allocated_;
    if (i > 20) {
      EXPECT_LE(allocated_, published) << "only the message that goes out takes memory";
    }
    camera(i * 100ms + 20ms);
    if (i > 10) {
      EXPECT_EQ(allocated_, 0U) << "camera, frame " << i;
    }
    radar(i * 100ms + 50ms);
    if (i > 10) {
      EXPECT_EQ(allocated_, 0U) << "radar, frame " << i;
    }
  }
}

}  // namespace
}  // namespace ocelli::perception
