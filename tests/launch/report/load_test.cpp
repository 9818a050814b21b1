#include "ocelli/launch/report/load.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "ocelli/launch/report/report.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

namespace fs = std::filesystem;
using test::at;
using testing::Contains;
using testing::HasSubstr;

constexpr int kMessages = 400;

class LoadRun : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / fmt::format("ocelli_load_{}_{}", test->name(), ::getpid());
    fs::create_directories(folder_);
    RunInfo info;
    info.kind = "run";
    info.executor = "live";
    ASSERT_TRUE(write_run_info(info, folder_ / kRunFile));
    auto file = log::RecordingWriter::create(folder_ / kRecordingFile, {});
    ASSERT_TRUE(file) << file.error().message;
    const auto& kind = topics::kind_of<topics::Tracks>();
    for (int i = 0; i < kMessages; ++i) {
      ocelli::msg::Tracks tracks;
      tracks.tracks().resize(20);
      const auto cdr = encode_to_buffer(tracks, kind.codec());
      const SampleHeader header =
          make_header(topic_id("tracks"), 7, static_cast<std::uint64_t>(i) + 1, at(0.1 * i + 0.02),
                      {.sensed_at = at(0.1 * i), .lineage = {}, .flags = 0});
      ASSERT_TRUE(file->write({"tracks", &kind}, header, cdr->bytes()));
    }
    ASSERT_TRUE(file->close());
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(LoadRun, ReadsHeadersAndTracksOfAWholeRecording) {
  const auto run = load_run(folder_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_TRUE(run->notes.empty()) << run->notes.front();
  EXPECT_EQ(run->tracks.size(), std::size_t{kMessages});
  const TopicRecord* topic = run->find_topic("tracks");
  ASSERT_NE(topic, nullptr);
  ASSERT_EQ(topic->messages.size(), std::size_t{kMessages});
  EXPECT_EQ(topic->messages[5].sequence, 6U);
  EXPECT_EQ(topic->messages[5].sensed_at, at(0.5));
  EXPECT_EQ(topic->messages[5].writer, 7U);
  EXPECT_EQ(run->tracks[0].objects.size(), 20U);
  EXPECT_FALSE(run->no_shot_reason.empty());
}

TEST_F(LoadRun, WhatTheLaunchFileDeclaresOfATopicCountsBeforeItsKind) {
  const auto& kind = topics::kind_of<topics::Tracks>();
  const auto usual = load_run(folder_);
  ASSERT_TRUE(usual) << usual.error().message;
  EXPECT_EQ(usual->find_topic("tracks")->rate_hz, kind.rate_hz);
  RunInfo info = usual->info;
  info.topics = {{"tracks", 25.0, std::nullopt}, {"elsewhere", 1.0, 1ms}};
  ASSERT_TRUE(write_run_info(info, folder_ / kRunFile));
  const auto run = load_run(folder_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->find_topic("tracks")->rate_hz, 25.0);
  EXPECT_EQ(run->find_topic("tracks")->transport_budget, kind.latency_budget);
}

TEST_F(LoadRun, ARecordingCutShortIsReadAsFarAsItGoesAndSaysSo) {
  const auto whole = fs::file_size(folder_ / kRecordingFile);
  std::size_t most = 0;
  for (const double share : {0.95, 0.6, 0.3}) {
    fs::resize_file(folder_ / kRecordingFile, static_cast<std::uintmax_t>(static_cast<double>(whole) * share));
    const auto run = load_run(folder_);
    ASSERT_TRUE(run) << share << ": " << run.error().message;
    EXPECT_THAT(run->notes, Contains(HasSubstr("it was read as far as it goes"))) << share;
    EXPECT_LE(run->tracks.size(), std::size_t{kMessages});
    most = std::max(most, run->tracks.size());
    EXPECT_TRUE(make_report(folder_)) << share;
  }
  EXPECT_GT(most, 0U);
}

TEST_F(LoadRun, MissingFilesAreNamed) {
  fs::remove(folder_ / kRecordingFile);
  EXPECT_THAT(load_run(folder_).error().message, HasSubstr("recording.mcap"));
  fs::remove(folder_ / kRunFile);
  EXPECT_THAT(load_run(folder_).error().message, HasSubstr("run.json"));
  EXPECT_THAT(load_run(folder_ / "gone").error().message, HasSubstr("no such folder"));
}

TEST_F(LoadRun, WhatIsNoRecordingIsRefused) {
  std::ofstream(folder_ / kRecordingFile) << "this is not MCAP, and has never been";
  EXPECT_FALSE(load_run(folder_));
}

}  // namespace
}  // namespace ocelli::report
