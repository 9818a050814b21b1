#include "ocelli/safety/monitor/node_supervisor.hpp"

#include <gmock/gmock.h>

#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;
constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

Observation points(std::uint64_t sequence) { return published("lidar", "points", sequence, at(0), at(0)); }
Observation step(std::uint64_t sequence, int begun_ms, int ended_ms) {
  return activated("node", points(sequence), at(begun_ms), at(ended_ms));
}
Observation arrival(std::uint64_t sequence, int ms) { return received("node", points(sequence), at(ms)); }

NodeSupervisor make(const NodeConfig& config) {
  auto made = NodeSupervisor::create(config);
  EXPECT_TRUE(made);
  return std::move(*made);
}

NodeConfig alive_config(std::uint32_t tolerance = 1) {
  NodeConfig config;
  config.name = "node";
  config.alive = {.cycle = 100ms, .min = 1, .max = 2, .tolerance = tolerance};
  return config;
}

TEST(NodeSupervisor, CountsActivationsPerCycleFromTheFirstOne) {
  RecordProperty("verifies", "REQ-MON-001");
  NodeSupervisor node = make(alive_config());
  EXPECT_TRUE(node.is_configured());
  node.tick(at(1000));
  EXPECT_EQ(node.cycles(), 0U) << "not before the first activation";
  node.observe(step(1, 1000, 1010));
  node.observe(step(2, 1050, 1060));
  node.tick(at(1109));
  EXPECT_EQ(node.cycles(), 0U);
  node.tick(at(1110));
  EXPECT_EQ(node.cycles(), 1U);
  EXPECT_EQ(node.last_count(), 2U);
  node.tick(at(1210));
  EXPECT_EQ(node.status(), LocalStatus::kFailed);
  EXPECT_EQ(node.alive()->failed_cycles(), 1U);
  node.tick(at(1310));
  EXPECT_EQ(node.status(), LocalStatus::kExpired);
}

TEST(NodeSupervisor, AnActivationIsCountedInTheCycleOfItsStamp) {
  RecordProperty("verifies", "REQ-MON-001");
  NodeSupervisor node = make(alive_config());
  for (int ms : {1000, 1100, 1205, 1299, 1300}) node.observe(step(1, ms, ms));  // none is judged by a tick yet
  EXPECT_EQ(node.cycles(), 3U);
  EXPECT_EQ(node.last_count(), 2U);
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  node.tick(at(1400));
  EXPECT_EQ(node.last_count(), 1U);
}

