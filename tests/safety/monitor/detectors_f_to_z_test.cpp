// What each detector says, one at a time, with observations made by hand.
#include <gmock/gmock.h>

#include "ocelli/tests/safety/monitor/watch.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;

Observation hashed(std::uint64_t hash) {
  Observation o = picture(1, 0, 0);
  o.content_hash = hash;
  return o;
}

TEST(Frozen, SeesTheSameContentAgainAndAgain) {
  RecordProperty("verifies", "REQ-DET-008");
  Watch watch("frozen");
  watch.with("max_repeats", 1).make();
  EXPECT_EQ(watch.observe(hashed(7)), 'g');
  EXPECT_EQ(watch.observe(hashed(7)), 'g');
  EXPECT_EQ(watch.observe(hashed(7)), 'b');
  EXPECT_DOUBLE_EQ(watch.last.value, 2.0);
  EXPECT_EQ(watch.observe(hashed(0)), '-') << "not computed";
  EXPECT_EQ(watch.observe(hashed(8)), 'g');
  EXPECT_EQ(watch.observe(arrival(hashed(8), 1)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 200ms);
  Watch on_change("frozen");
  on_change.topic.period = {};
  EXPECT_THAT(on_change.refusal(), HasSubstr("'frozen' needs a period"));
}

TEST(Late, JudgesArrivals) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.make();
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 50)), 'g');
  EXPECT_EQ(watch.observe(arrival(picture(2, 0, 0), 51)), 'b');
  EXPECT_STREQ(watch.last.detail, "received late");
  EXPECT_EQ(watch.last.evidence_at, at(50));
  EXPECT_EQ(watch.observe(heartbeat(0)), '-');
  EXPECT_EQ(watch.tick(999, 999), '-') << "no receiver is named";
  EXPECT_EQ(watch.detector->observability().first, 150ms);
}

TEST(Late, NamedReceiversMustGetEveryMessage) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node"};
  watch.make();
  watch.observe(picture(1, 0, 0));
  EXPECT_EQ(watch.tick(60, 60, false), '-') << "the receiver was never there, and the start is not over";
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 10, "other")), '-') << "not judged";
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 10)), 'g');
  watch.observe(picture(2, 100, 100));
  watch.observe(picture(3, 200, 200));
  EXPECT_EQ(watch.tick(150, 150, false), '-');
  EXPECT_EQ(watch.tick(151, 151, false), 'b');
  EXPECT_STREQ(watch.last.detail, "not received");
  EXPECT_EQ(watch.last.evidence_at, at(150));
  EXPECT_EQ(watch.tick(152, 152, false), '-') << "once";
  EXPECT_EQ(watch.observe(arrival(picture(2, 100, 100), 180)), '-') << "was reported";
  EXPECT_EQ(watch.observe(arrival(picture(3, 200, 200), 210)), 'g');
  watch.observe(picture(3, 200, 200));  // its publication is observed after its reception
  EXPECT_EQ(watch.tick(400, 400, false), '-');
}

TEST(Late, WhatOneReceiverGetsSaysNothingAboutAnother) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node", "asleep"};
  watch.make();
  watch.observe(picture(1, 0, 0));
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 10)), 'g');
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 10, "asleep")), 'g');
  for (int i = 2; i <= 5; ++i) {
    const int ms = (i - 1) * 100;
    watch.observe(picture(static_cast<std::uint64_t>(i), ms, ms));
    EXPECT_EQ(watch.observe(arrival(picture(static_cast<std::uint64_t>(i), ms, ms), ms + 10)), i == 2 ? 'g' : '-')
        << "the other one was not late yet, then waits";
    EXPECT_EQ(watch.tick(ms + 60, ms + 60), 'b') << i;
  }
  EXPECT_EQ(watch.observe(arrival(picture(5, 400, 400), 490, "asleep")), '-') << "was reported";
  watch.observe(picture(6, 500, 500));
  EXPECT_EQ(watch.observe(arrival(picture(6, 500, 500), 510)), '-');
  EXPECT_EQ(watch.observe(arrival(picture(6, 500, 500), 551, "asleep")), 'b') << "received late";
  watch.observe(picture(7, 600, 600));
  EXPECT_EQ(watch.observe(arrival(picture(7, 600, 600), 610)), '-');
  EXPECT_EQ(watch.observe(arrival(picture(7, 600, 600), 610, "asleep")), 'g') << "both have it in time";
}

