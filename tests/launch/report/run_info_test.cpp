#include "ocelli/launch/report/run_info.hpp"

#include <gmock/gmock.h>

#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using testing::HasSubstr;

TEST(RunInfo, ComesBackAsItWasWritten) {
  RunInfo info = test::synthetic_run().info;
  info.tolerated = {"gnss.*"};
  info.notes = {"a \"quoted\" note"};
  info.is_monitored = false;
  info.topics = {{"lidar/top", 20.0, 7ms}, {"imu", std::nullopt, 1ms}, {"gnss", 0.0, std::nullopt}};
  info.targets = TrackingTargets{0.8, 0.7};
  const std::string json = to_json(info);
  const auto again = parse_run_info(json, "run.json");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), json);
  EXPECT_EQ(again->seed, 7U);
  EXPECT_EQ(again->chains[0].reaction_budget, 150ms);
  EXPECT_EQ(again->expected[1].also, std::vector<std::string>{"*.chain_late"});
  EXPECT_EQ(again->duration, 60s);
  ASSERT_EQ(again->topics.size(), 3U);
  EXPECT_EQ(again->topics[0].transport_budget, 7ms);
  EXPECT_FALSE(again->topics[1].rate_hz);
  EXPECT_EQ(again->topics[2].rate_hz, 0.0);
  EXPECT_FALSE(again->is_monitored);
  EXPECT_DOUBLE_EQ(again->targets->recall_min, 0.7);
}

TEST(RunInfo, TextThatIsNoUtf8IsWrittenAsReadableJson) {
  RunInfo info;
  info.kind = "run";
  info.executor = "live";
  info.launch = "caf\xE9.yaml";
  EXPECT_TRUE(parse_run_info(to_json(info), "run.json"));
}

TEST(RunInfo, NamesAllMistakesByTheirPath) {
  const auto info = parse_run_info(
      R"({"kind": 5, "seed": -1, "chains": [{"name": "a", "from": "b"}, 7], "expected": {}, "modes": ["a", 1],
          "targets": {"recall_min": 1.5}, "is_monitored": "yes", "duration_s": -1})",
      "run.json");
  ASSERT_FALSE(info);
  for (const char* text :
       {"run.json: ", "kind: expected text", "seed: expected a whole number >= 0", "chains[0].to: missing",
        "chains[1]: expected an object", "executor: missing", "expected: expected a list", "modes[1]: expected text",
        "targets.recall_min: expected a number from 0 to 1", "is_monitored: expected true or false",
        "duration_s: expected a number"})
    EXPECT_THAT(info.error().message, HasSubstr(text));
}

TEST(RunInfo, IgnoresWhatANewerLauncherWrote) {
  EXPECT_TRUE(parse_run_info(R"({"kind": "run", "executor": "live", "colour": "blue"})", "run.json"));
}

TEST(RunInfo, RefusesWhatIsNoJsonAndWhatIsNotThere) {
  for (const char* text : {"", "{", "{\"kind\": \"run\"", "\xff\xfe", "{} {}"})
    EXPECT_EQ(parse_run_info(text, "run.json").error().code, ErrorCode::kCorrupt) << text;
  EXPECT_THAT(parse_run_info("[]", "run.json").error().message, HasSubstr("the file: expected an object"));
  EXPECT_THAT(read_run_info("/nonexistent/run.json").error().message, HasSubstr("/nonexistent/run.json"));
}

TEST(RunInfo, OnlyALiveRunMeasures) {
  RunInfo info;
  for (const auto& [executor, is_measured] : {std::pair{"live", true}, {"paced", false}, {"logical", false}}) {
    info.executor = executor;
    EXPECT_EQ(info.is_measured(), is_measured) << executor;
  }
}

TEST(Matches, StarsStandForAnyText) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*.late", "lidar/top.late"));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches("a*b*c", "aXbYbZ"));
  EXPECT_FALSE(matches("late", "late.not"));
  EXPECT_FALSE(matches("", "x"));
}

}  // namespace
}  // namespace ocelli::report
