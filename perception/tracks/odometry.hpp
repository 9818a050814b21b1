#pragma once
// The vehicle's way by speed and yaw rate alone, from where it was first heard of. A pose that position fixes correct
// jumps, and objects that stand would seem to move with it; this one drifts, but is smooth. Must not know: messages.

#include <optional>

#include "ocelli/perception/ego_motion/ego_motion.hpp"
#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::perception {

class Odometry {
 public:
  /// Goes on to the stamp of `ego`, at the mean of the speeds before and now. One that is not newer changes nothing;
  /// after a gap longer than `gap_max` the way begins anew at the pose of `ego`.
  void hear(const EgoState& ego, Duration gap_max = 1s) {
    if (state_ && ego.stamp <= state_->stamp) return;
    EgoState next = ego;
    if (state_ && ego.stamp - state_->stamp <= gap_max) {
      EgoState mean = *state_;
      mean.speed_mps = 0.5 * (mean.speed_mps + ego.speed_mps);
      mean.yaw_rate_rps = 0.5 * (mean.yaw_rate_rps + ego.yaw_rate_rps);
      const EgoState moved = mean.moved_to(ego.stamp);
      next.x_m = moved.x_m;
      next.y_m = moved.y_m;
      next.yaw_rad = moved.yaw_rad;
    }
    state_ = next;
  }

  /// Precondition: something was heard.
  [[nodiscard]] EgoState at(Time stamp) const { return state_->moved_to(stamp); }

 private:
  std::optional<EgoState> state_;
};

/// The same track seen from another frame that stands still against its own; both are level.
[[nodiscard]] tracking::Track in_frame(const Pose& T_to_from, const tracking::Track& track);

}  // namespace ocelli::perception