TEST(Late, OneMessageThatIsLateToAllIsOneLateMessage) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node", "other"};
  watch.make();
  watch.observe(picture(1, 0, 0));
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 70)), 'b');
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 71, "other")), '-');
  watch.observe(picture(2, 100, 100));
  EXPECT_EQ(watch.tick(160, 160), 'b') << "neither has it";
  EXPECT_EQ(watch.tick(170, 170), '-');
  EXPECT_EQ(watch.tick(180, 180), '-');
  watch.observe(picture(3, 200, 200));
  EXPECT_EQ(watch.observe(arrival(picture(3, 200, 200), 210)), '-');
  EXPECT_EQ(watch.observe(arrival(picture(3, 200, 200), 210, "other")), 'g');
}

TEST(Late, AnEarlyMissingMessageIsFoundWhenTheStartIsOver) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node"};
  watch.make();
  watch.observe(picture(1, 0, 0));
  EXPECT_EQ(watch.tick(60, 60, true), 'b');
}

TEST(Late, ASequenceThatJumpsDoesNotBlindIt) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node"};
  watch.make();
  const auto budget_ms = static_cast<int>(to_milliseconds(watch.topic.transport_budget));
  const auto pass = [&](std::uint64_t sequence, int ms) {
    watch.observe(picture(sequence, ms, ms));
    return watch.observe(arrival(picture(sequence, ms, ms), ms));
  };
  EXPECT_EQ(pass(1, 100), 'g');
  EXPECT_EQ(pass(1'000'000'000'000, 200), 'g');
  watch.observe(picture(3, 300, 300));
  EXPECT_EQ(watch.tick(300 + budget_ms + 1, 300 + budget_ms + 1), 'b') << "never received";
}

TEST(Late, AFullMemoryKeepsTheOldestUntilItIsReported) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node"};
  watch.make();
  for (std::uint64_t i = 1; i <= 70; ++i) watch.observe(picture(i, 0, static_cast<int>(i)));
  EXPECT_EQ(watch.tick(500, 58, true), 'b');
  EXPECT_EQ(watch.last.evidence_at, at(51)) << "the oldest of all, published after 1 ms";
  EXPECT_EQ(watch.tick(500, 59, true), 'b');
  EXPECT_EQ(watch.last.evidence_at, at(58)) << "the six after it were forgotten";
  EXPECT_EQ(watch.tick(500, 59, true), '-');
}

TEST(Late, ANewWriterForgetsWhatTheOldOneSent) {
  RecordProperty("verifies", "REQ-DET-009");
  Watch watch("late");
  watch.topic.receivers = {"node"};
  watch.make();
  watch.observe(picture(70, 0, 70));
  Observation reborn = picture(1, 600, 600);
  reborn.writer = 2;
  watch.observe(reborn);
  EXPECT_EQ(watch.observe(arrival(picture(70, 0, 70), 605)), 'b') << "late, of the life before";
  EXPECT_EQ(watch.tick(640, 640, true), '-');
  EXPECT_EQ(watch.tick(651, 651, true), 'b');
}

/// The next message that a receiver took, behind a gap.
Observation gap_at(std::uint32_t receiver, std::uint32_t lost) {
  Observation o = arrival(picture(1, 0, 0), 1);
  o.entity = EntityId{receiver};
  o.lost = lost;
  return o;
}