TEST(NodeSupervisor, AJumpOfTimeCostsNoMoreThanTheStatusRemembers) {
  RecordProperty("verifies", "REQ-MON-013");
  NodeSupervisor node = make(alive_config(1000));
  node.observe(step(1, 1000, 1000));
  node.tick(at(1000 + 100 * 100));
  EXPECT_EQ(node.cycles(), 100U);
  EXPECT_EQ(node.alive()->failed_cycles(), 99U);
  node.tick(at(1000) + 1'000'000'000 * 100ms);
  EXPECT_EQ(node.cycles(), 1'000'000'000U);
  EXPECT_EQ(node.status(), LocalStatus::kExpired);
  NodeConfig idle = alive_config(1000);
  idle.alive.min = 0;
  NodeSupervisor rare = make(idle);
  rare.observe(step(1, 1000, 1000));
  for (int i = 0; i < 10; ++i) rare.observe(step(1, 1000, 1050));  // too many: failed once
  rare.tick(at(1100));
  EXPECT_EQ(rare.status(), LocalStatus::kFailed);
  rare.tick(at(1000) + 1'000'000 * 100ms);
  EXPECT_EQ(rare.status(), LocalStatus::kOk) << "nothing is good here";
}

NodeConfig deadline_config() {
  NodeConfig config;
  config.name = "node";
  config.trigger = "points";
  config.deadline = 50ms;
  return config;
}

TEST(NodeSupervisor, TheDeadlineRunsFromTheReceptionOfTheTrigger) {
  RecordProperty("verifies", "REQ-MON-003");
  NodeSupervisor node = make(deadline_config());
  node.observe(arrival(1, 0));
  node.observe(step(1, 40, 50));
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  node.observe(arrival(2, 100));
  node.tick(at(150));
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  node.tick(at(151));
  EXPECT_EQ(node.status(), LocalStatus::kExpired) << "overdue by timer";
  node.reset();
  EXPECT_EQ(node.status(), LocalStatus::kOk);
}

TEST(NodeSupervisor, AMessageThatWaitsStartsWhenTheStepBeforeEnds) {
  RecordProperty("verifies", "REQ-MON-003");
  NodeSupervisor node = make(deadline_config());
  node.observe(arrival(1, 0));
  node.observe(arrival(2, 30));
  node.observe(step(1, 0, 45));
  EXPECT_EQ(*node.deadline()->running_since(), at(45));
  node.observe(step(2, 45, 95));
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  EXPECT_FALSE(node.deadline()->running_since());
}

TEST(NodeSupervisor, WithoutASeenReceptionTheStepsBeginCounts) {
  RecordProperty("verifies", "REQ-MON-003");
  NodeSupervisor node = make(deadline_config());
  node.observe(received("node", published("x", "other", 1, at(0), at(0)), at(0)));  // no trigger
  node.observe(published("node", "objects", 1, at(0), at(0)));
  node.observe(step(1, 100, 151));
  EXPECT_EQ(node.status(), LocalStatus::kExpired);
  NodeConfig without = deadline_config();
  without.trigger = "";
  NodeSupervisor timer = make(without);
  timer.observe(step(1, 100, 150));
  EXPECT_EQ(timer.status(), LocalStatus::kOk);
}

TEST(NodeSupervisor, FollowsItsCheckpoints) {
  RecordProperty("verifies", "REQ-MON-004");
  NodeConfig config;
  config.name = "node";
  config.checkpoints = {
      {.name = "in", .kind = CheckpointKind::kReceive, .topic = "points", .is_initial = true, .next = {"work"}},
      {.name = "work", .kind = CheckpointKind::kActivation, .topic = "points", .next = {"out"}},
      {.name = "out", .kind = CheckpointKind::kPublish, .topic = "objects", .is_final = true}};
  NodeSupervisor node = make(config);
  node.observe(arrival(1, 0));
  node.observe(step(1, 0, 10));
  node.observe(published("node", "objects", 1, at(0), at(11)));
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  node.observe(step(2, 20, 30));
  EXPECT_EQ(node.status(), LocalStatus::kExpired) << "a step without a reception";
  EXPECT_EQ(node.logical()->status(), LocalStatus::kExpired);
  node.reset();
  EXPECT_EQ(node.status(), LocalStatus::kOk);
}

TEST(NodeSupervisor, LostDataExpiresAllThree) {
  RecordProperty("verifies", "REQ-MON-002");
  NodeConfig config = deadline_config();
  config.alive = alive_config().alive;
  config.checkpoints = {{.name = "a", .topic = "points", .is_initial = true, .is_final = true}};
  NodeSupervisor node = make(config);
  node.lose_data();
  EXPECT_EQ(node.alive()->status(), LocalStatus::kExpired);
  EXPECT_EQ(node.deadline()->status(), LocalStatus::kExpired);
  EXPECT_EQ(node.logical()->status(), LocalStatus::kExpired);
  node.reset();
  EXPECT_EQ(node.status(), LocalStatus::kOk);
  NodeConfig bare;
  bare.name = "bare";
  NodeSupervisor nothing = make(bare);
  nothing.lose_data();
  nothing.reset();
  nothing.observe(step(1, 0, 1));
  nothing.tick(at(1));
  EXPECT_FALSE(nothing.is_configured());
  EXPECT_EQ(nothing.status(), LocalStatus::kOk);
}

TEST(NodeSupervisor, RefusesContradictions) {
  RecordProperty("verifies", "REQ-MON-005");
  NodeConfig config = alive_config();
  config.alive.min = 5;
  EXPECT_THAT(NodeSupervisor::create(config).error().message, HasSubstr("alive: min 5 is above max 2"));
  config = deadline_config();
  config.min_time = 60ms;
  EXPECT_THAT(NodeSupervisor::create(config).error().message, HasSubstr("min_time 60 ms is above deadline 50 ms"));
  config = deadline_config();
  config.checkpoints = {{.name = "a", .topic = "t"}};
  EXPECT_THAT(NodeSupervisor::create(config).error().message, HasSubstr("none is_initial"));
}

}  // namespace
}  // namespace ocelli::safety
