#include "ocelli/safety/monitor/modes.hpp"

#include <gmock/gmock.h>

namespace ocelli::safety {
namespace {

using testing::HasSubstr;
constexpr Time at(int ms) { return Time{std::chrono::milliseconds(100'000 + ms)}; }

FaultConfig fault(std::string id, std::string mode, std::vector<std::string> takes = {}) {
  FaultConfig config;
  config.id = std::move(id);
  config.mode = std::move(mode);
  config.takes = std::move(takes);
  return config;
}

std::vector<ModeConfig> modes() {
  return {{.name = "nominal", .needs = {"camera", "lidar"}},
          {.name = "slow", .needs = {"lidar"}},
          {.name = "minimal_risk", .recovery = Recovery::kOnRequest, .max_dwell = 60s, .then = "safe_stop"},
          {.name = "safe_stop", .recovery = Recovery::kNever, .is_stop = true}};
}

std::vector<FaultConfig> faults() {
  return {fault("camera", "", {"camera"}), fault("lidar", "", {"lidar"}), fault("both", "minimal_risk"),
          fault("brake", "safe_stop")};
}

ModeMachine machine() { return std::move(*ModeMachine::create(modes(), faults())); }

TEST(Modes, DegradesByTheCapabilitiesThatAreLeft) {
  RecordProperty("verifies", "REQ-MON-030");
  ModeMachine m = machine();
  EXPECT_FALSE(m.tick(at(0)));
  EXPECT_EQ(m.since(), at(0));
  m.raise(0);
  const auto change = m.tick(at(10));
  ASSERT_TRUE(change);
  EXPECT_EQ(m.name(change->to), "slow");
  EXPECT_EQ(change->cause, 0U);
  EXPECT_EQ(change->at, at(10));
  EXPECT_FALSE(m.has("camera"));
  EXPECT_TRUE(m.has("lidar"));
  EXPECT_TRUE(m.has("nothing anybody needs"));
  m.raise(1);
  EXPECT_EQ(m.tick(at(20))->to, 2U) << "down at once, past what is impossible";
  EXPECT_EQ(m.mode_after(0), 1U);
  EXPECT_EQ(m.mode_after(3), 3U);
  EXPECT_EQ(m.size(), 4U);
}

TEST(Modes, LeavesAModeThatHasBecomeImpossibleAtOnce) {
  RecordProperty("verifies", "REQ-MON-030");
  const std::vector<ModeConfig> all{{.name = "nominal", .needs = {"a"}},
                                    {.name = "degraded", .recover_after = 1s},
                                    {.name = "limp", .needs = {"b"}, .recovery = Recovery::kOnRequest},
                                    {.name = "stop", .recovery = Recovery::kNever, .is_stop = true}};
  auto m = ModeMachine::create(all, {fault("limps", "limp"), fault("blind", "", {"a", "b"})});
  ASSERT_TRUE(m) << m.error().message;
  m->tick(at(0));
  m->raise(0);
  m->tick(at(10));
  EXPECT_EQ(m->name(), "limp");
  m->clear(0);
  m->raise(1);
  const auto change = m->tick(at(20));
  EXPECT_EQ(m->name(), "stop") << "a better mode is possible, but limp may only be left upwards on request";
  EXPECT_EQ(change->cause, 1U);
}

TEST(Modes, EndsItsStayInAModeThatIsPossible) {
  RecordProperty("verifies", "REQ-MON-030");
  const std::vector<ModeConfig> all{{.name = "nominal", .needs = {"a"}},
                                    {.name = "degraded", .max_dwell = 10s, .then = "limp"},
                                    {.name = "limp", .needs = {"b"}, .recovery = Recovery::kOnRequest},
                                    {.name = "stop", .recovery = Recovery::kNever, .is_stop = true}};
  auto m = ModeMachine::create(all, {fault("blind", "", {"a", "b"}), fault("dim", "", {"a"})});
  ASSERT_TRUE(m) << m.error().message;
  ModeMachine dim = *m;
  dim.tick(at(0));
  dim.raise(1);
  dim.tick(at(0));
  dim.tick(at(10'000));
  EXPECT_EQ(dim.name(), "limp");
  m->tick(at(0));
  m->raise(0);
  m->tick(at(0));
  EXPECT_EQ(m->name(), "degraded");
  m->tick(at(10'000));
  EXPECT_EQ(m->name(), "stop") << "limp needs what is lost";
}

TEST(Modes, TheCauseIsTheActiveFaultThatLeadsFurthest) {
  RecordProperty("verifies", "REQ-MON-030");
  ModeMachine m = machine();
  m.tick(at(0));
  m.raise(3);
  m.raise(0);
  EXPECT_EQ(m.tick(at(10))->cause, 3U) << "not the one raised last";
  ModeMachine healed = machine();
  healed.tick(at(0));
  healed.raise(0);
  healed.raise(2);
  healed.clear(2);
  EXPECT_EQ(healed.tick(at(10))->cause, 0U) << "not one that healed";
  ModeMachine equal = machine();
  equal.tick(at(0));
  equal.raise(2);
  equal.raise(1);
  EXPECT_EQ(equal.tick(at(10))->cause, 1U) << "of equals the last";
}

TEST(Modes, GoesUpOnlyAfterTheHysteresis) {
  RecordProperty("verifies", "REQ-MON-031");
  ModeMachine m = machine();
  m.tick(at(0));
  m.raise(0);
  m.tick(at(10));
  m.clear(0);
  EXPECT_FALSE(m.tick(at(20)));
  m.raise(0);
  EXPECT_FALSE(m.tick(at(900)));
  m.clear(0);
  EXPECT_FALSE(m.tick(at(1000)));
  EXPECT_FALSE(m.tick(at(1999))) << "the cause came back in between";
  const auto up = m.tick(at(2000));
  ASSERT_TRUE(up);
  EXPECT_EQ(up->to, 0U);
  EXPECT_EQ(up->cause, kNoFault);
}

TEST(Modes, AHalfWayBetterModeStartsTheHysteresisAnew) {
  RecordProperty("verifies", "REQ-MON-031");
  auto three = modes();
  three[2].recovery = Recovery::kAutomatic;
  three[2].max_dwell = {};
  three[2].then = "";
  ModeMachine m = std::move(*ModeMachine::create(three, faults()));
  m.tick(at(0));
  m.raise(2);
  m.tick(at(10));
  m.clear(2);
  EXPECT_FALSE(m.tick(at(20)));
  m.raise(0);  // nominal is gone again: slow is what is possible
  EXPECT_FALSE(m.tick(at(500)));
  EXPECT_FALSE(m.tick(at(1499)));
  EXPECT_EQ(m.tick(at(1500))->to, 1U);
}

TEST(Modes, LeavesMinimalRiskOnRequestOnly) {
  RecordProperty("verifies", "REQ-MON-032");
  ModeMachine m = machine();
  m.tick(at(0));
  m.raise(2);
  m.tick(at(10));
  m.clear(2);
  EXPECT_FALSE(m.tick(at(20)));
  EXPECT_FALSE(m.tick(at(5000)));
  m.request_recovery();
  EXPECT_EQ(m.tick(at(5010))->to, 0U);
}

TEST(Modes, EndsInSafeStopWhenItStaysTooLong) {
  RecordProperty("verifies", "REQ-MON-033");
  ModeMachine m = machine();
  m.tick(at(0));
  m.raise(2);
  m.tick(at(10));
  EXPECT_FALSE(m.tick(at(60'009)));
  const auto change = m.tick(at(60'010));
  ASSERT_TRUE(change);
  EXPECT_EQ(m.name(), "safe_stop");
  EXPECT_EQ(change->cause, kNoFault);
  m.clear(2);
  m.request_recovery();
  EXPECT_FALSE(m.tick(at(999'999))) << "never left";
  EXPECT_EQ(m.mode(), 3U);
}

TEST(Modes, TwoFaultsThatTakeTheSameAreCounted) {
  RecordProperty("verifies", "REQ-MON-030");
  ModeMachine m = std::move(*ModeMachine::create(modes(), {fault("a", "", {"camera"}), fault("b", "", {"camera"})}));
  m.raise(0);
  m.raise(1);
  m.clear(0);
  EXPECT_FALSE(m.has("camera"));
  m.clear(1);
  EXPECT_TRUE(m.has("camera"));
  EXPECT_DEATH(m.clear(1), "contract broken");
}

std::string refusal(const std::vector<ModeConfig>& with, const std::vector<FaultConfig>& of = {}) {
  const auto made = ModeMachine::create(with, of);
  return made ? "accepted" : made.error().message;
}

TEST(Modes, ConsentDoesNotLeadBackToWhatMayOnlyBeForAWhile) {
  RecordProperty("verifies", "REQ-MON-032");
  const std::vector<ModeConfig> all{
      {.name = "nominal", .needs = {"camera", "lidar"}},
      {.name = "camera_only", .needs = {"camera"}, .max_dwell = 5s, .then = "minimal_risk"},
      {.name = "minimal_risk", .recovery = Recovery::kOnRequest, .recover_after = 1s},
      {.name = "safe_stop", .recovery = Recovery::kNever, .is_stop = true}};
  auto m = ModeMachine::create(all, {fault("lidar", "", {"lidar"})});
  ASSERT_TRUE(m) << m.error().message;
  m->tick(at(0));
  m->raise(0);
  m->tick(at(10));
  EXPECT_EQ(m->name(), "camera_only");
  m->tick(at(5010));
  EXPECT_EQ(m->name(), "minimal_risk");
  m->request_recovery();
  for (int ms = 5020; ms < 20'000; ms += 10) EXPECT_FALSE(m->tick(at(ms))) << "the lidar is still gone";
  m->clear(0);
  for (int ms = 20'000; ms < 21'000; ms += 10) EXPECT_FALSE(m->tick(at(ms))) << "its hysteresis begins now";
  ASSERT_TRUE(m->tick(at(21'000)));
  EXPECT_EQ(m->name(), "nominal") << "the consent held";
}

TEST(Modes, RefusesMachinesThatCannotWork) {
  RecordProperty("verifies", "REQ-MON-034");
  EXPECT_EQ(refusal(modes(), faults()), "accepted");
  EXPECT_THAT(refusal({}), HasSubstr("modes: 0 of them, expected 1 to 32"));
  EXPECT_THAT(refusal(std::vector<ModeConfig>(33)), HasSubstr("modes: 33 of them"));
  auto bad = modes();
  bad[1].speed_max_mps = 5.0;  // and minimal_risk any
  bad[3].range_max_m = 10.0;
  EXPECT_THAT(refusal(bad),
              HasSubstr("mode 'minimal_risk': speed_max_mps: not limited, but the better mode 'slow' allows "
                        "no more than 5"));
  bad[2].speed_max_mps = 5.5;
  bad[2].range_max_m = 9.0;
  EXPECT_THAT(refusal(bad), HasSubstr("speed_max_mps: 5.5, but the better mode 'slow' allows no more than 5"));
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'safe_stop': range_max_m: 10, but the better mode 'minimal_risk' allows"));
  bad[2].speed_max_mps = 5.0;
  bad[3].speed_max_mps = 0.0;
  bad[3].range_max_m = 9.0;
  EXPECT_EQ(refusal(bad), "accepted");
  bad = modes();
  bad[1].name = "starting";
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'starting': the start-up has this name already"));
  bad[1].name = "nominal";
  EXPECT_THAT(refusal(bad), HasSubstr("modes[1]: name 'nominal' is empty or there twice"));
  bad[1].name = "";
  EXPECT_THAT(refusal(bad), HasSubstr("modes[1]: name ''"));
  bad = modes();
  bad[3].needs = {"brake"};
  EXPECT_THAT(refusal(bad), HasSubstr("the last mode must be possible whatever is lost, but it needs brake"));
  bad = modes();
  bad[1].recovery = Recovery::kNever;
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'slow': a dead end"));
  bad = modes();
  bad[3].is_stop = false;
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'safe_stop': a dead end must be a safe stop"));
  bad = modes();
  bad[2].then = "";
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'minimal_risk': max_dwell and then belong together"));
  bad = modes();
  bad[0].then = "slow";
  EXPECT_THAT(refusal(bad), HasSubstr("mode 'nominal': max_dwell and then belong together"));
  bad = modes();
  bad[2].then = "stop";
  EXPECT_THAT(refusal(bad), HasSubstr("then: no mode 'stop', expected one of nominal, slow, minimal_risk, safe_stop"));
  bad[2].then = "slow";
  EXPECT_THAT(refusal(bad), HasSubstr("then: 'slow' must be a worse mode without automatic recovery"));
  bad = modes();
  bad[0].max_dwell = 1s;
  bad[0].then = "slow";
  EXPECT_THAT(refusal(bad), HasSubstr("then: 'slow' must be a worse mode"));
  bad = modes();
  bad[0].needs.clear();
  for (int i = 0; i < 65; ++i) bad[0].needs.push_back("c" + std::to_string(i));
  EXPECT_THAT(refusal(bad), HasSubstr("66 capabilities, expected at most 64"));
}

TEST(Modes, RefusesFaultsThatLeadNowhere) {
  RecordProperty("verifies", "REQ-MON-034");
  EXPECT_THAT(refusal(modes(), {fault("f", "")}), HasSubstr("fault 'f': leads nowhere"));
  EXPECT_THAT(refusal(modes(), {fault("f", "nominal")}), HasSubstr("leads nowhere"));
  EXPECT_THAT(refusal(modes(), {fault("f", "slwo")}), HasSubstr("fault 'f': mode: no mode 'slwo'"));
  EXPECT_THAT(refusal(modes(), {fault("f", "", {"radar"})}),
              HasSubstr("takes: no mode needs the capability 'radar', expected one of: camera, lidar"));
}

TEST(Modes, RefusesAFaultWhoseModeIsReachedTooLate) {
  RecordProperty("verifies", "REQ-MON-035");
  auto slow = modes();
  slow[3].reached_within = 2s;
  auto brake = fault("brake", "safe_stop");
  brake.frti = 1s;
  EXPECT_THAT(refusal(slow, {brake}),
              HasSubstr("fault 'brake': frti: 1000 ms, but mode 'safe_stop' is reached within 2000 ms"));
  brake.frti = 2s;
  EXPECT_EQ(refusal(slow, {brake}), "accepted");
}

TEST(Modes, TheDefaultModesAreSound) {
  RecordProperty("verifies", "REQ-MON-034");
  EXPECT_EQ(refusal(default_modes(), {fault("f", "degraded")}), "accepted");
}

}  // namespace
}  // namespace ocelli::safety
