// Load time: everything that is wrong with a configuration is refused, all at once, by name.
#include <gmock/gmock.h>

#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;

MonitorConfig good() {
  MonitorConfig config;
  config.topics = {{.name = "camera", .period = 100ms}, {.name = "objects", .period = 100ms}};
  NodeConfig node;
  node.name = "detector";
  node.period = 100ms;
  node.deadline = 50ms;
  config.nodes = {{.name = "driver"}, node};
  config.chains = {{.name = "front",
                    .from = "camera",
                    .to = "objects",
                    .reaction_budget = 150ms,
                    .age_budget = 200ms,
                    .hops = {{"detector", "objects"}}}};
  config.faults = {fault("camera.silent", "silent", "camera")};
  return config;
}

std::string refusal(const MonitorConfig& config) {
  const auto monitor = Monitor::create(config);
  return monitor ? "accepted" : monitor.error().message;
}

TEST(MonitorCreate, AcceptsWhatIsSound) {
  RecordProperty("verifies", "REQ-MON-060");
  EXPECT_EQ(refusal(good()), "accepted");
}

TEST(MonitorCreate, ReportsAllMistakesAtOnce) {
  RecordProperty("verifies", "REQ-MON-060");
  MonitorConfig config = good();
  config.tick_period = 2s;
  config.least_margin = std::nan("");
  config.topics[0].transport_budget = -1ms;
  config.faults[0].fit_share = -0.5;
  config.faults[0].debounce.increment = 0;
  config.chains[0].hops[0].node = "nobody";
  EXPECT_THAT(
      refusal(config),
      AllOf(HasSubstr("monitor: tick_period: 2 s is out of range"), HasSubstr("least_margin: nan is out of range"),
            HasSubstr("monitor: topics 'camera': transport_budget: -0.001 s"),
            HasSubstr("faults 'camera.silent': fit_share: -0.5 is out of range, expected 0 to 1"),
            HasSubstr("faults 'camera.silent': debounce: increment: 0"),
            HasSubstr("chain 'front': hops: no supervised node 'nobody', expected one of: driver, detector")));
}

TEST(MonitorCreate, RefusesNamesThatAreEmptyTwiceOrUnknown) {
  RecordProperty("verifies", "REQ-MON-061");
  MonitorConfig config = good();
  config.topics.push_back({.name = "camera"});
  config.topics.push_back({.name = ""});
  config.topics[0].receivers = {"nobody"};
  config.nodes[1].trigger = "nothing";
  config.nodes[1].checkpoints = {{.name = "a", .topic = "nowhere"}};
  EXPECT_THAT(refusal(config), AllOf(HasSubstr("topics: 'camera' is there twice"), HasSubstr("topics: a name is empty"),
                                     HasSubstr("topic 'camera': receivers: no supervised node 'nobody'"),
                                     HasSubstr("node 'detector': trigger: no supervised topic 'nothing'"),
                                     HasSubstr("node 'detector': checkpoint 'a': no supervised topic 'nowhere'")));
}

TEST(MonitorCreate, RefusesTwoNamesWithOneId) {
  RecordProperty("verifies", "REQ-MON-061");
  MonitorConfig config = good();
  config.topics.push_back({.name = "costarring"});  // a known collision of FNV-1a
  config.topics.push_back({.name = "liquid"});
  EXPECT_THAT(refusal(config), HasSubstr("topics: 'costarring' and 'liquid' have the same id: rename one"));
}

TEST(MonitorCreate, RefusesChainsThatLeadNowhereOrRound) {
  RecordProperty("verifies", "REQ-MON-061");
  MonitorConfig config = good();
  config.chains[0].hops = {{"detector", "camera"}, {"detector", "objects"}};
  EXPECT_THAT(refusal(config), HasSubstr("chain 'front': hops: a cycle through 'camera'"));
  config.chains[0].hops = {{"detector", "nowhere"}};
  EXPECT_THAT(refusal(config), AllOf(HasSubstr("hops: no supervised topic 'nowhere'"),
                                     HasSubstr("hops end at 'nowhere', expected 'objects'")));
  config = good();
  config.chains[0].to = "camera";
  config.chains[0].hops.clear();
  config.chains[0].m = 3;
  EXPECT_THAT(refusal(config), AllOf(HasSubstr("from and to are both 'camera'"), HasSubstr("m 3 is above k 1")));
  config.chains[0].from = config.chains[0].to = "x";
  EXPECT_THAT(refusal(config), AllOf(HasSubstr("from: no supervised topic 'x'"), HasSubstr("to: no supervised topic")));
}

TEST(MonitorCreate, RefusesChainsWhoseLossItCouldNotSeeInTime) {
  RecordProperty("verifies", "REQ-MON-062");
  MonitorConfig config = good();
  config.topics[0].period = 1ms;
  config.chains[0].reaction_budget = 2s;
  EXPECT_EQ(refusal(config), "accepted");
  config.chains[0].reaction_budget = 5s;
  EXPECT_THAT(refusal(config), HasSubstr("chain 'front': reaction_budget: 5000 ms hold more than 2048 messages of "
                                         "'camera' (one in 1 ms)"));
  config = good();
  config.topics[0].period = 0ms;
  config.faults = {fault("front.late", "chain_late", "front")};
  EXPECT_EQ(refusal(config), "accepted") << "one late message is enough";
  config.chains[0].k = 2;
  EXPECT_THAT(refusal(config), HasSubstr("waits for 2 late messages of 'camera', which has no period"));
}

