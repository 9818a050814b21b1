#include "ocelli/launch/report/latency.hpp"

#include <gmock/gmock.h>

#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using test::at;
using testing::HasSubstr;

const ChainInfo kChain = {"c", "lidar", "tracks", 150ms, 200ms};
const IsDisturbed kNever = [](Time) { return false; };

MessageRecord input(double s) { return test::record(static_cast<std::uint64_t>(s * 10) + 1, s, 0.001, "lidar", s); }

/// An output published at `s` from inputs sensed at `oldest` to `newest`.
MessageRecord output(double s, double oldest, double newest) {
  MessageRecord m = test::record(1, newest, s - newest, "lidar", newest);
  m.oldest.sensed_at = at(oldest);
  return m;
}

TEST(ChainLatency, MeasuresFromEachInputToTheFirstOutputMadeFromIt) {
  const auto chain = chain_latency(kChain, {input(0.0), input(0.1)}, {output(0.04, 0.0, 0.0), output(0.16, 0.1, 0.1)},
                                   at(1.0), kNever);
  ASSERT_EQ(chain.reactions.size(), 2U);
  EXPECT_EQ(chain.reactions[0].latency, 40ms);
  EXPECT_NEAR(to_seconds(chain.reactions[1].latency), 0.06, 1e-6);
  EXPECT_EQ(chain.late, 0U);
  EXPECT_TRUE(chain.is_within_budget());
}

TEST(ChainLatency, ASkippedInputIsAnsweredByTheOutputOfItsSuccessor) {
  const auto chain = chain_latency(kChain, {input(0.0), input(0.1), input(0.2)},
                                   {output(0.05, 0.0, 0.0), output(0.28, 0.2, 0.2)}, at(1.0), kNever);
  ASSERT_EQ(chain.reactions.size(), 3U);
  EXPECT_NEAR(to_seconds(chain.reactions[1].latency), 0.18, 1e-6);
  EXPECT_EQ(chain.late, 1U) << "180 ms over a budget of 150 ms";
}

TEST(ChainLatency, AnInputWithoutOutputIsLateUnlessTheRunEndedBeforeItsBudget) {
  const std::vector<MessageRecord> inputs = {input(0.0), input(0.1), input(0.2)};
  const auto chain = chain_latency(kChain, inputs, {output(0.05, 0.0, 0.0)}, at(0.3), kNever);
  EXPECT_EQ(chain.unanswered, 1U) << "0.1 s is overdue, 0.2 s is not";
  EXPECT_EQ(chain.late, 1U);
  EXPECT_FALSE(chain.is_within_budget());
}

TEST(ChainLatency, InputsBeforeTheChainWasUpDoNotCount) {
  const auto chain =
      chain_latency(kChain, {input(0.0), input(0.1), input(0.5)}, {output(0.55, 0.5, 0.5)}, at(1.0), kNever);
  EXPECT_EQ(chain.reactions.size(), 1U);
  EXPECT_EQ(chain.unanswered, 0U);
}

TEST(ChainLatency, DataAgeIsThatOfTheOldestInput) {
  const auto chain = chain_latency(kChain, {input(0.1), input(0.3)}, {output(0.35, 0.1, 0.3)}, at(1.0), kNever);
  ASSERT_EQ(chain.ages.size(), 1U);
  EXPECT_NEAR(to_seconds(chain.ages[0].latency), 0.25, 1e-6);
  EXPECT_EQ(chain.old, 1U);
}

TEST(ChainLatency, DisturbedInputsAreLeftOutOfWhatIsMeasuredUndisturbed) {
  const auto chain = chain_latency(kChain, {input(0.0), input(0.1)}, {output(0.04, 0.0, 0.0), output(0.4, 0.1, 0.1)},
                                   at(1.0), [](Time t) { return t >= at(0.1); });
  EXPECT_EQ(chain.reaction.count, 2U);
  EXPECT_EQ(chain.reaction_quiet.count, 1U);
  EXPECT_EQ(chain.late, 1U);
  EXPECT_EQ(chain.late_quiet, 0U);
}

