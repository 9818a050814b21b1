#include "ocelli/hal/sim/mesh.hpp"

#include <cmath>

namespace ocelli::sim {

Eigen::AlignedBox3d Mesh::box() const {
  Eigen::AlignedBox3d box;
  for (const Eigen::Vector3f& vertex : vertices) box.extend(vertex.cast<double>());
  return box;
}

void Mesh::add_quad(const std::array<Eigen::Vector3d, 4>& corners, Surface surface) {
  const auto first = static_cast<std::uint32_t>(vertices.size());
  for (const Eigen::Vector3d& corner : corners) vertices.push_back(corner.cast<float>());
  triangles.push_back({first, first + 1, first + 2});
  triangles.push_back({first, first + 2, first + 3});
  surfaces.insert(surfaces.end(), 2, surface);
}

void Mesh::add_triangle(const std::array<Eigen::Vector3d, 3>& corners, Surface surface) {
  const auto first = static_cast<std::uint32_t>(vertices.size());
  for (const Eigen::Vector3d& corner : corners) vertices.push_back(corner.cast<float>());
  triangles.push_back({first, first + 1, first + 2});
  surfaces.push_back(surface);
}

void add_frustum(Mesh& mesh, const Slab& bottom, const Slab& top, Surface surface, double y_offset) {
  const auto corner = [y_offset](const Slab& slab, int i) -> Eigen::Vector3d {
    return {i == 0 || i == 3 ? slab.x_min : slab.x_max, y_offset + (i < 2 ? -slab.y_half : slab.y_half), slab.z};
  };
  mesh.add_quad({corner(bottom, 0), corner(bottom, 1), corner(bottom, 2), corner(bottom, 3)}, surface);
  mesh.add_quad({corner(top, 0), corner(top, 1), corner(top, 2), corner(top, 3)}, surface);
  for (int i = 0; i < 4; ++i) {
    const int j = (i + 1) % 4;
    mesh.add_quad({corner(bottom, i), corner(bottom, j), corner(top, j), corner(top, i)}, surface);
  }
}

void add_cylinder(Mesh& mesh, const Eigen::Vector3d& from, const Eigen::Vector3d& to, double radius_m, int sides,
                  Surface surface) {
  const Eigen::Vector3d axis = (to - from).normalized();
  const Eigen::Vector3d across = radius_m * axis.unitOrthogonal();
  const Eigen::Vector3d other = axis.cross(across);
  const auto spoke = [&](int i) -> Eigen::Vector3d {
    const double angle = 2.0 * M_PI * i / sides;
    return std::cos(angle) * across + std::sin(angle) * other;
  };
  for (int i = 0; i < sides; ++i) {
    const Eigen::Vector3d a = spoke(i);
    const Eigen::Vector3d b = spoke((i + 1) % sides);
    mesh.add_quad({from + a, from + b, to + b, to + a}, surface);
    mesh.add_triangle({from, from + a, from + b}, surface);
    mesh.add_triangle({to, to + a, to + b}, surface);
  }
}

void add_ellipsoid(Mesh& mesh, const Eigen::Vector3d& centre, const Eigen::Vector3d& radii_m, int rings, int sides,
                   Surface surface) {
  const auto point = [&](int ring, int side) -> Eigen::Vector3d {
    const double polar = M_PI * ring / rings;
    const double angle = 2.0 * M_PI * (side % sides) / sides;
    const Eigen::Vector3d unit(std::sin(polar) * std::cos(angle), std::sin(polar) * std::sin(angle), std::cos(polar));
    return centre + radii_m.cwiseProduct(unit);
  };
  for (int ring = 0; ring < rings; ++ring)
    for (int side = 0; side < sides; ++side)
      mesh.add_quad({point(ring, side), point(ring + 1, side), point(ring + 1, side + 1), point(ring, side + 1)},
                    surface);
}

}  // namespace ocelli::sim