TEST(Lost, SumsTheGapsOfItsWindow) {
  RecordProperty("verifies", "REQ-DET-010");
  Watch watch("lost");
  watch.with("allowed", 1).with("window", 3).make();
  const auto gap = [](std::uint32_t lost) { return gap_at(1, lost); };
  EXPECT_EQ(watch.observe(gap(1)), 'g');
  EXPECT_EQ(watch.observe(gap(1)), 'b');
  EXPECT_EQ(watch.observe(gap(0)), 'b');
  EXPECT_EQ(watch.observe(gap(0)), 'g');
  EXPECT_EQ(watch.observe(gap(0xFFFFFFFF)), 'b');
  EXPECT_DOUBLE_EQ(watch.last.value, 4294967295.0);
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 200ms);
  watch.topic.loss_shows_within = 30ms;
  watch.make();
  EXPECT_EQ(watch.detector->observability().first, 200ms) << "it has a period";
  watch.topic.period = 0ms;
  watch.make();
  EXPECT_EQ(watch.detector->observability().first, 30ms);
  EXPECT_FALSE(watch.detector->needs_period());
  Watch node("lost", kNodeTarget);
  node.node.period = 70ms;
  node.make();
  EXPECT_EQ(node.detector->observability().period, 70ms);
}

TEST(Lost, WhatOneReceiverGetsDoesNotHealWhatAnotherLost) {
  RecordProperty("verifies", "REQ-DET-010");
  Watch watch("lost");
  watch.topic.receivers = {"tracks", "recorder"};
  watch.make();
  EXPECT_EQ(watch.observe(gap_at(1, 0)), 'g');
  EXPECT_EQ(watch.observe(gap_at(1, 2)), 'b');
  EXPECT_EQ(watch.observe(gap_at(2, 0)), '-') << "neither seen again nor healed";
  EXPECT_EQ(watch.observe(gap_at(1, 0)), 'g');
  EXPECT_EQ(watch.observe(gap_at(2, 1)), 'b');
  EXPECT_EQ(watch.observe(gap_at(1, 0)), '-');
  EXPECT_EQ(watch.observe(gap_at(3, 0)), 'g') << "one that nobody expected shares the last window";
}

TEST(Lost, TheOldestOfAWindowGoesFirst) {
  RecordProperty("verifies", "REQ-DET-010");
  Watch watch("lost");
  watch.with("window", 4).make();
  EXPECT_EQ(watch.observe(gap_at(1, 1)), 'b');
  for (int i = 0; i < 3; ++i) EXPECT_EQ(watch.observe(gap_at(1, 0)), 'b') << i;
  EXPECT_EQ(watch.observe(gap_at(1, 0)), 'g');
}

TEST(Lost, EachOfThreeReceiversHasItsOwnWindowAndThoseOfNobodyShareOne) {
  RecordProperty("verifies", "REQ-DET-010");
  Watch watch("lost");
  watch.topic.receivers = {"tracks", "recorder", "report"};
  watch.make();
  EXPECT_EQ(watch.observe(gap_at(1, 0)), 'g');
  EXPECT_EQ(watch.observe(gap_at(2, 1)), 'b');
  EXPECT_EQ(watch.observe(gap_at(3, 0)), '-');
  EXPECT_EQ(watch.observe(gap_at(2, 0)), 'g');
  watch.topic.receivers = {};
  watch.make();
  EXPECT_EQ(watch.observe(gap_at(1, 1)), 'b');
  EXPECT_EQ(watch.observe(gap_at(2, 0)), 'g') << "nobody is known to receive it: whoever does speaks for all";
  Watch node("lost", kNodeTarget);
  node.make();
  EXPECT_EQ(node.observe(gap_at(1, 1)), 'b');
  EXPECT_EQ(node.observe(gap_at(2, 0)), 'g') << "of one node";
}

TEST(Overflow, SeesWhatTheMonitorLost) {
  RecordProperty("verifies", "REQ-DET-011");
  Watch watch("overflow", kMonitorTarget);
  watch.make();
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.tick(0, 0, true, 0), 'g');
  EXPECT_EQ(watch.tick(10, 10, true, 3), 'b');
  EXPECT_DOUBLE_EQ(watch.last.value, 3.0);
  EXPECT_EQ(watch.tick(20, 20, true, 3), 'g');
  EXPECT_EQ(watch.detector->observability().first, 10ms);
}

