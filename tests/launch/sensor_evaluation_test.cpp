// `ocelli eval sensors` and the run below it, on the smallest simulated drive.
#include "ocelli/launch/sensor_evaluation.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/logical_run.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// The tiny drive with a radar as well, seen by every node that has no network.
constexpr const char* kLaunch = R"(
sources:
  - {source: sim, name: vehicle, config: {scenario: SCENARIO}}
nodes:
  - node: ego_motion
  - {node: lidar_objects, inputs: {cloud: lidar/top}, config: {mounting: {x_m: 0.8, z_m: 1.73}}}
  - {node: radar_objects, inputs: {scan: radar/front}}
  - {node: tracks, inputs: {calibration: camera/front/calibration}, config: {sensor_x_m: 0.8, expects_radar: true}}
)";

class FusedDrive : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / fmt::format("ocelli_sensors_{}_{}", ::getpid(),
                                                         testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    std::ifstream tiny(fs::path(OCELLI_SOURCE_DIR) / "hal/sim/scenarios/tiny.yaml");
    const std::string scenario{std::istreambuf_iterator<char>(tiny), {}};
    std::ofstream(folder_ / "tiny.yaml") << scenario << "  radars: [{name: radar/front}]\n";
    std::string text = kLaunch;
    text.replace(text.find("SCENARIO"), 8, (folder_ / "tiny.yaml").string());
    auto launch = LaunchFile::parse(text, "tiny_launch.yaml", {});
    ASSERT_TRUE(launch) << launch.error().message;
    launch_ = std::move(*launch);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Bytes of the tracks.
  std::string run(const std::string& name, std::size_t threads = 1, std::uint64_t schedule_seed = 0,
                  const std::vector<std::string>& without = {}) {
    LogicalRunOptions options;
    options.threads = threads;
    options.schedule_seed = schedule_seed;
    options.without = without;
    options.out = folder_ / name;
    options.is_quiet = options.is_drive = true;
    fs::create_directories(options.out);
    std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources;
    for (const SourceEntry& entry : launch_->sources) {
      auto opened = open_source(entry, source_context(*launch_, 1, from_ns(1'700'000'000'000'000'000)));
      EXPECT_TRUE(opened) << opened.error().message;
      sources.emplace_back(entry.name, std::move(opened->source));
    }
    const auto outcome = run_logical(*launch_, std::move(sources), options);
    EXPECT_TRUE(outcome) << outcome.error().message;
    messages_ = outcome->messages;
    std::ifstream file(options.out / "tracks.mcap", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  std::optional<LaunchFile> launch_;
  std::map<std::string, std::uint64_t> messages_;
};

TEST_F(FusedDrive, TracksOfSeveralTriggersHaveTheSameBytesForAnyThreadsAndSchedule) {
  const std::string expected = run("one");
  ASSERT_GT(messages_.at("radar/objects"), 30U);
  ASSERT_GT(messages_.at("lidar/objects"), 15U);
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(run("two", 2), expected);
  EXPECT_EQ(run("seven", 2, 7), expected);
  EXPECT_EQ(run("eight", 3, 8), expected);
}

TEST_F(FusedDrive, ASilentTopicIsSilentAndNothingElseIs) {
  run("all");
  auto expected = messages_;
  EXPECT_EQ(expected.erase("radar/front"), 1U);
  EXPECT_EQ(expected.erase("radar/objects"), 1U);
  run("without", 1, 0, {"radar/front"});
  for (const auto& [topic, count] : expected) {
    if (topic == "tracks" || topic.starts_with("ocelli/")) continue;
    EXPECT_EQ(messages_[topic], count) << topic;
  }
  EXPECT_EQ(messages_["radar/front"], 0U);
  EXPECT_EQ(messages_["radar/objects"], 0U);
}

TEST_F(FusedDrive, JudgesTheDriveWithAllSensorsAndWithoutEachOfThem) {
  SensorEvaluationOptions options;
  options.out = folder_ / "runs";
  const auto all = evaluate_sensors(*launch_, options);
  ASSERT_TRUE(all) << all.error().message;
  std::vector<std::string> silent;
  for (const auto& e : *all) silent.push_back(e.silent);
  EXPECT_THAT(silent, testing::UnorderedElementsAre("", "lidar/top", "camera/front", "radar/front"));
  EXPECT_EQ(all->front().silent, "");
  for (const auto& e : *all) {
    SCOPED_TRACE(e.silent);
    EXPECT_GT(e.frames, 10U);
    EXPECT_GT(e.score.truth, 20U);
    const bool is_missed = e.silent == "lidar/top" || e.silent == "radar/front";
    if (is_missed) {
      EXPECT_EQ(e.degraded_frames, e.frames);
    }
    if (!is_missed) {
      EXPECT_LT(e.degraded_frames, e.frames / 4);
    }
    if (e.silent != "lidar/top") {
      EXPECT_GT(e.score.found, e.score.truth / 4);
    }
  }
  EXPECT_THAT(sensor_table(*all), HasSubstr("radar/front makes the velocity RMSE"));
  EXPECT_THAT(sensor_table(*all), HasSubstr("position NEES"));
  EXPECT_GT(all->front().score.position.pairs, 20U);
  EXPECT_LT(all->front().score.position.nees().value_or(99.0), 4.0);
  EXPECT_THAT(all->front().errors.table(), HasSubstr("error of the velocity"));
}

TEST_F(FusedDrive, NeedsATruth) {
  launch_->sources.clear();
  SensorEvaluationOptions options;
  options.out = folder_ / "runs";
  EXPECT_FALSE(evaluate_sensors(*launch_, options));
}

}  // namespace
}  // namespace ocelli::launch
