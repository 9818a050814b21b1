#include "ocelli/middleware/node/shell.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "ocelli/middleware/core/stamp.hpp"
#include "ocelli/tests/middleware/node/probe.hpp"

namespace ocelli::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Works on every second message; leaves three measurements out at 3 m/s.
struct Half {
  static constexpr std::string_view kName = "half";
  struct In {
    Trigger<topics::VehicleState> wheels;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };
  bool takes(Time) { return ++seen % 2 == 1; }
  Status step(const In& in, Out& out) {
    if (in.wheels->wheel_speed_mps()[0] == 3.0) out.tracks.leave_out(3);
    return ok();
  }
  int seen = 0;
};

class Shell : public testing::Test {
 protected:
  std::unique_ptr<NodeShell> shell_ = std::move(*NodeShell::create("probe", erase(Probe{}), {}));
  std::vector<Observation> seen_;
  const ObservationSink observe_ = [this](const Observation& seen) { seen_.push_back(seen); };

  SamplePtr accept(std::size_t input, const Received& received) { return shell_->accept(input, received, observe_); }
  std::vector<Outgoing> activate(const Received& trigger, Time now) {
    Activation activation = shell_->begin(accept(kWheels, trigger), now);
    shell_->run(activation);
    return shell_->finish(activation, now + 5ms, observe_);
  }
};

TEST_F(Shell, OneObservationPerMessageAndPerActivation) {
  Received trigger = wheels(5.0, kStart);
  trigger.lost = 4;
  activate(trigger, kStart + 3ms);
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[0].kind, ObservationKind::kReceive);
  EXPECT_EQ(seen_[0].entity, entity_id("probe"));
  EXPECT_EQ(seen_[0].topic, topic_id("vehicle/state"));
  EXPECT_EQ(seen_[0].lost, 4U);
  EXPECT_EQ(seen_[0].observed_at, kStart + 2ms);
  EXPECT_EQ(seen_[1].kind, ObservationKind::kActivation);
  EXPECT_EQ(seen_[1].started_at, kStart + 3ms);
  EXPECT_EQ(seen_[1].observed_at, kStart + 8ms);
}

TEST_F(Shell, ACorruptMessageIsObservedAndDropped) {
  Received bad = wheels(5.0, kStart);
  bad.integrity = Integrity::kCorrupt;
  EXPECT_EQ(accept(kWheels, bad), nullptr);
  EXPECT_EQ(seen_[0].status, ObservationStatus::kCorrupt);
  EXPECT_THAT(shell_->take_problems(), ElementsAre("vehicle/state #1: E2E check failed"));
  EXPECT_TRUE(shell_->take_problems().empty());
}

TEST_F(Shell, BytesThatDoNotDecodeAreInvalid) {
  const Received good = wheels(5.0, kStart);
  auto sample = std::make_shared<Sample>(*good.sample);
  BufferPtr cut = default_pool().take(12);
  cut->resize(0, 12);
  std::copy_n(good.sample->cdr->bytes().begin(), 12, cut->bytes().begin());
  sample->cdr = cut;
  EXPECT_EQ(accept(kWheels, {sample, kStart, Integrity::kTrusted, 0}), nullptr);
  EXPECT_EQ(seen_[0].status, ObservationStatus::kInvalid);
  EXPECT_THAT(shell_->take_problems().at(0), HasSubstr("does not decode"));
}

TEST_F(Shell, ValuesOutOfRangeOrNotANumberAreInvalid) {
  RecordProperty("verifies", "REQ-EXE-002");
  EXPECT_EQ(accept(kWheels, wheels(NAN, kStart)), nullptr);
  EXPECT_EQ(accept(kWheels, wheels(151.0, kStart)), nullptr);
  EXPECT_NE(accept(kWheels, wheels(150.0, kStart)), nullptr);
  sensor_msgs::msg::Imu imu;
  imu.linear_acceleration().y(INFINITY);
  accept(kImu, message<topics::ImuData>(imu, kStart));
  EXPECT_EQ(seen_[1].status, ObservationStatus::kInvalid);
  EXPECT_EQ(seen_[2].status, ObservationStatus::kOk);
  EXPECT_EQ(seen_[3].status, ObservationStatus::kInvalid);
  Activation activation = shell_->begin(accept(kWheels, wheels(1.0, kStart)), kStart);
  EXPECT_TRUE(activation.inputs[kImu].empty()) << "an invalid message is not in the window";
}

Received stamped(const Received& received, Time sensed_at) {
  auto sample = std::make_shared<Sample>(*received.sample);
  sample->header.sensed_at_ns = to_ns(sensed_at);
  return {std::move(sample), received.received_at, received.integrity, received.lost};
}

