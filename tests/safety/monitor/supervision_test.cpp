#include "ocelli/safety/monitor/supervision.hpp"

#include <gmock/gmock.h>

#include <array>

namespace ocelli::safety {

/// A radiation hit on the stored pair.
struct GlobalSupervisionTamper {
  static void flip(GlobalSupervision& global) { global.first_expired_ ^= 4U; }
};

namespace {

using testing::HasSubstr;
constexpr Time at(int ms) { return Time{std::chrono::milliseconds(ms)}; }

std::string run_alive(AliveSupervision alive, const std::vector<std::uint32_t>& counts) {
  std::string states;
  for (const std::uint32_t count : counts) states += to_string(alive.end_cycle(count)).front();
  return states;
}

TEST(Alive, ToleratesFailedCyclesAndForgivesThemOneByOne) {
  RecordProperty("verifies", "REQ-MON-001");
  EXPECT_EQ(run_alive({9, 11, 2}, {10, 0, 0, 0, 10}), "OFFEE");
  EXPECT_EQ(run_alive({9, 11, 0}, {10, 9, 11, 8}), "OOOE") << "without tolerance at once";
  EXPECT_EQ(run_alive({9, 11, 0}, {12}), "E") << "too many are as bad";
  EXPECT_EQ(run_alive({1, 1, 2}, {0, 0, 1, 1, 0, 0, 0}), "FFFOFFE");
  EXPECT_EQ(run_alive({1, 1, 1}, {0, 0, 1}), "FEE") << "expired is for ever";
}

TEST(Alive, LostDataExpiresAndAResetBeginsAnew) {
  RecordProperty("verifies", "REQ-MON-002");
  AliveSupervision alive(1, 1, 5);
  alive.end_cycle(0);
  EXPECT_EQ(alive.failed_cycles(), 1U);
  EXPECT_EQ(alive.lose_data(), LocalStatus::kExpired);
  EXPECT_EQ(alive.status(), LocalStatus::kExpired);
  alive.reset();
  EXPECT_EQ(alive.status(), LocalStatus::kOk);
  EXPECT_EQ(alive.failed_cycles(), 0U);
}

TEST(Deadline, IsJudgedAtTheEndOfAStep) {
  RecordProperty("verifies", "REQ-MON-003");
  const auto took = [](int ms) {
    DeadlineSupervision deadline(10ms, 20ms);
    deadline.start(at(100));
    return deadline.end(at(100 + ms));
  };
  EXPECT_EQ(took(9), LocalStatus::kExpired);
  EXPECT_EQ(took(10), LocalStatus::kOk);
  EXPECT_EQ(took(20), LocalStatus::kOk);
  EXPECT_EQ(took(21), LocalStatus::kExpired);
  EXPECT_EQ(took(-5), LocalStatus::kExpired) << "time that goes back is no short step";
}

TEST(Deadline, AStepThatNeverEndsIsSeenByTimer) {
  RecordProperty("verifies", "REQ-MON-003");
  DeadlineSupervision deadline(0ms, 20ms);
  EXPECT_EQ(deadline.tick(at(0)), LocalStatus::kOk);
  deadline.start(at(100));
  EXPECT_EQ(deadline.tick(at(120)), LocalStatus::kOk);
  EXPECT_EQ(*deadline.running_since(), at(100));
  EXPECT_EQ(deadline.tick(at(121)), LocalStatus::kExpired);
}

TEST(Deadline, ASecondStartDoesNotRenewTheFirstAndAnEndAloneIsNothing) {
  RecordProperty("verifies", "REQ-MON-003");
  DeadlineSupervision deadline(0ms, 20ms);
  EXPECT_EQ(deadline.end(at(0)), LocalStatus::kOk);
  deadline.start(at(100));
  deadline.start(at(115));
  EXPECT_EQ(deadline.end(at(125)), LocalStatus::kExpired);
  deadline.reset();
  EXPECT_EQ(deadline.status(), LocalStatus::kOk);
  EXPECT_EQ(deadline.lose_data(), LocalStatus::kExpired);
}

/// receive -> work -> publish, and work may repeat.
std::vector<CheckpointConfig> three() {
  return {{.name = "receive", .topic = "in", .is_initial = true, .next = {"work"}},
          {.name = "work", .topic = "in", .next = {"work", "publish"}},
          {.name = "publish", .topic = "out", .is_final = true}};
}

std::string run_logical(const std::vector<std::uint32_t>& checkpoints) {
  LogicalSupervision logical(*CheckpointGraph::create(three()));
  std::string states;
  for (const std::uint32_t checkpoint : checkpoints) states += to_string(logical.reach(checkpoint)).front();
  return states;
}

TEST(Logical, FollowsTheGraphRunAfterRun) {
  RecordProperty("verifies", "REQ-MON-004");
  EXPECT_EQ(run_logical({0, 1, 2, 0, 1, 1, 2, 0}), "OOOOOOOO");
  EXPECT_EQ(run_logical({1}), "E") << "no initial checkpoint";
  EXPECT_EQ(run_logical({0, 2}), "OE") << "no edge";
  EXPECT_EQ(run_logical({0, 1, 2, 1}), "OOOE") << "the run was over";
  EXPECT_EQ(run_logical({0, 1, 0}), "OOE") << "a run that did not end";
  EXPECT_EQ(run_logical({3, 0}), "EE") << "unknown, and for ever";
}

TEST(Logical, LostDataExpiresAndAResetBeginsAnew) {
  RecordProperty("verifies", "REQ-MON-002");
  LogicalSupervision logical(*CheckpointGraph::create(three()));
  logical.reach(0);
  EXPECT_EQ(logical.lose_data(), LocalStatus::kExpired);
  logical.reset();
  EXPECT_EQ(logical.status(), LocalStatus::kOk);
  EXPECT_EQ(logical.reach(0), LocalStatus::kOk) << "the run before is forgotten";
}

std::string refusal(const std::vector<CheckpointConfig>& checkpoints) {
  const auto graph = CheckpointGraph::create(checkpoints);
  return graph ? "accepted" : graph.error().message;
}

TEST(CheckpointGraph, RefusesGraphsThatMakeNoSense) {
  RecordProperty("verifies", "REQ-MON-005");
  EXPECT_THAT(refusal({}), HasSubstr("checkpoints: 0 of them, expected 1 to 64"));
  EXPECT_THAT(refusal(std::vector<CheckpointConfig>(65)), HasSubstr("checkpoints: 65 of them"));
  auto graph = three();
  graph[1].next = {"work"};
  graph[2].name = "receive";
  EXPECT_THAT(refusal(graph), HasSubstr("name 'receive' is empty or there twice"));
  graph[2].name = "";
  EXPECT_THAT(refusal(graph), HasSubstr("name '' is empty"));
  graph = three();
  graph[0].next = {"wrk"};
  EXPECT_THAT(refusal(graph), HasSubstr("checkpoint 'receive': next: no checkpoint 'wrk'"));
  graph = three();
  graph[0].is_initial = false;
  EXPECT_THAT(refusal(graph), HasSubstr("none is_initial"));
  graph = three();
  graph[2].is_final = false;
  EXPECT_THAT(refusal(graph), HasSubstr("none is_final"));
  graph = three();
  graph[2].next = {"receive"};
  EXPECT_THAT(refusal(graph), HasSubstr("checkpoint 'publish': next: a run ends at a final checkpoint"));
}

TEST(CheckpointGraph, RefusesWhatIsUnreachableAndCyclesWithoutEnd) {
  RecordProperty("verifies", "REQ-MON-005");
  auto graph = three();
  graph.push_back({.name = "lonely", .topic = "in", .next = {"publish"}});
  EXPECT_THAT(refusal(graph), HasSubstr("checkpoint 'lonely': no initial checkpoint leads there"));
  graph = three();
  graph[1].next.push_back("spin");
  graph.push_back({.name = "spin", .topic = "in", .next = {"spin2"}});
  graph.push_back({.name = "spin2", .topic = "in", .next = {"spin"}});
  EXPECT_THAT(refusal(graph), HasSubstr("checkpoint 'spin': endless cycle"));
}

TEST(CheckpointGraph, HoldsSixtyFourCheckpointsInARow) {
  RecordProperty("verifies", "REQ-MON-005");
  std::vector<CheckpointConfig> row(CheckpointGraph::kMaxCheckpoints);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i].name = std::to_string(i);
    if (i + 1 < row.size()) row[i].next = {std::to_string(i + 1)};
  }
  row.front().is_initial = row.back().is_final = true;
  const auto graph = CheckpointGraph::create(row);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->size(), 64U);
  EXPECT_TRUE(graph->is_edge(62, 63));
  EXPECT_FALSE(graph->is_edge(63, 62));
  EXPECT_TRUE(graph->is_final(63));
  EXPECT_FALSE(graph->is_initial(63));
}

