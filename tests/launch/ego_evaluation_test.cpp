// Ego motion on the real minute of comma2k19; `ocelli eval ego` prints the same numbers.
#include "ocelli/launch/ego_evaluation.hpp"
#include "ocelli/tests/recorded_data.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

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
}

}  // namespace
}  // namespace ocelli::launch
