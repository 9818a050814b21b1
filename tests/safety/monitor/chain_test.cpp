#include "ocelli/safety/monitor/chain.hpp"

#include <gtest/gtest.h>

#include "ocelli/tests/safety/monitor/chain_scene.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

TEST(Chain, MeasuresReactionAndAgeFromTheSourcesStamp) {
  RecordProperty("verifies", "REQ-LAT-010");
  Chain chain;
  const Observation one = chain.picture(1, 0, 5);
  chain.tracker.observe(received("detector", one, at(8)));
  chain.tracker.observe(activated("detector", one, at(9), at(30)));
  chain.objects(1, one, 28);
  EXPECT_EQ(chain.tracker.reaction().count(), 1U);
  EXPECT_EQ(chain.tracker.reaction().max(), 28ms);
  EXPECT_EQ(chain.tracker.age().max(), 28ms);
  const ChainOutcome reaction = chain.tracker.take_reaction();
  EXPECT_EQ(reaction.hits, 1U);
  EXPECT_EQ(reaction.worst, 28ms);
  EXPECT_EQ(chain.tracker.take_reaction().hits, 0U) << "taken";
  EXPECT_EQ(chain.tracker.take_age().hits, 1U);
}

TEST(Chain, AttributesTheTimeToTheHops) {
  RecordProperty("verifies", "REQ-LAT-011");
  Chain chain;
  const Observation one = chain.picture(1, 0, 5);
  chain.tracker.observe(received("detector", one, at(8)));
  chain.tracker.observe(received("detector", one, at(50)));  // a second reception changes nothing
  chain.tracker.observe(activated("detector", one, at(12), at(30)));
  chain.objects(1, one, 28);
  EXPECT_EQ(chain.tracker.acquisition().max(), 5ms);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kTransport).max(), 3ms);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kQueue).max(), 4ms);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kCompute).max(), 16ms);
  EXPECT_EQ(chain.tracker.hop_count(), 1U);
}

TEST(Chain, EveryHopHasPartsOfItsOwn) {
  RecordProperty("verifies", "REQ-LAT-011");
  Chain chain(config_of({{"detector", "boxes"}, {"tracker", "objects"}}));
  const Observation one = chain.picture(1, 0, 5);
  chain.tracker.observe(received("detector", one, at(8)));
  chain.tracker.observe(activated("detector", one, at(12), at(30)));
  const Observation boxes = derived("detector", "boxes", 7, one, at(28));
  chain.tracker.observe(boxes);
  chain.tracker.observe(received("tracker", boxes, at(33)));
  chain.tracker.observe(activated("tracker", boxes, at(39), at(50)));
  chain.tracker.observe(derived("tracker", "objects", 9, one, at(46)));
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kCompute).max(), 16ms);
  EXPECT_EQ(chain.tracker.hop(1, HopPart::kTransport).max(), 5ms);
  EXPECT_EQ(chain.tracker.hop(1, HopPart::kQueue).max(), 6ms);
  EXPECT_EQ(chain.tracker.hop(1, HopPart::kCompute).max(), 7ms);
}

TEST(Chain, ASourceMessageWithoutLineageIsItsOwnSource) {
  RecordProperty("verifies", "REQ-LAT-011");
  Chain chain;
  Observation one = published("camera", "camera", 1, at(0), at(5));
  one.oldest = one.newest = {};
  chain.tracker.observe(one);
  chain.tracker.observe(received("detector", one, at(8)));
  Observation other = published("radar", "radar", 1, at(0), at(1));  // the same number, another topic
  other.oldest = other.newest = {};
  chain.tracker.observe(activated("detector", other, at(9), at(10)));
  chain.tracker.observe(activated("detector", one, at(12), at(30)));
  one.oldest = one.newest = {one.topic, 1, at(0)};
  chain.objects(1, one, 28);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kTransport).max(), 3ms);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kQueue).max(), 4ms);
}

TEST(Chain, OnlyTheStepOfItsOwnTriggerEndsTheQueue) {
  RecordProperty("verifies", "REQ-LAT-011");
  Chain chain;
  const Observation one = chain.picture(1, 0, 5);
  chain.tracker.observe(received("detector", one, at(8)));
  const Observation radar = derived("radar", "radar", 4, one, at(9));  // made from the same picture
  chain.tracker.observe(activated("detector", radar, at(10), at(11)));
  chain.tracker.observe(activated("detector", one, at(12), at(30)));
  chain.objects(1, one, 28);
  EXPECT_EQ(chain.tracker.hop(0, HopPart::kQueue).max(), 4ms);
}

