// What each detector says, one at a time, with observations made by hand.
#include <gmock/gmock.h>

#include "ocelli/tests/safety/monitor/watch.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(BadStamp, SeesStampsThatGoBackLieAheadOrAreOld) {
  RecordProperty("verifies", "REQ-DET-001");
  Watch watch("bad_stamp");
  watch.make();
  EXPECT_EQ(watch.observe(picture(1, 0, 10)), 'g');
  EXPECT_EQ(watch.observe(picture(2, 0, 20)), 'g') << "the same stamp is not back";
  EXPECT_EQ(watch.observe(picture(3, -1, 30)), 'b');
  EXPECT_STREQ(watch.last.detail, "sensed before the message before");
  EXPECT_EQ(watch.observe(picture(4, 52, 50)), 'b');
  EXPECT_STREQ(watch.last.detail, "sensed in the future");
  EXPECT_DOUBLE_EQ(watch.last.value, 2.0);
  EXPECT_EQ(watch.observe(picture(5, 50, 55)), 'g') << "only the one from the future was wrong";
  EXPECT_EQ(watch.observe(picture(5, 61, 60)), 'g') << "a millisecond ahead is tolerated";
  EXPECT_EQ(watch.observe(picture(6, 100, 1101)), 'b');
  EXPECT_STREQ(watch.last.detail, "old when published");
  EXPECT_EQ(watch.observe(picture(7, 100, 1100)), 'g');
  Observation reborn = picture(1, 50, 1110);
  reborn.writer = 2;
  EXPECT_EQ(watch.observe(reborn), 'b') << "old";
  reborn.sensed_at = at(1100);
  EXPECT_EQ(watch.observe(reborn), 'g');
  reborn.writer = 3;
  reborn.sensed_at = at(1099);
  EXPECT_EQ(watch.observe(reborn), 'g') << "another life may begin earlier";
  EXPECT_EQ(watch.observe(arrival(picture(8, 0, 20), 18)), 'b');
  EXPECT_STREQ(watch.last.detail, "published in the future");
  EXPECT_EQ(watch.observe(arrival(picture(8, 0, 20), 19)), 'g');
  Observation unstamped = picture(9, 0, 0);
  unstamped.sensed_at = kNoTime;
  EXPECT_EQ(watch.observe(unstamped), '-');
  EXPECT_EQ(watch.observe(heartbeat(0)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 100ms);
}

Observation with_quality(std::array<double, 4> quality) {
  Observation o = picture(1, 0, 0);
  o.quality = quality;
  return o;
}

TEST(Blind, JudgesPictures) {
  RecordProperty("verifies", "REQ-DET-002");
  Watch watch("blind");
  watch.topic.quality = QualityKind::kImage;
  watch.with("sharpness_low", 3).make();
  EXPECT_EQ(watch.observe(with_quality({100, 30, 50})), 'g');
  EXPECT_EQ(watch.observe(with_quality({10, 2, 3})), 'g');
  EXPECT_EQ(watch.observe(with_quality({9.9, 30, 50})), 'b');
  EXPECT_STREQ(watch.last.detail, "dark");
  EXPECT_EQ(watch.observe(with_quality({245, 30, 50})), 'g');
  EXPECT_EQ(watch.observe(with_quality({245.1, 30, 50})), 'b');
  EXPECT_STREQ(watch.last.detail, "overexposed");
  EXPECT_EQ(watch.observe(with_quality({100, 1.9, 50})), 'b');
  EXPECT_STREQ(watch.last.detail, "flat");
  EXPECT_EQ(watch.observe(with_quality({100, 30, 2.9})), 'b');
  EXPECT_STREQ(watch.last.detail, "blurred");
  EXPECT_EQ(watch.observe(with_quality({std::nan(""), 30, 50})), 'b') << "NaN is never good";
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 1)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().period, 100ms);
}

TEST(Blind, CallsPicturesBlurredByDefault) {
  RecordProperty("verifies", "REQ-DET-002");
  Watch watch("blind");
  watch.topic.quality = QualityKind::kImage;
  watch.make();
  EXPECT_EQ(watch.observe(with_quality({100, 30, 20})), 'g');
  EXPECT_EQ(watch.observe(with_quality({100, 30, 19.9})), 'b');
}

TEST(Blind, JudgesCloudsAndRefusesWhatHasNoQuality) {
  RecordProperty("verifies", "REQ-DET-002");
  Watch watch("blind");
  watch.topic.quality = QualityKind::kCloud;
  watch.make();
  EXPECT_EQ(watch.observe(with_quality({1, 0.9})), 'g');
  EXPECT_EQ(watch.observe(with_quality({0, 0.5})), 'b');
  EXPECT_STREQ(watch.last.detail, "no points");
  EXPECT_EQ(watch.observe(with_quality({5, 0.91})), 'b');
  EXPECT_STREQ(watch.last.detail, "hardly a return");
  EXPECT_THAT(Watch("blind").refusal(), HasSubstr("topic 'camera' has none"));
  watch.topic.quality = QualityKind::kSensors;
  EXPECT_THAT(watch.refusal(), HasSubstr("topic 'camera' has none"));
}