TEST_F(Shell, AMessageThatSaysItIsPublishedAfterItHasComeIsRefused) {
  const Received sent = wheels(5.0, kStart);
  const auto published = [&](Time at) {
    auto sample = std::make_shared<Sample>(*sent.sample);
    sample->header.published_at_ns = to_ns(at);
    return Received{std::move(sample), sent.received_at, sent.integrity, sent.lost};
  };
  EXPECT_EQ(accept(kWheels, published(sent.received_at + kMostAhead + 1ns)), nullptr);
  EXPECT_EQ(seen_.back().status, ObservationStatus::kInvalid);
  EXPECT_THAT(shell_->take_problems().at(0), HasSubstr("vehicle/state #1: published at 1000052000001 ns, received "
                                                       "1000002000000 ns: expected at most 50 ms later"));
  EXPECT_NE(accept(kWheels, published(sent.received_at + kMostAhead)), nullptr) << "clocks differ a little";
}

TEST_F(Shell, AStampFromTheFutureIsRefusedAndTheNextMessageGoesOn) {
  const Received sent = wheels(5.0, kStart);  // published 1 ms, received 2 ms after kStart
  EXPECT_EQ(accept(kWheels, stamped(sent, kStart + 1h)), nullptr);
  EXPECT_EQ(accept(kWheels, stamped(sent, Time::max())), nullptr);
  EXPECT_EQ(accept(kWheels, stamped(sent, kStart + 1ms + kMostAhead + 1ns)), nullptr);
  for (const Observation& seen : seen_) EXPECT_EQ(seen.status, ObservationStatus::kInvalid);
  EXPECT_THAT(shell_->take_problems().at(0),
              HasSubstr("vehicle/state #1: stamped 4600000000000 ns, sent at 1000001000000 ns"));
  EXPECT_NE(accept(kWheels, stamped(sent, kStart + 1ms + kMostAhead)), nullptr) << "clocks differ a little";
  EXPECT_NE(accept(kWheels, stamped(sent, Time::min())), nullptr) << "old is not ahead";
  EXPECT_NE(accept(kWheels, wheels(5.0, kStart + 20ms)), nullptr);
  EXPECT_EQ(seen_.back().status, ObservationStatus::kOk);
}

TEST_F(Shell, WhatNoVehicleDoesIsInvalidHoweverFiniteItIs) {
  sensor_msgs::msg::Imu imu;
  imu.angular_velocity().z(1e6);
  accept(kImu, message<topics::ImuData>(imu, kStart));
  ocelli::msg::EgoMotion ego = ego_at_origin();
  ego.status(ocelli::msg::EGO_FUSED);
  ego.speed_mps(1e308);
  accept(kEgo, message<topics::EgoMotion>(ego, kStart));
  ocelli::msg::VehicleState steered;
  steered.is_steering_valid(true);
  steered.steering_angle_rad(1e308);
  accept(kWheels, message<topics::VehicleState>(steered, kStart));
  sensor_msgs::msg::NavSatFix fix;
  fix.position_covariance_type(2);
  fix.position_covariance()[4] = 1e308;
  EXPECT_THAT(validate(topics::kind_of<topics::GnssFix>(), &fix).error().message, HasSubstr("variance of 1e+308"));
  vision_msgs::msg::Detection2DArray boxes;
  boxes.detections().emplace_back().bbox().size_x(NAN);
  EXPECT_FALSE(validate(topics::kind_of<topics::CameraObjects>(), &boxes));
  ASSERT_EQ(seen_.size(), 3U);
  for (const Observation& seen : seen_) EXPECT_EQ(seen.status, ObservationStatus::kInvalid);
}

TEST_F(Shell, ATriggerThatIsPassedOverIsAnActivationThatTookNoTime) {
  shell_ = std::move(*NodeShell::create("half", erase(Half{}), {}));
  EXPECT_NE(accept(0, wheels(1.0, kStart)), nullptr);
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(accept(0, wheels(1.0, kStart + 20ms)), nullptr);
  ASSERT_EQ(seen_.size(), 3U);
  EXPECT_EQ(seen_[1].kind, ObservationKind::kReceive);
  EXPECT_EQ(seen_[2].kind, ObservationKind::kActivation) << "the node is alive";
  EXPECT_EQ(seen_[2].status, ObservationStatus::kSkipped);
  EXPECT_EQ(seen_[2].started_at, kStart + 22ms);
  EXPECT_EQ(seen_[2].observed_at, kStart + 22ms);
  EXPECT_NE(accept(0, wheels(1.0, kStart + 40ms)), nullptr);
}

