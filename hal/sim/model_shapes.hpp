#pragma once
// The drawings behind model.hpp: metres, x forward, z up from the ground. Lidar returns should look like those of the
// real thing, so: wheels, windows, retroreflecting plates, legs and frames, leaves with gaps.

#include "ocelli/hal/sim/mesh.hpp"

namespace ocelli::sim {

[[nodiscard]] Mesh hatchback_shape();
[[nodiscard]] Mesh sedan_shape();
[[nodiscard]] Mesh suv_shape();
[[nodiscard]] Mesh van_shape();
[[nodiscard]] Mesh truck_shape();
[[nodiscard]] Mesh pedestrian_shape();
[[nodiscard]] Mesh child_shape();
[[nodiscard]] Mesh cyclist_shape();
[[nodiscard]] Mesh tree_shape();
[[nodiscard]] Mesh bush_shape();
[[nodiscard]] Mesh lamp_shape();
[[nodiscard]] Mesh sign_shape();

}  // namespace ocelli::sim