TEST(ChainLate, FollowsTheWindowOfItsChain) {
  RecordProperty("verifies", "REQ-DET-003");
  Watch watch("chain_late", kChainTarget);
  watch.chain_config.m = 1;
  watch.chain_config.k = 2;
  watch.make();
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  watch.chain->observe(picture(1, 0, 5));
  watch.chain->tick(at(101), true);
  EXPECT_EQ(watch.tick(101, 101), 'g') << "one of two may be missed";
  watch.chain->observe(picture(2, 100, 105));
  watch.chain->tick(at(201), true);
  EXPECT_EQ(watch.tick(201, 201), 'b');
  EXPECT_DOUBLE_EQ(watch.last.limit, 100.0);
  EXPECT_EQ(watch.detector->observability().first, 300ms);
}

TEST(ChainStale, SeesOldDataInAnOutput) {
  RecordProperty("verifies", "REQ-DET-004");
  Watch watch("chain_stale", kChainTarget);
  watch.make();
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  watch.chain->observe(derived("node", "objects", 1, picture(1, 0, 5), at(80)));
  EXPECT_EQ(watch.tick(80, 80), 'g');
  watch.chain->observe(derived("node", "objects", 2, picture(1, 0, 5), at(81)));
  EXPECT_EQ(watch.tick(81, 81), 'b');
  EXPECT_DOUBLE_EQ(watch.last.value, 81.0);
  EXPECT_EQ(watch.detector->observability().first, 180ms);
  Watch without("chain_stale", kChainTarget);
  without.chain_config.age_budget = 0ms;
  EXPECT_THAT(without.refusal(), HasSubstr("needs an age_budget of chain 'target'"));
}

TEST(DegradedInput, SeesStepsWithAMissingInput) {
  RecordProperty("verifies", "REQ-DET-005");
  Watch watch("degraded_input", kNodeTarget);
  watch.make();
  EXPECT_EQ(watch.observe(step(ObservationStatus::kOk)), 'g');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kDegraded)), 'b');
  Observation left_out = step(ObservationStatus::kDegraded);
  left_out.quality[0] = 7.0;
  EXPECT_EQ(watch.observe(left_out), 'b');
  EXPECT_STREQ(watch.last.detail, "measurements left out");
  EXPECT_EQ(watch.last.value, 7.0);
  EXPECT_EQ(watch.observe(step(ObservationStatus::kFailed)), '-') << "the detector 'failed' tells";
  EXPECT_EQ(watch.observe(step(ObservationStatus::kSkipped)), '-');
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 100ms);
}

TEST(Expired, IsTheLocalStatus) {
  RecordProperty("verifies", "REQ-DET-006");
  Watch watch("expired", kNodeTarget);
  watch.make();
  EXPECT_EQ(watch.observe(step(ObservationStatus::kOk)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-') << "no news";
  watch.supervisor->observe(activated("node", picture(1, 0, 0), at(0), at(10)));
  watch.supervisor->tick(at(210));
  EXPECT_EQ(watch.tick(210, 210), 'G') << "a good cycle";
  watch.supervisor->tick(at(410));
  EXPECT_EQ(watch.tick(410, 410), 'b');
  EXPECT_STREQ(watch.last.detail, "alive");
  watch.supervisor->tick(at(610));
  EXPECT_EQ(watch.tick(610, 610), 'B');
  EXPECT_EQ(watch.tick(620, 620), '-');
  EXPECT_EQ(watch.detector->observability().first, 600ms);
  EXPECT_EQ(watch.detector->observability().period, 200ms);
}

TEST(Expired, NamesWhichSupervisionItWas) {
  RecordProperty("verifies", "REQ-DET-006");
  Watch deadline("expired", kNodeTarget);
  deadline.make();
  deadline.supervisor->observe(arrival(picture(1, 0, 0), 0));
  deadline.supervisor->tick(at(51));
  EXPECT_EQ(deadline.tick(51, 51), 'B');
  EXPECT_STREQ(deadline.last.detail, "deadline");
  Watch logical("expired", kNodeTarget);
  logical.node.checkpoints = {
      {.name = "in", .kind = CheckpointKind::kReceive, .topic = "camera", .is_initial = true, .next = {"out"}},
      {.name = "out", .kind = CheckpointKind::kPublish, .topic = "objects", .is_final = true}};
  logical.make();
  logical.supervisor->observe(published("node", "objects", 1, at(0), at(0)));
  EXPECT_EQ(logical.tick(1, 1), 'B');
  EXPECT_STREQ(logical.last.detail, "logical");
  Watch without("expired", kNodeTarget);
  without.node.alive = {};
  without.node.deadline = {};
  EXPECT_THAT(without.refusal(), HasSubstr("needs alive, deadline or checkpoints of node 'node'"));
}

TEST(Failed, SeesFailedStepsAndBrokenMessages) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed", kNodeTarget);
  watch.node.period = 70ms;
  watch.make();
  EXPECT_EQ(watch.observe(step(ObservationStatus::kOk)), 'g');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kDegraded)), 'g');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kFailed)), 'b');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kInvalid)), 'b');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kCorrupt)), 'b');
  EXPECT_EQ(watch.observe(step(static_cast<ObservationStatus>(99))), 'b');
  EXPECT_STREQ(watch.last.detail, "unknown");
  EXPECT_EQ(watch.observe(step(static_cast<ObservationStatus>(6))), 'b');
  EXPECT_STREQ(watch.last.detail, "unknown") << "one beyond those that there are";
  EXPECT_EQ(watch.observe(step(ObservationStatus::kSkipped)), '-') << "no step, so no good one";
  EXPECT_EQ(watch.observe(heartbeat(0)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 70ms);
}

