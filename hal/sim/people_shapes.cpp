// Pedestrians and the cyclist. Each is rigid in mid-stride: boxes of the truth do not pulse with the legs.
#include "ocelli/hal/sim/model_shapes.hpp"

namespace ocelli::sim {
namespace {

using Eigen::Vector3d;

/// A limb between two joints; thicker where it begins.
void add_limb(Mesh& mesh, const Vector3d& from, const Vector3d& to, double radius, Material material) {
  add_cylinder(mesh, from, to, radius, 7, {material});
}

void add_head(Mesh& mesh, const Vector3d& centre, double radius) {
  add_ellipsoid(mesh, centre, {radius * 0.95, radius * 0.8, radius * 1.15}, 6, 9, {Material::kSkin});
  add_ellipsoid(mesh, centre + Vector3d(-0.02, 0.0, 0.035), {radius * 1.02, radius * 0.88, radius * 1.1}, 6, 9,
                {Material::kHair});
}

Mesh walker_shape(double height) {
  Mesh mesh;
  const double s = height / 1.75;
  const auto at = [s](double x, double y, double z) -> Vector3d { return s * Vector3d(x, y, z); };
  add_ellipsoid(mesh, at(0.0, 0.0, 1.2), s * Vector3d(0.14, 0.21, 0.34), 7, 10, {Material::kJacket});
  add_head(mesh, at(0.02, 0.0, 1.63), 0.115 * s);
  add_limb(mesh, at(0.0, 0.0, 1.42), at(0.01, 0.0, 1.56), 0.06 * s, Material::kSkin);
  // Stride: left leg ahead, right arm ahead.
  add_limb(mesh, at(0.0, 0.1, 0.95), at(0.16, 0.1, 0.52), 0.085 * s, Material::kTrousers);
  add_limb(mesh, at(0.16, 0.1, 0.52), at(0.22, 0.1, 0.06), 0.06 * s, Material::kTrousers);
  add_limb(mesh, at(0.0, -0.1, 0.95), at(-0.08, -0.1, 0.5), 0.085 * s, Material::kTrousers);
  add_limb(mesh, at(-0.08, -0.1, 0.5), at(-0.3, -0.1, 0.12), 0.06 * s, Material::kTrousers);
  add_limb(mesh, at(0.16, 0.1, 0.035), at(0.38, 0.1, 0.035), 0.035 * s, Material::kTyre);
  add_limb(mesh, at(-0.36, -0.1, 0.09), at(-0.16, -0.1, 0.035), 0.035 * s, Material::kTyre);
  add_limb(mesh, at(0.0, 0.22, 1.4), at(-0.1, 0.26, 1.1), 0.05 * s, Material::kJacket);
  add_limb(mesh, at(-0.1, 0.26, 1.1), at(-0.02, 0.25, 0.86), 0.04 * s, Material::kJacket);
  add_limb(mesh, at(0.0, -0.22, 1.4), at(0.06, -0.26, 1.1), 0.05 * s, Material::kJacket);
  add_limb(mesh, at(0.06, -0.26, 1.1), at(0.2, -0.24, 0.9), 0.04 * s, Material::kSkin);
  return mesh;
}

void add_bicycle(Mesh& mesh) {
  for (const double x : {-0.52, 0.52}) {
    add_cylinder(mesh, {x, -0.02, 0.34}, {x, 0.02, 0.34}, 0.34, 14, {Material::kTyre});
  }
  const Vector3d rear(-0.52, 0.0, 0.34);
  const Vector3d front(0.52, 0.0, 0.34);
  const Vector3d crank(-0.06, 0.0, 0.3);
  const Vector3d seat(-0.2, 0.0, 0.92);
  const Vector3d head(0.36, 0.0, 0.86);
  const auto tube = [&mesh](const Vector3d& a, const Vector3d& b) {
    add_cylinder(mesh, a, b, 0.022, 6, {Material::kCarPaint});
  };
  tube(rear, crank);
  tube(rear, seat);
  tube(crank, seat);
  tube(crank, head);
  tube(seat, head);
  tube(head, front);
  add_cylinder(mesh, {0.4, -0.29, 1.02}, {0.4, 0.29, 1.02}, 0.018, 6, {Material::kMetal});
  add_cylinder(mesh, head, {0.4, 0.0, 1.02}, 0.02, 6, {Material::kMetal});
  add_cylinder(mesh, {-0.56, 0.0, 0.62}, {-0.54, 0.0, 0.62}, 0.05, 8, {Material::kTailLamp});
}

}  // namespace

Mesh pedestrian_shape() { return walker_shape(1.75); }

Mesh child_shape() { return walker_shape(1.2); }

Mesh cyclist_shape() {
  Mesh mesh;
  add_bicycle(mesh);
  add_cylinder(mesh, {-0.2, 0.0, 1.0}, {0.12, 0.0, 1.48}, 0.16, 9, {Material::kJacket});
  add_ellipsoid(mesh, {-0.03, 0.0, 1.26}, {0.2, 0.2, 0.34}, 6, 9, {Material::kJacket});
  add_head(mesh, {0.2, 0.0, 1.68}, 0.115);
  add_ellipsoid(mesh, {0.19, 0.0, 1.73}, {0.15, 0.11, 0.1}, 5, 9, {Material::kPlate, {90, 30, 30}});
  for (const double side : {-1.0, 1.0}) {
    const double knee_z = side > 0 ? 0.82 : 0.62;
    add_limb(mesh, {-0.18, side * 0.11, 0.95}, {0.16, side * 0.13, knee_z}, 0.085, Material::kTrousers);
    add_limb(mesh, {0.16, side * 0.13, knee_z}, {0.0, side * 0.11, knee_z - 0.42}, 0.055, Material::kTrousers);
    add_limb(mesh, {0.0, side * 0.11, knee_z - 0.44}, {0.16, side * 0.11, knee_z - 0.46}, 0.035, Material::kTyre);
    add_limb(mesh, {0.1, side * 0.2, 1.42}, {0.26, side * 0.26, 1.2}, 0.05, Material::kJacket);
    add_limb(mesh, {0.26, side * 0.26, 1.2}, {0.4, side * 0.25, 1.04}, 0.04, Material::kSkin);
  }
  return mesh;
}

}  // namespace ocelli::sim
