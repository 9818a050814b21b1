#pragma once
// A radar with range rate. Every body in view has a few reflectors on the sides that it shows; one that the sensor sees
// unobstructed is detected by the radar equation: its signal falls with range^4, and a weak one gets lost. Two
// reflectors of one body are two detections (clusters). What stands around (poles, walls, parked cars) reflects as
// well; false detections (clutter) have any place and any range rate. Same seed, same bytes.

#include <memory>

#include "ocelli/hal/sim/device.hpp"
#include "ocelli/hal/sim/world.hpp"

namespace ocelli::sim {

/// `world` outlives the device.
[[nodiscard]] std::unique_ptr<Device> make_radar(const RadarConfig& config, World& world, std::uint64_t seed);

}  // namespace ocelli::sim