std::string run_global(std::uint32_t tolerance, const std::vector<LocalStatus>& locals) {
  GlobalSupervision global(tolerance);
  std::string states;
  for (const LocalStatus local : locals) states += to_string(global.end_cycle({&local, 1})).front();
  EXPECT_EQ(to_string(global.status()).front(), states.back());
  return states;
}

TEST(Global, StopsAfterTheToleratedExpiredCycles) {
  RecordProperty("verifies", "REQ-MON-006");
  using enum LocalStatus;
  EXPECT_EQ(run_global(0, {kExpired, kOk}), "SS");
  EXPECT_EQ(run_global(2, {kOk, kExpired, kExpired, kExpired, kExpired, kOk}), "OEEESS");
  EXPECT_EQ(run_global(1, {kExpired, kOk, kExpired, kOk, kExpired}), "EEEES") << "good cycles do not heal";
  EXPECT_EQ(run_global(0, {kFailed, kOk}), "FO");
}

TEST(Global, RemembersWhoExpiredFirstAndSeesAFlippedBit) {
  RecordProperty("verifies", "REQ-MON-007");
  using enum LocalStatus;
  GlobalSupervision global(5);
  EXPECT_FALSE(global.first_expired());
  global.end_cycle(std::array{kOk, kFailed, kExpired, kExpired});
  global.end_cycle(std::array{kExpired, kOk, kOk, kOk});
  EXPECT_EQ(*global.first_expired(), 2U);
  EXPECT_TRUE(global.is_intact());
  GlobalSupervisionTamper::flip(global);
  EXPECT_FALSE(global.is_intact());
  EXPECT_FALSE(global.first_expired());
}