TEST(Failed, AGoodMessageTakenInSaysNothingAboutTheStep) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed", kNodeTarget);
  watch.node.period = 70ms;
  watch.make();
  Observation taken = step(ObservationStatus::kOk);
  taken.kind = ObservationKind::kReceive;
  EXPECT_EQ(watch.observe(taken), '-');
  taken.status = ObservationStatus::kCorrupt;
  EXPECT_EQ(watch.observe(taken), 'b');
}

TEST(Failed, AGoodStepOnOneTriggerSaysNothingAboutAnother) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed", kNodeTarget);
  watch.make();
  const auto on = [](std::string_view trigger, ObservationStatus status) {
    Observation seen = step(status);
    seen.topic = topic_id(trigger);
    return seen;
  };
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kOk)), 'g');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), 'g');
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kFailed)), 'b');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), '-') << "the lidar's steps still fail";
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kSkipped)), '-');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), '-') << "one that was passed over heals nothing";
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kOk)), 'g');
  Observation taken = on("ego", ObservationStatus::kCorrupt);
  taken.kind = ObservationKind::kReceive;
  EXPECT_EQ(watch.observe(taken), 'b');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), '-') << "the newest of an input is corrupt";
  taken.status = ObservationStatus::kOk;
  EXPECT_EQ(watch.observe(taken), '-');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), 'g');
  for (int i = 0; i < 40; ++i) watch.observe(on(std::to_string(i), ObservationStatus::kOk));
  EXPECT_EQ(watch.observe(on("one beyond the memory", ObservationStatus::kFailed)), 'b');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk)), '-');
}

TEST(Failed, AnInputThatFailedAndFellSilentIsForgotten) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed", kNodeTarget);
  watch.make();
  const auto on = [](std::string_view trigger, ObservationStatus status, int ms) {
    Observation seen = step(status);
    seen.topic = topic_id(trigger);
    seen.observed_at = at(ms);
    return seen;
  };
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kFailed, 0)), 'b');
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kFailed, 100)), 'b');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk, 1100)), '-');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk, 1101)), 'g') << "silence is another fault";
}

TEST(Failed, MessagesAndStepsOfAnInputHealThemselvesAlone) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed", kNodeTarget);
  watch.node.period = 300ms;
  watch.make();
  const auto on = [](std::string_view input, ObservationStatus status, int ms) {
    Observation seen = step(status);
    seen.topic = topic_id(input);
    seen.observed_at = at(ms);
    return seen;
  };
  const auto taken = [&](std::string_view input, ObservationStatus status, int ms) {
    Observation seen = on(input, status, ms);
    seen.kind = ObservationKind::kReceive;
    return seen;
  };
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kFailed, 0)), 'b');
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kOk, 10)), 'g') << "the first that is heard";
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kFailed, 20)), 'b');
  EXPECT_EQ(watch.observe(taken("lidar", ObservationStatus::kOk, 30)), '-');
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk, 40)), '-') << "a good message is no good step";
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kOk, 50)), 'g');
  EXPECT_EQ(watch.observe(taken("lidar", ObservationStatus::kCorrupt, 60)), 'b');
  EXPECT_EQ(watch.observe(on("lidar", ObservationStatus::kOk, 70)), '-') << "the step of the message before";
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk, 1560)), '-') << "remembered for five periods";
  EXPECT_EQ(watch.observe(on("radar", ObservationStatus::kOk, 1561)), 'g');
}

TEST(Failed, ATopicIsNotToBlameForAFailedStepOfItsReader) {
  RecordProperty("verifies", "REQ-DET-007");
  Watch watch("failed");
  watch.make();
  Observation message = picture(1, 0, 10);
  EXPECT_EQ(watch.observe(message), 'g');
  message.status = ObservationStatus::kInvalid;
  EXPECT_EQ(watch.observe(message), 'b');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kFailed)), '-');
  EXPECT_EQ(watch.detector->observability().first, 100ms);
}

}  // namespace
}  // namespace ocelli::safety
