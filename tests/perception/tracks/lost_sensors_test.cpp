// The node `tracks` when messages of lidar, radar and camera come late, repeat themselves, or do not come.
#include "ocelli/tests/perception/tracks/fused_tracks.hpp"

namespace ocelli::perception {
namespace {

using namespace test;
using tracking::kSourceCamera;
using tracking::kSourceLidar;
using tracking::kSourceRadar;

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

TEST_F(WithAllSensors, ARadarThatRepeatsItsScanIsMissing) {
  radar(780ms);
  const auto frozen = in_.radar;
  for (int i = 8; i < 14; ++i) {
    lidar(i * 100ms);
    camera(i * 100ms + 5ms);
    repeat(frozen, i * 100ms + 10ms);
    repeat(frozen, i * 100ms + 60ms);
  }
  lidar(1400ms);
  ASSERT_NE(tracks(), nullptr);
  EXPECT_EQ(tracks()->sensors_missing(), kSourceRadar);
  radar(1410ms);
  lidar(1500ms);
  ASSERT_NE(tracks(), nullptr);
  EXPECT_EQ(tracks()->sensors_missing(), 0U);
}

TEST(Repeated, AStandingRadarMayReturnTheSameRoundedNumbers) {
  const std::vector<tracking::RadarReturn> scan{{{20.0, 1.0, 0.0}, 0.0, 0.1}};
  EXPECT_FALSE(is_repeated(scan, scan, 0.0));
  EXPECT_TRUE(is_repeated(scan, scan, 5.0)) << "a vehicle that moves changes its distances";
  EXPECT_FALSE(is_repeated(std::span<const tracking::RadarReturn>{}, {}, 5.0)) << "an empty road";
}

TEST_F(WithAllSensors, ALostCameraOrRadarIsSaid) {
  for (int i = 8; i < 12; ++i) lidar(i * 100ms);
  EXPECT_EQ(tracks()->sensors_missing(), kSourceCamera | kSourceRadar);
  EXPECT_TRUE(out_.tracks.is_degraded());
  EXPECT_EQ(tracks()->tracks().size(), 1U);
}

TEST_F(WithAllSensors, ALidarThatComesTooLateIsMissingAndFailsNothing) {
  const auto on_time = [&](int i) {
    camera(i * 100ms + 5ms);
    radar(i * 100ms + 10ms);
    radar(i * 100ms + 60ms);
  };
  for (int i = 8; i < 20; ++i) on_time(i);
  for (int i = 20; i < 30; ++i) {
    on_time(i);
    lidar(i * 100ms - 1100ms);  // its step is no failed one
    EXPECT_EQ(out_.tracks.left_out(), 1U) << "older than all updates that are kept";
    if (tracks() == nullptr) continue;
    EXPECT_EQ(stamp(), kStart + i * 100ms + 60ms);
    EXPECT_EQ(tracks()->sensors_missing(), kSourceLidar);
    EXPECT_EQ(tracks()->tracks().at(0).sources(), kSourceCamera | kSourceRadar);
  }
  lidar(3000ms);
  EXPECT_EQ(out_.tracks.left_out(), 0U);
  EXPECT_EQ(tracks()->sensors_missing(), 0U);
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