TEST(Chain, OfEquallyBadOutcomesTheLastIsTheEvidence) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  chain.objects(2, chain.picture(2, 50, 55), 70);
  chain.objects(3, chain.picture(3, 100, 105), 110);
  const ChainOutcome outcome = chain.tracker.take_reaction();
  EXPECT_EQ(outcome.worst, 20ms);
  EXPECT_EQ(outcome.evidence_at, at(70));
}

TEST(Chain, AnOutputAnswersAllMessagesUpToItsNewestSource) {
  RecordProperty("verifies", "REQ-LAT-010");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  chain.picture(2, 50, 55);
  const Observation three = chain.picture(3, 100, 105);
  chain.objects(2, three, 130);
  EXPECT_EQ(chain.tracker.reaction().count(), 3U);
  EXPECT_EQ(chain.tracker.reaction().max(), 80ms) << "the second waited for the third's output";
  chain.objects(3, three, 140);
  EXPECT_EQ(chain.tracker.reaction().count(), 3U) << "only the first affected output counts";
  EXPECT_EQ(chain.tracker.age().count(), 3U) << "but every output has an age";
}

TEST(Chain, WhatIsNotAnsweredIsAMissWhenItsBudgetIsOver) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  const Observation two = chain.picture(2, 50, 55);
  chain.tracker.tick(at(150), false);
  EXPECT_EQ(chain.tracker.late(), 0U);
  chain.tracker.tick(at(151), false);
  EXPECT_EQ(chain.tracker.late(), 1U);
  chain.tracker.tick(at(200), false);
  EXPECT_EQ(chain.tracker.late(), 1U) << "once";
  const ChainOutcome outcome = chain.tracker.take_reaction();
  EXPECT_EQ(outcome.misses, 1U);
  EXPECT_EQ(outcome.evidence_at, at(150)) << "the moment at which the budget was over";
  EXPECT_FALSE(chain.tracker.window().holds());
  chain.objects(2, two, 250);
  EXPECT_EQ(chain.tracker.late(), 1U) << "its answer comes late, and was counted";
  EXPECT_EQ(chain.tracker.reaction().max(), 200ms);
}

TEST(Chain, BeforeTheFirstOutputOnlyTheEndOfTheStartUpCounts) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.picture(1, 0, 5);
  chain.tracker.tick(at(500), false);
  EXPECT_EQ(chain.tracker.late(), 0U);
  chain.tracker.tick(at(500), true);
  EXPECT_EQ(chain.tracker.late(), 1U);
}

TEST(Chain, AnOldAgeIsAMissOfItsOwn) {
  RecordProperty("verifies", "REQ-LAT-010");
  Chain chain;
  const Observation one = chain.picture(1, 0, 5);
  chain.objects(1, one, 20);
  chain.objects(2, one, 151);
  const ChainOutcome age = chain.tracker.take_age();
  EXPECT_EQ(age.hits, 1U);
  EXPECT_EQ(age.misses, 1U);
  EXPECT_EQ(age.worst, 151ms);
  Chain without([] {
    ChainConfig config = config_of();
    config.age_budget = 0ms;
    return config;
  }());
  without.objects(1, without.picture(1, 0, 5), 900);
  EXPECT_EQ(without.tracker.take_age().misses, 0U);
  EXPECT_EQ(without.tracker.age().count(), 1U);
}

/// An output of two sensors.
Observation fused(std::uint64_t sequence, const LineageEnd& oldest, const LineageEnd& newest, int at_ms) {
  Observation o = published("detector", "objects", sequence, oldest.sensed_at, at(at_ms));
  o.oldest = oldest;
  o.newest = newest;
  return o;
}

TEST(Chain, FanInIsResolvedByTheOldestAndTheNewestSource) {
  RecordProperty("verifies", "REQ-LAT-013");
  Chain chain;
  const LineageEnd lidar{topic_id("lidar"), 7, at(40)};
  const Observation one = chain.picture(1, 0, 5);
  chain.tracker.observe(fused(1, one.oldest, lidar, 60));
  EXPECT_EQ(chain.tracker.age().max(), 60ms) << "camera is the oldest";
  EXPECT_EQ(chain.tracker.reaction().max(), 60ms);
  const Observation two = chain.picture(2, 70, 72);
  chain.tracker.observe(fused(2, lidar, two.newest, 90));
  EXPECT_EQ(chain.tracker.reaction().count(), 2U) << "camera is the newest";
  EXPECT_EQ(chain.tracker.unresolved(), 0U);
}