TEST_F(Shell, WhatAStepLeftOutStandsInItsObservation) {
  shell_ = std::move(*NodeShell::create("half", erase(Half{}), {}));
  const auto run_with = [&](double speed_mps, Time at) {
    Activation activation = shell_->begin(accept(0, wheels(speed_mps, at)), at);
    shell_->run(activation);
    static_cast<void>(shell_->finish(activation, at, observe_));
    accept(0, wheels(0.0, at));  // passed over
    return seen_[seen_.size() - 3];
  };
  const Observation left_out = run_with(3.0, kStart);
  EXPECT_EQ(left_out.kind, ObservationKind::kActivation);
  EXPECT_EQ(left_out.quality[0], 3.0);
  EXPECT_EQ(left_out.status, ObservationStatus::kDegraded);
  EXPECT_THAT(shell_->take_problems(), ElementsAre("steps left out 3 measurements so far that they could not use"));
  for (const Duration later : {5ms, 10ms}) EXPECT_EQ(run_with(3.0, kStart + later).quality[0], 3.0);
  EXPECT_THAT(shell_->take_problems(), IsEmpty()) << "told at the first, the tenth, the hundredth";
  run_with(3.0, kStart + 15ms);
  EXPECT_THAT(shell_->take_problems(), ElementsAre("steps left out 12 measurements so far that they could not use"));
  const Observation all_used = run_with(1.0, kStart + 20ms);
  EXPECT_EQ(all_used.quality[0], 0.0);
  EXPECT_EQ(all_used.status, ObservationStatus::kOk);
}

TEST_F(Shell, LatestIsTheNewestUnlessItIsTooOld) {
  accept(kEgo, message<topics::EgoMotion>(ego_at_origin(), kStart - 100ms));
  accept(kEgo, message<topics::EgoMotion>(ego_at_origin(), kStart));
  const SamplePtr trigger = accept(kWheels, wheels(1.0, kStart));
  const Activation fresh = shell_->begin(trigger, kStart + 200ms);
  ASSERT_EQ(fresh.inputs[kEgo].size(), 1U);
  EXPECT_EQ(fresh.inputs[kEgo][0]->header.sensed_at(), kStart);
  const Activation stale = shell_->begin(trigger, kStart + 201ms);
  EXPECT_TRUE(stale.inputs[kEgo].empty());
  EXPECT_TRUE(stale.is_degraded);
}

TEST_F(Shell, ALaunchFileMayOverrideTheMaximumAge) {
  Binding binding;
  binding.max_age["ego"] = 50ms;
  shell_ = std::move(*NodeShell::create("probe", erase(Probe{}), binding));
  accept(kEgo, message<topics::EgoMotion>(ego_at_origin(), kStart));
  const SamplePtr trigger = accept(kWheels, wheels(1.0, kStart));
  EXPECT_EQ(shell_->begin(trigger, kStart + 50ms).inputs[kEgo].size(), 1U);
  EXPECT_TRUE(shell_->begin(trigger, kStart + 51ms).inputs[kEgo].empty());
}

struct Calibrated {
  static constexpr std::string_view kName = "calibrated";
  struct In {
    Trigger<topics::VehicleState> wheels;
    Latest<topics::CameraInfo> calibration;
  };
  struct Out {
    Port<topics::EgoMotion> motion;
  };
  Status step(const In&, Out&) { return ok(); }
};

TEST_F(Shell, ALatchedStateHoldsUntilItIsReplacedAndIsNoPartOfTheDatasAge) {
  shell_ = std::move(*NodeShell::create("calibrated", erase(Calibrated{}), {}));
  ocelli::msg::CameraCalibration calibration;
  calibration.pose().orientation().w(1.0);
  accept(1, message<topics::CameraInfo>(calibration, kStart));
  const Activation activation = shell_->begin(accept(kWheels, wheels(1.0, kStart + 3600s)), kStart + 3600s);
  EXPECT_EQ(activation.inputs[1].size(), 1U);
  EXPECT_FALSE(activation.is_degraded);
  EXPECT_EQ(activation.lineage.oldest.sensed_at(), kStart + 3600s);
}

TEST_F(Shell, AWindowHoldsItsSpanOldestFirst) {
  for (int i = 0; i <= 20; ++i) accept(kImu, message<topics::ImuData>({}, kStart + i * 10ms));
  const Activation activation = shell_->begin(accept(kWheels, wheels(1.0, kStart)), kStart + 200ms);
  ASSERT_EQ(activation.inputs[kImu].size(), 11U) << "100 ms, both ends included";
  EXPECT_EQ(activation.inputs[kImu].front()->header.sensed_at(), kStart + 100ms);
  EXPECT_EQ(activation.inputs[kImu].back()->header.sensed_at(), kStart + 200ms);
}

