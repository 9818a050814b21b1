// Trees, bushes, lamps and signs. Crowns are loose leaves, so that a lidar sees into them and through their edges.
#include <cmath>

#include "ocelli/hal/sim/model_shapes.hpp"
#include "ocelli/hal/sim/random.hpp"

namespace ocelli::sim {
namespace {

using Eigen::Vector3d;

Vector3d random_direction(const Random& random, std::uint64_t index) {
  const double z = random.uniform(index, -1.0, 1.0);
  const double angle = random.uniform(index + 1, 0.0, 2.0 * M_PI);
  const double flat = std::sqrt(1.0 - z * z);
  return {flat * std::cos(angle), flat * std::sin(angle), z};
}

/// Square leaves of `leaf_m` in the outer part of an ellipsoid. The stream is fixed: the same model is the same mesh.
void add_crown(Mesh& mesh, std::string_view stream, const Vector3d& centre, const Vector3d& radii_m, int leaves,
               double leaf_m) {
  const Random random(7, stream);
  for (int i = 0; i < leaves; ++i) {
    const std::uint64_t base = static_cast<std::uint64_t>(i) * 8;
    const double depth = 0.55 + 0.45 * std::cbrt(random.uniform(base));
    const Vector3d middle = centre + depth * radii_m.cwiseProduct(random_direction(random, base + 1));
    const Vector3d normal = random_direction(random, base + 3);
    const double half = leaf_m * random.uniform(base + 5, 0.3, 0.6);
    const Vector3d u = half * normal.unitOrthogonal();
    const Vector3d v = normal.cross(u);
    const auto shade = static_cast<std::uint8_t>(random.uniform(base + 6, 150.0, 255.0));
    mesh.add_quad({middle - u - v, middle + u - v, middle + u + v, middle - u + v},
                  {Material::kLeaf, {shade, static_cast<std::uint8_t>(shade / 2 + 127), shade}});
  }
}

}  // namespace

Mesh tree_shape() {
  Mesh mesh;
  add_cylinder(mesh, {0.0, 0.0, 0.0}, {0.05, 0.0, 2.6}, 0.16, 9, {Material::kBark});
  add_cylinder(mesh, {0.05, 0.0, 2.4}, {0.5, 0.3, 4.2}, 0.08, 6, {Material::kBark});
  add_cylinder(mesh, {0.05, 0.0, 2.4}, {-0.5, 0.1, 4.4}, 0.08, 6, {Material::kBark});
  add_crown(mesh, "tree", {0.0, 0.0, 4.6}, {2.0, 2.0, 2.1}, 420, 0.55);
  return mesh;
}

Mesh bush_shape() {
  Mesh mesh;
  add_crown(mesh, "bush", {0.0, 0.0, 0.55}, {0.8, 0.6, 0.55}, 140, 0.3);
  return mesh;
}

Mesh lamp_shape() {
  Mesh mesh;
  add_cylinder(mesh, {0.0, 0.0, 0.0}, {0.0, 0.0, 6.2}, 0.07, 9, {Material::kMetal});
  add_cylinder(mesh, {0.0, 0.0, 0.0}, {0.0, 0.0, 1.1}, 0.11, 9, {Material::kMetal});
  add_cylinder(mesh, {0.0, 0.0, 6.1}, {0.0, 1.2, 6.4}, 0.05, 6, {Material::kMetal});
  add_frustum(mesh, {-0.14, 0.14, 0.35, 6.35}, {-0.1, 0.1, 0.3, 6.47}, {Material::kPlastic}, 1.3);
  return mesh;
}

Mesh sign_shape() {
  Mesh mesh;
  add_cylinder(mesh, {0.0, 0.0, 0.0}, {0.0, 0.0, 2.7}, 0.035, 7, {Material::kMetal});
  add_cylinder(mesh, {-0.05, 0.0, 2.35}, {-0.04, 0.0, 2.35}, 0.33, 14, {Material::kPlate, {255, 255, 255}});
  add_cylinder(mesh, {-0.055, 0.0, 2.35}, {-0.052, 0.0, 2.35}, 0.26, 14, {Material::kPlate, {60, 90, 230}});
  return mesh;
}

}  // namespace ocelli::sim
