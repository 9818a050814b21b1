#pragma once
// Ego motion on a comma2k19 drive against its 1,200 true poses: with fixes all along, and through outages.

#include <string>
#include <vector>

#include "ocelli/middleware/log/sources/comma2k19.hpp"
#include "ocelli/perception/ego_motion/ego_motion.hpp"

namespace ocelli::launch {

/// With fixes all along. Errors are estimate minus truth, horizontal.
struct EgoAccuracy {
  std::size_t poses = 0;                               // judged: all
  std::size_t poses_before = 0;                        // of them before the first alignment: placed by it afterwards
  Eigen::Vector2d offset_m = Eigen::Vector2d::Zero();  // mean error: the receiver's and the lever arm
  double rmse_m = 0.0;                                 // after the offset
  double rmse_with_offset_m = 0.0;
  double fix_rmse_m = 0.0;  // of the fixes themselves, after their own offset
  double speed_rmse_mps = 0.0;
  double mean_nees = 0.0;      // of the position without its offset removed, 2 axes: 2 when the covariance is right
  double share_in_band = 0.0;  // of poses with NEES below the 95 % quantile of chi-square with 2 degrees, 5.99
  double mean_sigma_m = 0.0;   // what the filter itself says, both axes
  double speed_scale = 1.0;
  double fix_delay_s = 0.0;
  double integral_share = 0.0;
};

/// Without fixes from some moment to the end.
struct EgoOutage {
  double duration_s = 0.0;
  double distance_m = 0.0;
  double end_error_m = 0.0;  // grown since the outage began
  double worst_error_m = 0.0;
  double nees_end = 0.0;  // of that error against the covariance grown since, 2 axes
  [[nodiscard]] double end_percent() const { return 100.0 * end_error_m / distance_m; }
};

struct EgoEvaluation {
  log::CommaCanCounts can;
  EgoAccuracy accuracy;
  EgoAccuracy late;              // the fixes arriving 200 ms after their stamps
  std::vector<EgoOutage> after;  // fixes for the first 10, 15, 20 s, then none
  EgoOutage whole;  // all 60 s without, from the true first pose, calibrated by an earlier run over the same minute
};

/// What the filter is told of this car (Toyota RAV4): its geometry, and the noise of its fixes.
[[nodiscard]] perception::EgoMotionConfig comma2k19_ego_config();

[[nodiscard]] Result<EgoEvaluation> evaluate_ego_motion(const log::Comma2k19Config& drive,
                                                        const perception::EgoMotionConfig& config);

[[nodiscard]] std::string ego_table(const EgoEvaluation& evaluation);

}  // namespace ocelli::launch
