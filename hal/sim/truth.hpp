#pragma once
// What really is, in the shape of what perception concludes: every object near the ego, and the ego's own motion.

#include <memory>

#include "ocelli/hal/sim/device.hpp"
#include "ocelli/hal/sim/lidar.hpp"
#include "ocelli/hal/sim/world.hpp"

namespace ocelli::sim {

/// World frame. Each object carries how many returns `lidar` (may be null: 0) got from it at that instant.
[[nodiscard]] std::unique_ptr<Device> make_truth_tracks(const TruthConfig& config, World& world, Lidar* lidar);

[[nodiscard]] std::unique_ptr<Device> make_truth_ego(const TruthConfig& config, const World& world);

}  // namespace ocelli::sim
