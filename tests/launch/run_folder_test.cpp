#include "ocelli/launch/run_folder.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <fstream>

#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/live_settings.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunFolders : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(base_); }
  const fs::path base_ = fs::path(testing::TempDir()) / fmt::format("ocelli_run_folder_{}", ::getpid());
};

TEST_F(RunFolders, AreMadeWithTheirParentsAndMayExist) {
  const auto folder = RunFolder::make((base_ / "a" / "b").string(), "demo");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_TRUE(fs::is_directory(folder->path()));
  EXPECT_TRUE(folder->path().is_absolute());
  EXPECT_TRUE(RunFolder::make(folder->path().string(), "demo"));
}

TEST_F(RunFolders, AnEarlierRunsReportDoesNotOutliveItsRecording) {
  fs::create_directories(base_);
  for (const char* name : {"run.json", "report.html", "report.json", "notes.txt"}) std::ofstream(base_ / name) << "x";
  ASSERT_TRUE(RunFolder::make(base_.string(), "demo"));
  EXPECT_TRUE(fs::exists(base_ / "report.html")) << "nothing has begun yet";
  replace_results(base_);
  EXPECT_FALSE(fs::exists(base_ / "report.html"));
  EXPECT_FALSE(fs::exists(base_ / "run.json"));
  EXPECT_TRUE(fs::exists(base_ / "notes.txt")) << "not ours";
}

TEST_F(RunFolders, AreRefusedWhereAFileIsInTheWay) {
  fs::create_directories(base_);
  std::ofstream(base_ / "file") << "x";
  EXPECT_THAT(RunFolder::make((base_ / "file").string(), "demo").error().message,
              HasSubstr("is a file, expected a folder"));
  EXPECT_THAT(RunFolder::make((base_ / "file" / "below").string(), "demo").error().message,
              HasSubstr("cannot be made"));
}

TEST_F(RunFolders, StayOnlyWhenSomethingIsInThem) {
  static_cast<void>(RunFolder::make((base_ / "empty").string(), "demo"));
  EXPECT_FALSE(fs::exists(base_ / "empty"));
  {
    const auto folder = RunFolder::make((base_ / "used").string(), "demo");
    ASSERT_TRUE(folder);
    std::ofstream(folder->path() / "run.json") << "{}";
  }
  EXPECT_TRUE(fs::exists(base_ / "used" / "run.json"));
}

TEST(RunFolder, TheInfoNamesWhatTheLaunchFileHolds) {
  const auto launch = find_launch("demo");
  ASSERT_TRUE(launch) << launch.error().message;
  const report::RunInfo info = describe_run(*launch, "demo", "live");
  EXPECT_EQ(info.kind, "demo");
  EXPECT_EQ(info.executor, "live");
  EXPECT_THAT(info.nodes, testing::IsSupersetOf({"vehicle", "lidar_objects", "tracks"}));
  ASSERT_EQ(info.chains.size(), launch->chains.size());
  EXPECT_EQ(info.chains[0].reaction_budget, launch->chains[0].reaction_budget);
  EXPECT_EQ(info.started.size(), std::string("2026-11-24T08:00:00Z").size());
}

TEST(FindLaunch, KnowsFilesAndBuiltInNames) {
  EXPECT_TRUE(find_launch("replay"));
  EXPECT_THAT(find_launch("nowhere").error().message, HasSubstr("nowhere: no such launch file, and no built-in one"));
}

TEST(LiveSettings, ReachTheChildAsTheyAre) {
  LiveSettings settings;
  settings.launch = "a b.yaml";
  settings.seed = 18446744073709551615ULL;
  settings.out = "/tmp/with space";
  settings.clock_offset_ns = -5;
  settings.begin_ns = 7;
  settings.domain = 42;
  settings.partition = "p-1";
  settings.is_realtime = false;
  CLI::App app;
  int status = 0;
  declare_host(app, status);
  app.parse_complete_callback([] { throw CLI::Success(); });  // read only: no host is run
  std::vector<std::string> arguments = to_arguments(settings);
  arguments.insert(arguments.end(), {"--process", "monitor", "--ready-fd", "3"});
  std::reverse(arguments.begin(), arguments.end());
  EXPECT_THROW(app.parse(arguments), CLI::Success);
  EXPECT_EQ(app["--launch"]->as<std::string>(), settings.launch);
  EXPECT_EQ(app["--seed"]->as<std::uint64_t>(), settings.seed);
  EXPECT_EQ(app["--out"]->as<std::string>(), settings.out.string());
  EXPECT_EQ(app["--offset-ns"]->as<std::int64_t>(), -5);
  EXPECT_EQ(app["--begin-ns"]->as<std::int64_t>(), 7);
  EXPECT_EQ(app["--domain"]->as<std::uint32_t>(), 42U);
  EXPECT_EQ(app["--partition"]->as<std::string>(), "p-1");
  EXPECT_EQ(app["--no-realtime"]->count(), 1U);
  settings.is_realtime = true;
  EXPECT_THAT(to_arguments(settings), testing::Not(testing::Contains("--no-realtime")));
}

}  // namespace
}  // namespace ocelli::launch
