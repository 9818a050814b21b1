// Chains whose messages come in another order, are not answered, or begin anew; and their statistics.
#include "ocelli/safety/monitor/chain.hpp"

#include <gtest/gtest.h>

#include "ocelli/tests/safety/monitor/chain_scene.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

TEST(Chain, AnOutputMayBeObservedBeforeItsSource) {
  RecordProperty("verifies", "REQ-LAT-014");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  const Observation two = published("camera", "camera", 2, at(50), at(55));
  chain.objects(2, two, 75);
  EXPECT_EQ(chain.tracker.reaction().count(), 2U);
  chain.tracker.observe(two);
  chain.tracker.tick(at(900), false);
  EXPECT_EQ(chain.tracker.late(), 0U) << "answered already";
}

TEST(Chain, ANewLifeOfTheSourceBeginsItsSequencesAnew) {
  RecordProperty("verifies", "REQ-LAT-014");
  Chain chain;
  const Observation old = chain.picture(100, 0, 5);
  chain.objects(1, old, 20);
  Observation reborn = published("camera", "camera", 1, at(200), at(205));
  reborn.writer = 2;
  chain.tracker.observe(reborn);
  chain.objects(2, old, 210);  // made from a message of the life before
  EXPECT_EQ(chain.tracker.reaction().count(), 1U);
  chain.objects(3, reborn, 230);
  EXPECT_EQ(chain.tracker.reaction().count(), 2U);
  Observation late_reader = received("detector", old, at(240));
  chain.tracker.observe(late_reader);
  chain.tracker.tick(at(900), false);
  EXPECT_EQ(chain.tracker.late(), 0U);
}

TEST(Chain, ASequenceThatJumpsDoesNotBlindIt) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  chain.objects(2, chain.picture(1'000'000'000'000, 50, 55), 70);
  chain.picture(3, 100, 105);
  chain.picture(4, 150, 155);
  chain.tracker.tick(at(300), true);
  EXPECT_EQ(chain.tracker.late(), 2U) << "no output any more";
  chain.picture(2, 400, 405);  // back again, with one message open that is late already and none that is not
  EXPECT_EQ(chain.tracker.late(), 2U);
  EXPECT_EQ(chain.tracker.unanswered(), 2U);
  chain.picture(1, 420, 425);
  EXPECT_EQ(chain.tracker.late(), 3U) << "what was under way can no longer be told apart";
  EXPECT_EQ(chain.tracker.take_reaction().misses, 3U);
}

TEST(Chain, ASourceWhoseCounterStandsStillIsLate) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 5), 20);
  for (int i = 1; i <= 10; ++i) chain.picture(1, 50 * i, 50 * i + 5);
  EXPECT_EQ(chain.tracker.late(), 9U);
}

TEST(Chain, MessagesThatNobodyAnswersCountInItsQuantiles) {
  RecordProperty("verifies", "REQ-LAT-010");
  Chain chain;
  for (int i = 0; i < 300; ++i)
    chain.objects(1, chain.picture(static_cast<std::uint64_t>(i), 50 * i, 50 * i), 50 * i + 5);
  EXPECT_EQ(chain.tracker.reaction().max(), 5ms);
  for (int i = 300; i < 600; ++i) chain.picture(static_cast<std::uint64_t>(i), 50 * i, 50 * i);
  const ChainStatistics statistics = statistics_of(chain.tracker);
  EXPECT_LT(statistics.reaction_p50.value, 6ms);
  EXPECT_GE(statistics.reaction_p99.value, 100ms) << "more than its budget";
}

TEST(Chain, MessagesBeyondItsMemoryAreUnanswered) {
  RecordProperty("verifies", "REQ-LAT-014");
  Chain chain;
  for (std::uint64_t i = 1; i <= 20; ++i) chain.picture(i, static_cast<int>(i), static_cast<int>(i));
  chain.picture(5, 5, 5);  // known
  EXPECT_EQ(chain.tracker.unanswered(), 4U) << "room for 16";
}

TEST(Chain, WithoutOutputsItIsLateHoweverFastTheSourceBabbles) {
  RecordProperty("verifies", "REQ-LAT-012");
  Chain chain;
  chain.objects(1, chain.picture(1, 0, 1), 20);
  for (int ms = 21; ms <= 300; ++ms) {  // its memory is for one in 50 ms
    chain.picture(static_cast<std::uint64_t>(ms), ms, ms);
    chain.tracker.tick(at(ms), false);
  }
  EXPECT_EQ(chain.tracker.late(), 3U) << "the oldest, and twice the oldest that was left then";
  EXPECT_FALSE(chain.tracker.window().holds());
}

TEST(Chain, AMessageWithoutAnAcquisitionStampCountsFromItsPublication) {
  RecordProperty("verifies", "REQ-LAT-010");
  Chain chain;
  Observation o = published("camera", "camera", 1, kNoTime, at(10));
  chain.tracker.observe(o);
  o.oldest = o.newest = {topic_id("camera"), 1, at(10)};
  chain.objects(1, o, 30);
  EXPECT_EQ(chain.tracker.reaction().max(), 20ms);
  Chain unstamped;
  Observation bare = published("camera", "camera", 1, kNoTime, at(10));
  bare.published_at = kNoTime;  // only observed
  unstamped.tracker.observe(bare);
  unstamped.tracker.tick(at(111), true);
  EXPECT_EQ(unstamped.tracker.late(), 1U);
}

TEST(Chain, StatisticsCarryBoundsAndTheWindow) {
  RecordProperty("verifies", "REQ-LAT-015");
  Chain chain;
  for (int i = 0; i < 400; ++i) {
    const auto sequence = static_cast<std::uint64_t>(i) + 1;
    chain.objects(sequence, chain.picture(sequence, i * 50, i * 50 + 5), i * 50 + 20 + i % 7);
  }
  const ChainStatistics statistics = statistics_of(chain.tracker);
  EXPECT_EQ(statistics.samples, 400U);
  EXPECT_EQ(statistics.reaction_max, 26ms);
  EXPECT_EQ(statistics.reaction_jitter, 6ms);
  EXPECT_TRUE(statistics.reaction_p99.upper_bound);
  EXPECT_FALSE(statistics.reaction_p999.upper_bound) << "400 samples are not enough";
  EXPECT_EQ(statistics.age_max, 26ms);
  EXPECT_FALSE(statistics.is_violated);
  EXPECT_EQ(statistics.config->name, "front");
}

}  // namespace
}  // namespace ocelli::safety
