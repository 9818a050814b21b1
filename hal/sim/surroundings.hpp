#pragma once
// What does not move and has no box: ground, road, kerbs, sidewalks, markings, buildings. One mesh in the world frame.

#include "ocelli/hal/sim/mesh.hpp"
#include "ocelli/hal/sim/path.hpp"
#include "ocelli/hal/sim/scenario.hpp"

namespace ocelli::sim {

/// The seed decides on sizes and colours of the buildings.
[[nodiscard]] Mesh surroundings_of(const Scenario& scenario, const Path& centre_line, std::uint64_t seed);

/// Height of the ground beside the centre line [m]: 0 on the road, kerb height on the sidewalk, a short slope between.
[[nodiscard]] double ground_height_m(const Road& road, double lateral_m);

}  // namespace ocelli::sim