TEST(Chain, ASourceHiddenBetweenTwoOthersIsFoundByWhatTheNodeHadReceived) {
  RecordProperty("verifies", "REQ-LAT-013");
  Chain chain;
  const LineageEnd oldest{topic_id("lidar"), 1, at(0)};
  const LineageEnd newest{topic_id("imu"), 9, at(50)};
  const Observation one = chain.picture(1, 20, 22);
  chain.tracker.observe(received("detector", one, at(25)));
  chain.picture(2, 45, 47);  // published, but not received before the output
  chain.tracker.observe(fused(1, oldest, newest, 60));
  EXPECT_EQ(chain.tracker.reaction().count(), 1U);
  EXPECT_EQ(chain.tracker.reaction().max(), 40ms);
  EXPECT_EQ(chain.tracker.age().max(), 40ms);
}

TEST(Chain, WhatWasReceivedAtTheMomentOfTheOutputMayBeInIt) {
  RecordProperty("verifies", "REQ-LAT-013");
  Chain chain;
  const Observation one = chain.picture(1, 20, 22);
  chain.tracker.observe(received("detector", one, at(60)));
  chain.tracker.observe(fused(1, {topic_id("lidar"), 1, at(0)}, {topic_id("imu"), 9, at(50)}, 60));
  EXPECT_EQ(chain.tracker.reaction().max(), 40ms);
}

TEST(Chain, AHiddenSourceIsFoundByWhatTheLastNodeHadReceived) {
  RecordProperty("verifies", "REQ-LAT-013");
  Chain chain(config_of({{"detector", "boxes"}, {"tracker", "objects"}}));
  const Observation one = chain.picture(1, 20, 22);
  chain.tracker.observe(received("detector", one, at(25)));
  const Observation boxes = derived("detector", "boxes", 1, one, at(30));
  chain.tracker.observe(boxes);
  const LineageEnd oldest{topic_id("lidar"), 1, at(0)};
  const LineageEnd newest{topic_id("imu"), 9, at(50)};
  Observation output = fused(1, oldest, newest, 60);
  output.entity = entity_id("tracker");
  chain.tracker.observe(output);
  EXPECT_EQ(chain.tracker.reaction().count(), 0U) << "the tracker has not received what was made of it";
  chain.tracker.observe(received("tracker", boxes, at(65)));
  output = fused(2, oldest, newest, 70);
  output.entity = entity_id("tracker");
  chain.tracker.observe(output);
  EXPECT_EQ(chain.tracker.reaction().max(), 50ms);
}

TEST(Chain, WithoutHopsAHiddenSourceIsUnresolvedAndNoSample) {
  RecordProperty("verifies", "REQ-LAT-013");
  Chain chain(config_of({}));
  chain.picture(1, 20, 22);
  chain.tracker.observe(fused(1, {topic_id("lidar"), 1, at(0)}, {topic_id("imu"), 9, at(50)}, 60));
  EXPECT_EQ(chain.tracker.unresolved(), 1U);
  EXPECT_EQ(chain.tracker.reaction().count(), 0U);
  chain.tracker.tick(at(900), true);
  EXPECT_EQ(chain.tracker.late(), 0U) << "whether it went into the output cannot be known";
  Chain hops;
  hops.picture(1, 20, 22);  // never received
  hops.tracker.observe(fused(1, {topic_id("lidar"), 1, at(0)}, {topic_id("imu"), 9, at(50)}, 60));
  EXPECT_EQ(hops.tracker.unresolved(), 1U);
  hops.tracker.tick(at(900), true);
  EXPECT_EQ(hops.tracker.late(), 1U) << "with hops it is known that it was not received";
}

TEST(Chain, ALineageWithOneEndOnlySaysNothingOfWhatLiesBetween) {
  RecordProperty("verifies", "REQ-LAT-013");
  for (const bool has_newest : {true, false}) {
    Chain chain;
    const Observation one = chain.picture(1, 10, 15);
    chain.tracker.observe(received("detector", one, at(20)));
    const LineageEnd other{topic_id("lidar"), 1, has_newest ? at(50) : at(0)};
    chain.tracker.observe(has_newest ? fused(1, {}, other, 60) : fused(1, other, {}, 60));
    EXPECT_EQ(chain.tracker.unresolved(), 1U);
    EXPECT_EQ(chain.tracker.reaction().count(), 0U);
  }
}

}  // namespace
}  // namespace ocelli::safety
