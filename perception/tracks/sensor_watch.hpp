#pragma once
// Which sensors deliver. Time is that of the newest measurement of any of them: no clock. Must not know: messages.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::perception {

class SensorWatch {
 public:
  /// `sensor`: one bit of tracking::kSource*.
  void deliver(std::uint32_t sensor, Time stamp) {
    Time& newest = newest_[static_cast<std::size_t>(std::countr_zero(sensor))];
    newest = std::max(newest, stamp);
    hear(stamp);
  }
  /// A message that measured nothing: time goes on.
  void hear(Time stamp) { now_ = std::max(now_, stamp); }
  [[nodiscard]] Time now() const { return now_; }
  /// Bits of those heard at most `timeout` before now().
  [[nodiscard]] std::uint32_t delivering(Duration timeout) const {
    std::uint32_t sensors = 0;
    for (std::size_t i = 0; i < newest_.size(); ++i)
      if (newest_[i] != kNoTime && now_ - newest_[i] <= timeout) sensors |= 1U << i;
    return sensors;
  }

 private:
  std::array<Time, 3> newest_{};
  Time now_{};
};

/// A lidar whose boxes are the same to the last bit repeats its scan: noise never does. Empty ones say nothing.
[[nodiscard]] inline bool is_repeated(std::span<const tracking::Detection3> now,
                                      std::span<const tracking::Detection3> before) {
  return !now.empty() && std::ranges::equal(now, before, [](const auto& a, const auto& b) {
    return a.p_vehicle == b.p_vehicle && a.yaw_rad == b.yaw_rad && a.length_m == b.length_m && a.width_m == b.width_m &&
           a.height_m == b.height_m;
  });
}

/// The same of a radar's returns, which are rounded: only while the vehicle moves can they not come twice.
[[nodiscard]] inline bool is_repeated(std::span<const tracking::RadarReturn> now,
                                      std::span<const tracking::RadarReturn> before, double own_mps) {
  constexpr double kMoves_mps = 0.5;
  return std::abs(own_mps) > kMoves_mps && !now.empty() &&
         std::ranges::equal(now, before, [](const auto& a, const auto& b) {
           return a.p_vehicle == b.p_vehicle && a.range_rate_mps == b.range_rate_mps;
         });
}

/// Sensors that saw the track within `memory` before `now`.
[[nodiscard]] inline std::uint32_t seen_lately(const tracking::Track& track, Time now, Duration memory) {
  std::uint32_t sensors = 0;
  const auto add = [&](std::uint32_t sensor, Time at) {
    if (at != kNoTime && now - at <= memory) sensors |= sensor;
  };
  add(tracking::kSourceLidar, track.lidar_at);
  add(tracking::kSourceCamera, track.camera_at);
  add(tracking::kSourceRadar, track.radar_at);
  return sensors;
}

}  // namespace ocelli::perception