TEST(MonitorCreate, RefusesFaultsThatCannotBeWatched) {
  RecordProperty("verifies", "REQ-MON-062");
  MonitorConfig config = good();
  config.faults[0].detector = "sillent";
  EXPECT_THAT(refusal(config), HasSubstr("fault 'camera.silent': no detector 'sillent', expected one of: bad_stamp"));
  config = good();
  config.faults[0].target = "radar";
  EXPECT_THAT(refusal(config), HasSubstr("detector 'silent' cannot watch 'radar', expected one of: camera, objects, "
                                         "driver, detector"));
  config.faults[0].detector = "chain_late";
  EXPECT_THAT(refusal(config), HasSubstr("cannot watch 'radar', expected one of: front"));
  config.faults[0].detector = "overflow";
  EXPECT_THAT(refusal(config), HasSubstr("cannot watch 'radar', expected one of: monitor"));
  config = good();
  config.faults[0].ftti_source = "";
  EXPECT_THAT(refusal(config), HasSubstr("ftti_source is empty: say where assumed_ftti comes from"));
  config = good();
  config.faults[0].mode = "";
  EXPECT_THAT(refusal(config), HasSubstr("fault 'camera.silent': leads nowhere"));
  config = good();
  config.faults[0].detector = "blind";
  EXPECT_THAT(refusal(config), HasSubstr("fault 'camera.silent': 'blind' needs quality values"));
}

TEST(MonitorCreate, RefusesParametersThatADetectorDoesNotHave) {
  RecordProperty("verifies", "REQ-MON-062");
  MonitorConfig config = good();
  config.faults[0].parameters = {{"max_gap", 5}};
  EXPECT_THAT(refusal(config), HasSubstr("detector 'silent' has no parameter 'max_gap', expected one of: max_gap_ms"));
  config.faults[0].parameters = {{"max_gap_ms", std::nan("")}};
  EXPECT_THAT(refusal(config), HasSubstr("parameters 'max_gap_ms': value: nan is out of range"));
  config.faults[0].parameters = {{"max_gap_ms", 0.0}};
  EXPECT_THAT(refusal(config), HasSubstr("max_gap_ms: 0 is out of range"));
  config.faults[0].parameters = {{"max_gap_ms", 1e9}};
  EXPECT_THAT(refusal(config), HasSubstr("max_gap_ms: 1000000000 is out of range"));
  config.faults[0].parameters = {{"max_gap_ms", 150}};
  EXPECT_EQ(refusal(config), "accepted");
}

TEST(MonitorCreate, RefusesJumpsOutsideTheThresholds) {
  RecordProperty("verifies", "REQ-MON-062");
  const auto with = [](std::int32_t DebounceConfig::*value, std::int32_t at) {
    MonitorConfig config = good();
    config.faults[0].debounce.failed_threshold = 5;
    config.faults[0].debounce.passed_threshold = -5;
    config.faults[0].debounce.*value = at;
    return config;
  };
  EXPECT_THAT(refusal(with(&DebounceConfig::jump_up_value, 5)),
              HasSubstr("debounce: jump_up_value 5 is not between the thresholds -5 and 5"));
  EXPECT_THAT(refusal(with(&DebounceConfig::jump_down_value, -5)), HasSubstr("jump_down_value -5 is not between"));
  EXPECT_EQ(refusal(with(&DebounceConfig::jump_up_value, 4)), "accepted");
  EXPECT_EQ(refusal(with(&DebounceConfig::jump_down_value, -4)), "accepted");
  MonitorConfig config = with(&DebounceConfig::jump_up_value, 99);
  config.faults[0].debounce.jumps_up = false;
  config.faults[0].assumed_ftti = 5s;
  EXPECT_EQ(refusal(config), "accepted") << "unused";
  config = with(&DebounceConfig::jump_down_value, 99);
  config.faults[0].debounce.kind = DebounceKind::kTime;
  EXPECT_EQ(refusal(config), "accepted") << "debounced by time";
}

TEST(MonitorCreate, RefusesAFaultThatIsHandledTooLateWithTheArithmetic) {
  RecordProperty("verifies", "REQ-MON-021");
  MonitorConfig config = good();
  config.faults[0].assumed_ftti = 300ms;
  EXPECT_THAT(
      refusal(config),
      HasSubstr("fault 'camera.silent': too late: FDTI = 200 ms observation + 100 ms × 0 + 0 ms debounce + 20 ms "
                "transport + 10 ms tick + 60 ms jitter = 290 ms; FDTI + FRTI = 290 ms + 50 ms = 340 ms is not < "
                "assumed FTTI 300 ms"));
  config.faults[0].assumed_ftti = 341ms;
  EXPECT_EQ(refusal(config), "accepted");
  config.least_margin = 0.2;
  EXPECT_THAT(refusal(config), HasSubstr("less 20 % to stay free"));
}

TEST(MonitorCreate, RefusesNodesAndModesThatContradictThemselves) {
  RecordProperty("verifies", "REQ-MON-060");
  MonitorConfig config = good();
  config.nodes[1].min_time = 1s;
  EXPECT_THAT(refusal(config), HasSubstr("node 'detector': min_time 1000 ms is above deadline 50 ms"));
  config = good();
  config.modes.clear();
  EXPECT_THAT(refusal(config), HasSubstr("modes: 0 of them"));
}

}  // namespace
}  // namespace ocelli::safety
