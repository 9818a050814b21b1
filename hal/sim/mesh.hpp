#pragma once
// Triangles with a material and a tint each, and the few solids that models are put together from.
// Faces have no orientation: whoever casts a ray sees both sides.

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <array>
#include <cstdint>
#include <vector>

#include "ocelli/hal/sim/material.hpp"

namespace ocelli::sim {

struct Surface {
  Material material{};
  Tint tint{};  // multiplied with the material's colour
};

struct Mesh {
  std::vector<Eigen::Vector3f> vertices;                // [m]
  std::vector<std::array<std::uint32_t, 3>> triangles;  // indices of vertices
  std::vector<Surface> surfaces;                        // one per triangle

  [[nodiscard]] Eigen::AlignedBox3d box() const;

  /// Corners in order around the face; planar and convex.
  void add_quad(const std::array<Eigen::Vector3d, 4>& corners, Surface surface);
  void add_triangle(const std::array<Eigen::Vector3d, 3>& corners, Surface surface);
};

/// An upright rectangle: its extent at one height.
struct Slab {
  double x_min;
  double x_max;
  double y_half;
  double z;
};

/// Six faces between two rectangles of different size: car bodies, cabins, boxes. `offset` moves it sideways.
void add_frustum(Mesh& mesh, const Slab& bottom, const Slab& top, Surface surface, double y_offset = 0.0);

/// A tube of `sides` faces with closed ends; `from` and `to` are the middles of its ends.
void add_cylinder(Mesh& mesh, const Eigen::Vector3d& from, const Eigen::Vector3d& to, double radius_m, int sides,
                  Surface surface);

/// An ellipsoid of `rings` x `sides` faces.
void add_ellipsoid(Mesh& mesh, const Eigen::Vector3d& centre, const Eigen::Vector3d& radii_m, int rings, int sides,
                   Surface surface);

}  // namespace ocelli::sim
