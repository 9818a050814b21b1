// Ego motion on the real minute of comma2k19; `ocelli eval ego` prints the same numbers.
#include "ocelli/launch/ego_evaluation.hpp"
#include "ocelli/tests/recorded_data.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

namespace ocelli::launch {
namespace {

TEST(EgoEvaluation, TheRealMinuteIsWithinItsLimits) {
  const std::filesystem::path data = recorded_data("");
  if (!std::filesystem::is_directory(data / "comma2k19")) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  log::Comma2k19Config drive;
  drive.path = (data / "comma2k19").string();
  drive.dbc = (data / "dbc/_toyota_2017.dbc").string();
  const auto evaluation = evaluate_ego_motion(drive, comma2k19_ego_config());
  ASSERT_TRUE(evaluation) << evaluation.error().message;
  EXPECT_EQ(evaluation->can.frames, 135468U);
  for (const EgoAccuracy* accuracy : {&evaluation->accuracy, &evaluation->late}) {
    EXPECT_EQ(accuracy->poses, 1200U);
    EXPECT_LE(accuracy->rmse_m, 0.25);
    EXPECT_LE(accuracy->speed_rmse_mps, 0.15);
    EXPECT_GT(accuracy->mean_nees, 0.05) << "95 % band of one sample of two degrees of freedom";
    EXPECT_LT(accuracy->mean_nees, 7.38);
    EXPECT_GE(accuracy->share_in_band, 0.95);
    EXPECT_GE(accuracy->integral_share, 0.95);
  }
  EXPECT_GT(evaluation->whole.duration_s, 59.0);
  EXPECT_LE(evaluation->whole.end_percent(), 1.0);
  ASSERT_EQ(evaluation->after.size(), 3U);
  std::vector<EgoOutage> outages = evaluation->after;
  outages.push_back(evaluation->whole);
  for (const EgoOutage& outage : outages) {
    EXPECT_GT(outage.duration_s, 39.0);
    EXPECT_LE(outage.end_percent(), 1.0) << outage.duration_s << " s";
    EXPECT_LT(outage.nees_end, 7.38) << outage.duration_s << " s";
  }
  EXPECT_GT(evaluation->whole.nees_end, 0.05) << "the outage of a minute: within the band on both sides";
}

constexpr std::size_t kPoses = 1200;

/// The real minute with other truth: `change` gets the `columns` numbers of each pose in a file of global_pose.
Result<EgoEvaluation> evaluate_with(const std::string& file, std::size_t columns,
                                    const std::function<void(std::vector<double>&)>& change) {
  namespace fs = std::filesystem;
  const fs::path data = recorded_data("");
  const fs::path folder = fs::temp_directory_path() / ("ocelli_ego_evaluation_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::create_directory_symlink(data / "comma2k19/processed_log", folder / "processed_log");
  fs::copy(data / "comma2k19/global_pose", folder / "global_pose");
  const fs::path changed = folder / "global_pose" / file;
  fs::permissions(changed, fs::perms::owner_write, fs::perm_options::add);
  {
    std::fstream numbers(changed, std::ios::in | std::ios::out | std::ios::binary);
    std::vector<double> values(kPoses * columns);
    const auto size = static_cast<std::streamsize>(values.size() * sizeof(double));
    numbers.seekg(-size, std::ios::end);
    numbers.read(reinterpret_cast<char*>(values.data()), size);
    change(values);
    numbers.seekp(-size, std::ios::end);
    numbers.write(reinterpret_cast<const char*>(values.data()), size);
  }
  log::Comma2k19Config drive;
  drive.path = folder.string();
  drive.dbc = (data / "dbc/_toyota_2017.dbc").string();
  auto evaluation = evaluate_ego_motion(drive, comma2k19_ego_config());
  fs::remove_all(folder);
  return evaluation;
}

TEST(EgoEvaluation, ATruePoseThatIsNoNumberIsNamed) {
  if (!std::filesystem::is_directory(recorded_data("comma2k19")))
    GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  const auto nan = evaluate_with("frame_positions", 3, [](std::vector<double>& p) { p[7 * 3] = std::nan(""); });
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(nan.error().message.find("frame_positions: frame 7: nan: expected a number"), std::string::npos)
      << nan.error().message;
}

TEST(EgoEvaluation, ADriveWithoutPosesThatItCouldJudgeIsNoGoodDrive) {
  if (!std::filesystem::is_directory(recorded_data("comma2k19")))
    GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  const auto early = evaluate_with("frame_times", 1, [](std::vector<double>& times) {
    for (double& time : times) time -= 1000.0;  // before the log begins
  });
  ASSERT_FALSE(early) << early->accuracy.poses << " poses, RMSE " << early->accuracy.rmse_m;
  EXPECT_NE(early.error().message.find("pose"), std::string::npos) << early.error().message;
}

TEST(EgoEvaluation, TrueTimesThatGoBackAreNamed) {
  if (!std::filesystem::is_directory(recorded_data("comma2k19")))
    GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  const auto back =
      evaluate_with("frame_times", 1, [](std::vector<double>& times) { std::swap(times[40], times[41]); });
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("frame_times: frame 41 is at"), std::string::npos) << back.error().message;
}

}  // namespace
}  // namespace ocelli::launch