TEST(ChainLatency, AChainThatFallsSilentIsLateAlsoWhileNothingIsInjected) {
  std::vector<MessageRecord> inputs;
  for (int i = 0; i < 10; ++i) inputs.push_back(input(0.1 * i));
  const auto chain =
      chain_latency(kChain, inputs, {output(0.05, 0.0, 0.0)}, at(5.0), [](Time t) { return t > at(0.6); });
  EXPECT_EQ(chain.unanswered, 8U) << "the last one is given its budget, though the run goes on";
  EXPECT_EQ(chain.late_quiet, 4U) << "0.1 to 0.4 s";
}

TEST(ChainLatency, WhatIsAnsweredInADisturbanceIsDisturbed) {
  const auto chain = chain_latency(kChain, {input(0.0), input(0.1)}, {output(0.04, 0.0, 0.0), output(0.4, 0.1, 0.1)},
                                   at(1.0), [](Time t) { return t >= at(0.2); });
  EXPECT_EQ(chain.reaction_quiet.count, 1U) << "taken in before it began";
  EXPECT_EQ(chain.late_quiet, 0U);
}

TEST(ChainLatency, SaysWhyThereIsNothing) {
  EXPECT_THAT(chain_latency(kChain, {}, {output(0.1, 0, 0)}, at(1.0), kNever).absent,
              HasSubstr("no message of 'lidar'"));
  EXPECT_THAT(chain_latency(kChain, {input(0.0)}, {}, at(1.0), kNever).absent, HasSubstr("no message of 'tracks'"));
  const auto foreign = test::record(1, 0.0, 0.1, "camera", 0.0);
  const auto chain = chain_latency(kChain, {input(0.0)}, {foreign}, at(1.0), kNever);
  EXPECT_THAT(chain.absent, HasSubstr("names 'lidar' in its lineage"));
  EXPECT_EQ(chain.unrelated, 1U);
  EXPECT_FALSE(chain.is_within_budget());
}

TEST(ChainLatency, ADelayOnTheBusShowsInFull) {
  const auto delayed = chain_latencies(test::synthetic_run(), kNever);
  const auto quiet = chain_latencies(test::synthetic_run(false), kNever);
  std::size_t compared = 0;
  for (const LatencySample& sample : delayed[0].reactions) {
    if (sample.at < at(44.25) || sample.at > at(46.0)) continue;
    const auto same = std::find_if(quiet[0].reactions.begin(), quiet[0].reactions.end(),
                                   [&](const LatencySample& s) { return s.at == sample.at; });
    ASSERT_NE(same, quiet[0].reactions.end());
    EXPECT_NEAR(to_milliseconds(sample.latency - same->latency), 150.0, 1e-3);
    ++compared;
  }
  EXPECT_GE(compared, 17U);
  EXPECT_THAT(delayed[1].absent, HasSubstr("names 'camera/front'"));
}

TEST(ChainLatency, MessagesThatWereNotRecordedComeFromTheirObservations) {
  RunData run;
  run.begin = at(0.0);
  run.end = at(1.0);
  run.info.chains = {kChain};
  for (const auto& [topic, published] : {std::pair{"lidar", 0.01}, {"tracks", 0.08}}) {
    Observation o;
    o.kind = ObservationKind::kPublish;
    o.topic = topic_id(topic);
    o.sensed_at = at(0.0);
    o.published_at = at(published);
    o.oldest = o.newest = {topic_id("lidar"), 1, at(0.0)};
    run.observations.push_back(o);
  }
  const auto chains = chain_latencies(run, kNever);
  ASSERT_EQ(chains[0].reactions.size(), 1U) << chains[0].absent;
  EXPECT_EQ(chains[0].reactions[0].latency, 80ms);
}