TEST(FirmWindow, NeedsMHitsInEveryKInARow) {
  RecordProperty("verifies", "REQ-MON-008");
  const auto run = [](FirmWindow window, std::string_view pattern) {
    std::string holds;
    for (const char c : pattern) holds += window.add(c == '1') ? '1' : '0';
    return holds;
  };
  EXPECT_EQ(run({3, 5}, "1110111001111"), "1111111111111");
  EXPECT_EQ(run({3, 5}, "000111"), "110001") << "two misses of five are allowed";
  EXPECT_EQ(run({1, 1}, "101"), "101");
  EXPECT_EQ(run({64, 64}, "10"), "10");
  EXPECT_EQ(FirmWindow(2, 3).hits(), 3U);
}

TEST(FirmWindow, AWindowThatCannotBeIsABrokenContract) {
  EXPECT_DEATH(FirmWindow(0, 1), "contract broken");
  EXPECT_DEATH(FirmWindow(3, 2), "contract broken");
  EXPECT_DEATH(FirmWindow(1, 65), "contract broken");
}

TEST(Status, HasTheNamesOfTheReference) {
  RecordProperty("verifies", "REQ-MON-001");
  for (const LocalStatus status : {LocalStatus::kOk, LocalStatus::kFailed, LocalStatus::kExpired})
    EXPECT_EQ(parse_local_status(to_string(status)), status);
  EXPECT_FALSE(parse_local_status("STOPPED"));
}

}  // namespace
}  // namespace ocelli::safety