TEST_F(Shell, OutputsCarryTheTriggersStampAndTheWholeLineage) {
  auto old_ego = message<topics::EgoMotion>(ego_at_origin(), kStart);
  auto sample = std::make_shared<Sample>(*old_ego.sample);
  sample->header.oldest = {topic_id("wheels/rear"), 0, 7, to_ns(kStart - 150ms)};  // made from something older
  sample->header.newest = {topic_id("gnss"), 0, 8, to_ns(kStart)};
  accept(kEgo, {sample, kStart, Integrity::kTrusted, 0});
  accept(kImu, message<topics::ImuData>({}, kStart + 30ms));
  const auto outgoing = activate(wheels(4.0, kStart + 20ms), kStart + 40ms);
  ASSERT_EQ(outgoing.size(), 2U);
  EXPECT_EQ(outgoing[0].info.sensed_at, kStart + 20ms);
  EXPECT_EQ(outgoing[0].info.lineage.oldest.topic, topic_id("wheels/rear"));
  EXPECT_EQ(outgoing[0].info.lineage.oldest.sequence, 7U);
  EXPECT_EQ(outgoing[0].info.lineage.newest.topic, topic_id("imu"));
  EXPECT_EQ(outgoing[0].info.flags, 0U);
  EXPECT_EQ(seen_.back().oldest.topic, topic_id("wheels/rear"));
  EXPECT_EQ(seen_.back().newest.sensed_at, kStart + 30ms);
}

TEST_F(Shell, AMissingInputMarksOutputAndObservationDegraded) {
  RecordProperty("verifies", "REQ-EXE-003");
  const auto outgoing = activate(wheels(4.0, kStart), kStart);
  ASSERT_FALSE(outgoing.empty());
  EXPECT_EQ(outgoing[0].info.flags, SampleHeader::kDegraded);
  EXPECT_EQ(seen_.back().status, ObservationStatus::kDegraded);
}

TEST_F(Shell, ADegradedInputMakesADegradedOutput) {
  accept(kImu, message<topics::ImuData>({}, kStart));
  accept(kEgo, with_flags(message<topics::EgoMotion>(ego_at_origin(), kStart), SampleHeader::kDegraded));
  EXPECT_EQ(seen_.back().status, ObservationStatus::kDegraded);
  EXPECT_EQ(activate(wheels(4.0, kStart), kStart).at(0).info.flags, SampleHeader::kDegraded);
}

TEST_F(Shell, AFailedStepIsAFaultAndPublishesNothing) {
  EXPECT_TRUE(activate(wheels(-1.0, kStart), kStart).empty());
  EXPECT_EQ(seen_.back().kind, ObservationKind::kActivation);
  EXPECT_EQ(seen_.back().status, ObservationStatus::kFailed);
  EXPECT_THAT(shell_->take_problems(), ElementsAre("step failed: rolls backwards"));
}

TEST_F(Shell, AnOutputThatBreaksItsRulesFailsTheWholeStep) {
  EXPECT_TRUE(activate(wheels(145.0, kStart), kStart).empty()) << "the tracks beside it are not published either";
  EXPECT_EQ(seen_.back().status, ObservationStatus::kFailed);
  EXPECT_THAT(shell_->take_problems().at(0), HasSubstr("ego motion: at 0 0 0 m, nan m/s"));
}

TEST_F(Shell, AHeadingThatIsNoRotationIsRefused) {
  for (const double w : {0.0, 2.0, std::nan("")}) {
    ocelli::msg::EgoMotion ego = ego_at_origin();
    ego.status(ocelli::msg::EGO_FUSED);
    ego.pose().orientation().w(w);
    accept(kEgo, message<topics::EgoMotion>(std::move(ego), kStart));
    EXPECT_THAT(shell_->take_problems().at(0), HasSubstr("a unit quaternion")) << w;
  }
}

TEST_F(Shell, ProblemsThatNobodyTakesAreBounded) {
  Received bad = wheels(5.0, kStart);
  bad.integrity = Integrity::kCorrupt;
  for (int i = 0; i < 1000; ++i) accept(kWheels, bad);
  EXPECT_EQ(seen_.size(), 1000U) << "each is observed";
  EXPECT_LE(shell_->take_problems().size(), 100U);
}

}  // namespace
}  // namespace ocelli::node