TEST(Silent, SeesByTimerThatNothingCame) {
  RecordProperty("verifies", "REQ-DET-012");
  Watch watch("silent");
  watch.make();
  EXPECT_EQ(watch.tick(900, 900, false), '-') << "still starting";
  EXPECT_EQ(watch.observe(picture(1, 0, 1000)), 'g');
  EXPECT_EQ(watch.observe(picture(1, 0, 900)), '-') << "out of order";
  EXPECT_EQ(watch.tick(1200, 1200), '-');
  EXPECT_EQ(watch.tick(1201, 1201), 'b');
  EXPECT_EQ(watch.last.evidence_at, at(1200));
  EXPECT_EQ(watch.tick(1250, 1250), '-') << "once per period";
  EXPECT_EQ(watch.tick(1302, 1302), 'b');
  EXPECT_EQ(watch.observe(step(ObservationStatus::kOk)), '-') << "a step is no sign of life of a topic";
  EXPECT_EQ(watch.observe(heartbeat(1400)), '-');
  EXPECT_EQ(watch.observe(arrival(picture(2, 0, 1490), 1500)), 'g');
  EXPECT_EQ(watch.tick(1600, 1600), '-');
  EXPECT_EQ(watch.detector->observability().first, 200ms);
}

TEST(Silent, WhatNeverCameIsSilentWhenTheStartIsOver) {
  RecordProperty("verifies", "REQ-DET-012");
  Watch watch("silent");
  watch.make();
  EXPECT_EQ(watch.tick(10'000, 10'000, false), '-');
  EXPECT_EQ(watch.tick(10'001, 10'001, true), 'b');
  EXPECT_EQ(watch.last.evidence_at, at(10'000));
}

TEST(Silent, AHeartbeatKeepsOnlyANodeWithoutPeriodAlive) {
  RecordProperty("verifies", "REQ-DET-012");
  Watch periodic("silent", kNodeTarget);
  periodic.make();
  EXPECT_EQ(periodic.observe(heartbeat(0)), '-');
  EXPECT_EQ(periodic.observe(step(ObservationStatus::kOk)), 'g');
  EXPECT_EQ(periodic.observe(arrival(picture(1, 0, 0), 20)), '-') << "being sent something is no sign of life";
  Watch on_demand("silent", kNodeTarget);
  on_demand.node.period = {};
  EXPECT_THAT(on_demand.refusal(), HasSubstr("'silent' needs a period, a max_gap or max_gap_ms for 'target'"));
  on_demand.with("max_gap_ms", 300).make();
  EXPECT_EQ(on_demand.observe(heartbeat(0)), 'g');
  EXPECT_EQ(on_demand.detector->observability().period, 300ms);
  Watch gap("silent", kNodeTarget);
  gap.node.max_gap = 150ms;
  gap.make();
  EXPECT_EQ(gap.detector->observability().first, 150ms);
}

TEST(Slow, MeasuresFromTheTrigger) {
  RecordProperty("verifies", "REQ-DET-013");
  Watch watch("slow", kNodeTarget);
  watch.make();
  const auto ended = [](std::uint64_t sequence, int begun, int end) {
    return activated("node", picture(sequence, 0, 0), at(begun), at(end));
  };
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 0)), '-');
  EXPECT_EQ(watch.observe(ended(1, 5, 50)), 'g');
  watch.observe(arrival(picture(2, 0, 0), 100));
  watch.observe(arrival(picture(3, 0, 0), 110));
  EXPECT_EQ(watch.observe(ended(2, 100, 151)), 'b');
  EXPECT_STREQ(watch.last.detail, "ended late");
  EXPECT_EQ(watch.last.evidence_at, at(150));
  EXPECT_EQ(watch.tick(201, 201), '-') << "the third began when the second ended";
  EXPECT_EQ(watch.tick(202, 202), 'b');
  EXPECT_STREQ(watch.last.detail, "has not ended");
  EXPECT_EQ(watch.tick(203, 203), '-') << "once";
  EXPECT_EQ(watch.observe(ended(3, 151, 300)), '-') << "was reported";
  EXPECT_EQ(watch.tick(999, 999), '-');
  EXPECT_EQ(watch.observe(ended(4, 400, 451)), 'b') << "without a reception from its beginning";
  EXPECT_EQ(watch.observe(arrival(published("x", "other", 1, at(0), at(0)), 460)), '-');
  EXPECT_EQ(watch.observe(picture(9, 0, 0)), '-');
  EXPECT_EQ(watch.detector->observability().first, 150ms);
}

