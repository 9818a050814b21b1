#pragma once
// A straight corridor without returns between a vehicle and who stands closer to it than cells can tell.
// Must not know: objects, cells.

#include <Eigen/Core>

#include <cstddef>
#include <optional>
#include <span>

#include "ocelli/perception/lidar_objects/roughness.hpp"

namespace ocelli::perception {

/// The line p . across = at_m, in the middle of the corridor.
struct Corridor {
  Eigen::Vector2f across;
  float at_m = 0.0F;
  [[nodiscard]] bool is_left(const Eigen::Vector2f& p) const { return across.dot(p) > at_m; }
};

/// The widest one in any direction that is wider than `width_m`, has at least `fewest` points on either side, and on
/// one of them nothing but what is as small as a cyclist or a person. Looks at what lies within 6 m of `centre`.
[[nodiscard]] std::optional<Corridor> find_corridor(std::span<const SurfacePoint> points, const Eigen::Vector2f& centre,
                                                    float width_m, std::size_t fewest);

}  // namespace ocelli::perception
