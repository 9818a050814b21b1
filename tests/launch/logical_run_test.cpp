#include "ocelli/launch/logical_run.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

/// Wheel speeds at 50 Hz for one second.
class Wheels final : public Source {
 public:
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == 50) return std::optional<SourceMessage>{};
    SourceMessage message;
    message.sensed_at = from_ns(1'000'000'000'000) + index_++ * 20ms;
    ocelli::msg::VehicleState state;
    state.is_wheel_speed_valid(true);
    message.cdr = encode_to_buffer(state, topics_[0].kind->codec());
    return std::optional<SourceMessage>(std::move(message));
  }

 private:
  const std::vector<SourceTopic> topics_ = {{"vehicle/state", &topics::kind_of<topics::VehicleState>()}};
  int index_ = 0;
};

class LogicalRun : public testing::Test {
 protected:
  void SetUp() override {
    options_.out =
        fs::path(testing::TempDir()) /
        fmt::format("ocelli_logical_{}_{}", ::getpid(), testing::UnitTest::GetInstance()->current_test_info()->name());
    options_.is_quiet = true;
    fs::create_directories(options_.out);
  }
  void TearDown() override { fs::remove_all(options_.out); }

  Result<LogicalRunOutcome> run(const std::string& text) {
    OCELLI_ASSIGN(const LaunchFile launch, LaunchFile::parse(text, "car.yaml", {}));
    std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources;
    sources.emplace_back("drive", std::make_unique<Wheels>());
    return run_logical(launch, std::move(sources), options_);
  }
  LogicalRunOptions options_;
};

TEST_F(LogicalRun, LeavesOutWhatNothingTriggersAndSaysSo) {
  const auto outcome =
      run("nodes: [{node: ego_motion}, {node: lidar_objects}, {node: tracks}]\n"
          "chains: [{name: c, from: lidar/points, to: tracks, reaction_budget: 1 s, age_budget: 1 s}]\n");
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->messages.at("vehicle/state"), 50U);
  EXPECT_EQ(outcome->messages.at("ego_motion"), 50U);
  EXPECT_EQ(outcome->messages.count("tracks"), 0U);
  EXPECT_THAT(outcome->notes, Contains(HasSubstr("node 'lidar_objects' does not run")));
  EXPECT_THAT(outcome->notes, Contains(HasSubstr("node 'tracks' does not run")));
  EXPECT_THAT(outcome->notes, Contains(HasSubstr("chain 'c' is not supervised")));
  EXPECT_TRUE(fs::is_regular_file(options_.out / "recording.mcap"));
}

TEST_F(LogicalRun, EveryNodeKeepsItsOwnConfiguration) {
  // The key of one node is unknown to the other: mixing them up would be an error.
  const auto outcome =
      run("nodes:\n"
          "  - {node: ego_motion, config: {track_width_m: 1.6}}\n"
          "  - {node: lidar_objects, config: {returns_min: 300}}\n");
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->messages.at("ego_motion"), 50U);
}

TEST_F(LogicalRun, ADriveThatNoNodeCanUseIsAnError) {
  const auto outcome = run("nodes: [{node: lidar_objects}]\n");
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("no topic that a node needs: it has vehicle/state"));
}

}  // namespace
}  // namespace ocelli::launch