TEST(Slow, NeedsADeadlineAndATrigger) {
  RecordProperty("verifies", "REQ-DET-013");
  Watch watch("slow", kNodeTarget);
  watch.node.deadline = {};
  EXPECT_THAT(watch.refusal(), HasSubstr("'slow' needs a deadline of node 'node'"));
  watch.with("deadline_ms", 10).make();
  EXPECT_EQ(watch.observe(activated("node", picture(1, 0, 0), at(0), at(10))), 'g');
  EXPECT_EQ(watch.observe(activated("node", picture(1, 0, 0), at(0), at(11))), 'b');
  watch.node.trigger = "";
  EXPECT_THAT(watch.refusal(), HasSubstr("'slow' needs the trigger of node 'node'"));
}

TEST(TickLate, SeesAStarvedMonitor) {
  RecordProperty("verifies", "REQ-DET-014");
  Watch watch("tick_late", kMonitorTarget);
  watch.make();
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.tick(0, 0, true, 0, 50ms), 'g');
  EXPECT_EQ(watch.tick(0, 0, true, 0, 51ms), 'b');
  EXPECT_EQ(watch.detector->observability().first, 50ms);
}

TEST(TickLate, SeesAClockThatGoesBack) {
  RecordProperty("verifies", "REQ-DET-014");
  Watch watch("tick_late", kMonitorTarget);
  watch.make();
  const auto tick = [&](std::uint64_t steps_back) {
    return watch.letter(watch.detector->tick({at(0), at(0), kStart, 10ms, 0, true, steps_back}));
  };
  EXPECT_EQ(tick(0), 'g');
  EXPECT_EQ(tick(1), 'b');
  EXPECT_EQ(tick(1), 'g');
}

TEST(WrongRate, ComparesTheMeanDistanceWithThePeriod) {
  RecordProperty("verifies", "REQ-DET-015");
  Watch watch("wrong_rate");
  watch.with("window", 2).make();
  EXPECT_EQ(watch.observe(picture(1, 0, 0)), '-');
  EXPECT_EQ(watch.observe(picture(2, 0, 100)), '-');
  EXPECT_EQ(watch.observe(picture(3, 0, 200)), 'g');
  EXPECT_EQ(watch.observe(picture(4, 0, 330)), '-');
  EXPECT_EQ(watch.observe(picture(5, 0, 441)), 'b');
  EXPECT_STREQ(watch.last.detail, "slow");
  watch.observe(picture(6, 0, 500));
  EXPECT_EQ(watch.observe(picture(7, 0, 600)), 'b');
  EXPECT_STREQ(watch.last.detail, "fast");
  EXPECT_DOUBLE_EQ(watch.last.limit, 80.0);
  EXPECT_EQ(watch.observe(arrival(picture(1, 0, 0), 1)), '-');
  EXPECT_EQ(watch.tick(0, 0), '-');
  EXPECT_EQ(watch.detector->observability().first, 800ms);
  Watch on_change("wrong_rate");
  on_change.topic.period = {};
  EXPECT_THAT(on_change.refusal(), HasSubstr("'wrong_rate' needs a period"));
}

}  // namespace
}  // namespace ocelli::safety