/// A node that gathers: its output names lidar and wheels, and was made from a picture as well.
TEST(ChainLatency, StepsOfTheNodeTellWhatAnOutputWasMadeFrom) {
  RunData run;
  run.begin = at(0.0);
  run.end = at(1.0);
  run.info.chains = {{"c", "camera", "tracks", 300ms, 300ms}, {"l", "lidar", "tracks", 300ms, 300ms}};
  const auto add = [&](ObservationKind kind, const char* who, const char* topic, const char* source, double sensed,
                       double began, double ended) {
    Observation o;
    o.kind = kind;
    o.entity = entity_id(who);
    o.topic = topic_id(topic);
    o.sensed_at = at(sensed);
    o.published_at = o.observed_at = at(ended);
    o.started_at = at(began);
    o.oldest = {topic_id(source), 1, at(sensed)};
    o.newest = {topic_id("wheels"), 1, at(ended)};
    run.observations.push_back(o);
  };
  add(ObservationKind::kPublish, "sensors", "camera", "camera", 0.0, 0.0, 0.0);
  add(ObservationKind::kPublish, "sensors", "lidar", "lidar", 0.1, 0.1, 0.1);
  add(ObservationKind::kActivation, "follower", "camera/objects", "camera", 0.0, 0.04, 0.05);
  add(ObservationKind::kActivation, "follower", "lidar/objects", "lidar", 0.1, 0.13, 0.14);
  add(ObservationKind::kPublish, "follower", "tracks", "lidar", 0.1, 0.14, 0.14);
  const auto chains = chain_latencies(run, kNever);
  ASSERT_EQ(chains[0].reactions.size(), 1U) << chains[0].absent;
  EXPECT_EQ(chains[0].reactions[0].latency, 140ms);
  ASSERT_EQ(chains[1].reactions.size(), 1U) << chains[1].absent;
  EXPECT_EQ(chains[1].reactions[0].latency, 40ms);
  Observation received = run.observations[2];  // what the step saw hides the picture between others
  received.kind = ObservationKind::kReceive;
  run.observations[2].oldest.topic = topic_id("wheels");
  EXPECT_TRUE(chain_latencies(run, kNever)[0].reactions.empty());
  run.observations.push_back(received);
  EXPECT_EQ(chain_latencies(run, kNever)[0].reactions.size(), 1U);
  run.observations[2].status = ObservationStatus::kFailed;
  EXPECT_TRUE(chain_latencies(run, kNever)[0].reactions.empty()) << "a failed step went into nothing";
}

TEST(ChainLatency, OfAThinnedTopicAllInputsCount) {
  RunData run = test::synthetic_run(false, 100);
  const std::size_t complete = chain_latencies(run, kNever)[0].reactions.size();
  auto& messages = run.topics[1].messages;
  for (const MessageRecord& m : messages) {
    Observation o;
    o.kind = ObservationKind::kPublish;
    o.topic = topic_id("lidar/top");
    o.writer = m.writer;
    o.sequence = m.sequence;
    o.sensed_at = m.sensed_at;
    o.published_at = m.published_at;
    run.observations.push_back(o);
  }
  messages.resize(2);  // what the recording kept of them
  EXPECT_EQ(chain_latencies(run, kNever)[0].reactions.size(), complete);
  EXPECT_GT(complete, 2U);
}

TEST(TopicSummary, CountsRateGapsAndLosses) {
  RunData run = test::synthetic_run(false, 100);
  auto& messages = run.topics[1].messages;
  messages.erase(messages.begin() + 50);
  run.observations[20].lost = 2;  // of lidar/top
  const auto rows = topic_summaries(run);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].name, "lidar/top");
  EXPECT_EQ(rows[1].count, 99U);
  EXPECT_EQ(rows[1].missing, 1U);
  EXPECT_NEAR(rows[0].rate_hz, 10.0, 0.01);
  EXPECT_TRUE(rows[1].is_observed);
  EXPECT_EQ(rows[1].lost, run.observations[20].kind == ObservationKind::kReceive ? 2U : 0U);
  EXPECT_FALSE(rows[0].is_observed) << "nobody received the camera: that is not 'no loss'";
}

TEST(NodeSummary, CountsDegradedAndFailedAndNamesStrangersByTheirId) {
  RunData run;
  run.info.nodes = {"tracks"};
  Observation o;
  o.kind = ObservationKind::kActivation;
  o.entity = entity_id("tracks");
  o.started_at = at(1.0);
  o.observed_at = at(1.02);
  for (const auto status : {ObservationStatus::kOk, ObservationStatus::kDegraded, ObservationStatus::kFailed}) {
    o.status = status;
    run.observations.push_back(o);
  }
  o.entity = EntityId{0x1a2b3c4d};
  run.observations.push_back(o);
  const auto rows = node_summaries(run);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "#1a2b3c4d");
  EXPECT_EQ(rows[1].name, "tracks");
  EXPECT_EQ(rows[1].activations, 3U);
  EXPECT_EQ(rows[1].degraded, 1U);
  EXPECT_EQ(rows[1].failed, 1U);
  EXPECT_NEAR(to_seconds(rows[1].step.p50), 0.02, 1e-6);
}

}  // namespace
}  // namespace ocelli::report
