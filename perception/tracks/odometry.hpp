#pragma once
// The vehicle's way by speed and yaw rate alone, from where it was first heard of. A pose that position fixes correct
// jumps, and objects that stand would seem to move with it; this one drifts, but is smooth. Must not know: messages.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "ocelli/perception/ego_motion/ego_motion.hpp"
#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::perception {

class Odometry {
 public:
  Odometry() { states_.reserve(kKept); }

  /// Goes on to the stamp of `ego`, at the mean of the speeds before and now. One that is not newer changes nothing;
  /// after a gap longer than `gap_max` the way begins anew at the pose of `ego`.
  void hear(const EgoState& ego, Duration gap_max = 1s) {
    if (!states_.empty() && ego.stamp <= states_.back().stamp) return;
    if (!states_.empty() && ego.stamp - states_.back().stamp > gap_max) states_.clear();
    const EgoState next = states_.empty() ? ego : between(states_.back(), ego, ego.stamp);
    if (states_.size() == kKept) states_.erase(states_.begin());
    states_.push_back(next);
  }

  /// As it was then, not as the newest state would have it: braking since does not move what came late. Beyond what is
  /// known the nearest state goes on. Precondition: something was heard.
  [[nodiscard]] EgoState at(Time stamp) const {
    const auto after = std::ranges::upper_bound(states_, stamp, {}, &EgoState::stamp);
    if (after == states_.begin()) return after->moved_to(stamp);
    const EgoState& before = *std::prev(after);
    return after == states_.end() ? before.moved_to(stamp) : between(before, *after, stamp);
  }

 private:
  static constexpr std::size_t kKept = 128;  // over a second of the ego motion, more of the sensors' steps

  /// From `before` on with the speeds that lie between it and those of `after` at `stamp`; the rest is that of `after`.
  static EgoState between(const EgoState& before, const EgoState& after, Time stamp) {
    const double part = to_seconds(stamp - before.stamp) / to_seconds(after.stamp - before.stamp);
    EgoState state = after;
    state.stamp = stamp;
    state.speed_mps = std::lerp(before.speed_mps, after.speed_mps, part);
    state.yaw_rate_rps = std::lerp(before.yaw_rate_rps, after.yaw_rate_rps, part);
    EgoState mean = before;
    mean.speed_mps = 0.5 * (before.speed_mps + state.speed_mps);
    mean.yaw_rate_rps = 0.5 * (before.yaw_rate_rps + state.yaw_rate_rps);
    const EgoState moved = mean.moved_to(stamp);
    state.x_m = moved.x_m;
    state.y_m = moved.y_m;
    state.yaw_rad = moved.yaw_rad;
    return state;
  }

  std::vector<EgoState> states_;  // oldest first
};

/// The same track seen from another frame that stands still against its own; both are level.
[[nodiscard]] tracking::Track in_frame(const Pose& T_to_from, const tracking::Track& track);

}  // namespace ocelli::perception
