#pragma once
// Constants of the tracker for the boxes of lidar_objects: partial ones, of a class that may change, with a probability
// as their score. Must not know: messages.

#include "ocelli/perception/box3.hpp"
#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::perception {

[[nodiscard]] tracking::Config live_tracker_config();

/// The score becomes a log-odds.
[[nodiscard]] tracking::Detection3 detection_of(const Box3& box);

}  // namespace ocelli::perception
