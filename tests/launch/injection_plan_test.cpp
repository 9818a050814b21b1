#include "ocelli/launch/injection_plan.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace ocelli::launch {
namespace {

using testing::Contains;
using testing::HasSubstr;

const InjectionTargets kTargets = {
    {"camera/front", "camera/rear"}, {"lidar_objects", "tracks"}, {"imu", "ego_motion"}, {}, {}};

std::string text_of(const std::vector<PlannedInjection>& plan) {
  std::string text;
  for (const PlannedInjection& i : plan)
    text +=
        fmt::format("{} {} {} {} {}\n", to_string(i.kind), i.target, i.at.count(), i.duration.count(), i.delay.count());
  return text;
}

TEST(InjectionPlan, FollowsFromTheSeedAlone) {
  std::set<std::string> plans;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto plan = plan_injections(seed, 30s, kTargets);
    ASSERT_TRUE(plan);
    EXPECT_EQ(text_of(*plan), text_of(*plan_injections(seed, 30s, kTargets)));
    plans.insert(text_of(*plan));
  }
  EXPECT_EQ(plans.size(), 20U) << "every seed has a plan of its own";
}

TEST(InjectionPlan, StrikesOncePerKindInsideTheRunWithTimeToHeal) {
  for (const Duration run : {Duration(18s), Duration(30s), Duration(10min)}) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto plan = plan_injections(seed, run, kTargets);
      ASSERT_TRUE(plan);
      ASSERT_EQ(plan->size(), 3U);
      std::set<InjectionKind> kinds;
      Duration healed = 4s;  // until everything has started
      for (const PlannedInjection& injection : *plan) {
        kinds.insert(injection.kind);
        EXPECT_GE(injection.at, healed) << text_of(*plan);
        EXPECT_GE(injection.duration, 1s);
        EXPECT_LE(injection.duration, 1500ms);
        healed = injection.at + injection.duration + 2s;
      }
      EXPECT_EQ(kinds.size(), 3U);
      EXPECT_LE(healed, run) << text_of(*plan);
    }
  }
}

TEST(InjectionPlan, LosesEachSensorThatCanBeLostOnce) {
  InjectionTargets targets = kTargets;
  targets.lose = {"camera/front", "lidar/top"};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto plan = plan_injections(seed, 30s, targets);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->size(), 5U);
    std::multiset<std::string> lost;
    Duration healed = 4s;
    for (const PlannedInjection& injection : *plan) {
      if (injection.kind == InjectionKind::kLose) lost.insert(injection.target);
      EXPECT_GE(injection.at, healed) << text_of(*plan);
      healed = injection.at + injection.duration + 2s;
    }
    EXPECT_LE(healed, Duration(30s));
    EXPECT_EQ(lost, (std::multiset<std::string>{"camera/front", "lidar/top"}));
    EXPECT_EQ(plan_injections(seed, 18s, targets)->size(), 3U) << "a short run has three faults";
  }
}

TEST(InjectionPlan, ALateInferenceIsOneOfTheFaultsWhereThereIsInference) {
  InjectionTargets targets = kTargets;
  targets.lose = {"camera/front", "lidar/top"};
  targets.slow = {"camera_objects"};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto plan = plan_injections(seed, 35s, targets);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->size(), 6U);
    const auto slow = std::ranges::find(*plan, InjectionKind::kSlow, &PlannedInjection::kind);
    ASSERT_NE(slow, plan->end());
    EXPECT_EQ(slow->target, "camera_objects");
    EXPECT_GE(slow->delay, 250ms);
    EXPECT_LE(slow->delay, 400ms);
  }
}

TEST(InjectionPlan, TakesTargetsOnlyFromThoseOfTheKind) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto plan = plan_injections(seed, 30s, kTargets);
    for (const PlannedInjection& i : *plan) {
      seen.insert(i.target);
      const auto& allowed = i.kind == InjectionKind::kFreeze ? kTargets.freeze
                            : i.kind == InjectionKind::kStop ? kTargets.stop
                                                             : kTargets.delay;
      EXPECT_THAT(allowed, Contains(i.target));
      if (i.kind == InjectionKind::kDelay) {
        EXPECT_GE(i.delay, 70ms);
        EXPECT_LE(i.delay, 100ms);
      } else {
        EXPECT_EQ(i.delay, 0ms);
      }
    }
  }
  EXPECT_EQ(seen.size(), 6U) << "every target has its turn";
}

TEST(InjectionPlan, NeedsATargetForEachKindAndARunLongEnough) {
  InjectionTargets blind = kTargets;
  blind.freeze.clear();
  const auto none = plan_injections(1, 30s, blind);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no target for the fault 'freeze'"));
  const auto brief = plan_injections(1, 17s, kTargets);
  ASSERT_FALSE(brief);
  EXPECT_THAT(brief.error().message, HasSubstr("a run of 17 s is too short for three faults: expected 18 s"));
}

TEST(ParseInjection, ReadsEachKind) {
  const auto freeze = parse_injection("freeze:camera/front@5s+2s");
  ASSERT_TRUE(freeze);
  EXPECT_EQ(freeze->kind, InjectionKind::kFreeze);
  EXPECT_EQ(freeze->target, "camera/front");
  EXPECT_EQ(freeze->at, 5s);
  EXPECT_EQ(freeze->duration, 2s);
  EXPECT_EQ(parse_injection("stop:tracks@500ms+1 s")->at, 500ms);
  EXPECT_EQ(parse_injection("lose:lidar/top@5s+1s")->kind, InjectionKind::kLose);
  const auto delay = parse_injection("delay:lidar/objects@0s+60s=80ms");
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->kind, InjectionKind::kDelay);
  EXPECT_EQ(delay->delay, 80ms);
  const auto slow = parse_injection("slow:camera_objects@5s+1s=300ms");
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->kind, InjectionKind::kSlow);
  EXPECT_EQ(slow->delay, 300ms);
}

TEST(ParseInjection, RefusesEverythingElseAndShowsTheForm) {
  for (const char* text :
       {"", "freeze", "freeze:@1s+1s", "melt:camera@1s+1s", "freeze:camera@1s", "freeze:camera@1+1s", "freeze@1s+1s",
        "freeze:camera+1s@1s", "freeze:camera@1s+1s=5ms", "delay:imu@1s+1s", "slow:eyes@1s+1s",
        "delay:imu@1s+1s=", "delay:imu@1s+1s=5", "freeze:camera@-1s+2s", "freeze:camera@1s+-2s", "freeze:camera@1s+0s",
        "delay:imu@1s+1s=-5ms", "delay:imu@1s+1s=0ms", "slow:eyes@1s+1s=0ms"}) {
    const auto injection = parse_injection(text);
    ASSERT_FALSE(injection) << text;
    EXPECT_THAT(injection.error().message, HasSubstr("expected KIND:TARGET@AT+DURATION[=DELAY]")) << text;
  }
}

}  // namespace
}  // namespace ocelli::launch
