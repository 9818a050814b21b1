// Cars, van and truck.
#include "ocelli/hal/sim/model_shapes.hpp"

namespace ocelli::sim {
namespace {

using Eigen::Vector3d;

/// Stations along the side view of a car; x counts from the rear bumper.
struct CarPlan {
  double length;
  double width;
  double height;
  double belt;         // height of the window line at the cabin
  double bonnet;       // height at the front end
  double cabin_rear;   // bottom of the rear window
  double cabin_front;  // bottom of the windscreen
  double roof_rear;
  double roof_front;
  double wheel_radius;
};

void add_wheels(Mesh& mesh, double rear_x, double front_x, double width, double radius) {
  constexpr double kTyreWidth = 0.21;
  for (const double x : {rear_x, front_x})
    for (const double side : {-1.0, 1.0}) {
      const double outer = side * (0.5 * width - 0.01);
      const double inner = side * (0.5 * width - kTyreWidth);
      add_cylinder(mesh, {x, inner, radius}, {x, outer, radius}, radius, 14, {Material::kTyre});
      add_cylinder(mesh, {x, inner, radius}, {x, outer + side * 0.006, radius}, 0.6 * radius, 10, {Material::kMetal});
    }
}

/// A rectangle across the vehicle (normal along x) or along it (normal along y), for lamps, plates and grilles.
void add_cross_panel(Mesh& mesh, double x, double y_min, double y_max, double z_min, double z_max, Material material) {
  mesh.add_quad(
      {Vector3d(x, y_min, z_min), Vector3d(x, y_max, z_min), Vector3d(x, y_max, z_max), Vector3d(x, y_min, z_max)},
      {material});
}

void add_lamps_and_plates(Mesh& mesh, double length, double width, double rear_z, double front_z) {
  const double side = 0.5 * width;
  for (const double sign : {-1.0, 1.0}) {
    add_cross_panel(mesh, length + 0.004, sign * (side - 0.42), sign * (side - 0.08), front_z - 0.1, front_z + 0.06,
                    Material::kHeadLamp);
    add_cross_panel(mesh, -0.004, sign * (side - 0.32), sign * (side - 0.06), rear_z - 0.1, rear_z + 0.1,
                    Material::kTailLamp);
  }
  add_cross_panel(mesh, length + 0.006, -0.26, 0.26, 0.38, 0.49, Material::kPlate);
  add_cross_panel(mesh, -0.006, -0.26, 0.26, rear_z - 0.18, rear_z - 0.07, Material::kPlate);
  add_cross_panel(mesh, length + 0.003, -0.45, 0.45, 0.52, 0.62, Material::kPlastic);
}

/// The part of a sloping face between two heights, a little outside of it: a window in its frame.
struct Glazing {
  Slab bottom;
  Slab top;
};

Vector3d corner(const Slab& slab, int i) {
  return {i == 0 || i == 3 ? slab.x_min : slab.x_max, i < 2 ? -slab.y_half : slab.y_half, slab.z};
}

void add_windows(Mesh& mesh, const Glazing& cabin) {
  constexpr double kMargin = 0.07;
  constexpr double kProud = 0.004;
  for (int i = 0; i < 4; ++i) {
    const Vector3d a = corner(cabin.bottom, i);
    const Vector3d b = corner(cabin.bottom, (i + 1) % 4);
    const Vector3d c = corner(cabin.top, (i + 1) % 4);
    const Vector3d d = corner(cabin.top, i);
    const auto inner = [&](double u, double v) -> Vector3d {
      return (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * d + u * c);
    };
    Vector3d outward = (b - a).cross(d - a).normalized();
    const Vector3d middle = 0.25 * (a + b + c + d);
    const Vector3d axis(0.5 * (cabin.bottom.x_min + cabin.bottom.x_max), 0.0, middle.z());
    if (outward.dot(middle - axis) < 0.0) outward = -outward;
    const Vector3d lift = kProud * outward;
    const bool is_side = i == 0 || i == 2;
    const int panes = is_side ? 2 : 1;
    for (int pane = 0; pane < panes; ++pane) {
      const double from = (pane + kMargin) / panes;
      const double to = (pane + 1 - kMargin) / panes;
      mesh.add_quad(
          {inner(from, 0.06) + lift, inner(to, 0.06) + lift, inner(to, 0.88) + lift, inner(from, 0.88) + lift},
          {Material::kGlass});
    }
  }
}

Mesh car_shape(const CarPlan& p) {
  Mesh mesh;
  const double half = 0.5 * p.width;
  const double clearance = 0.18;
  const double waist = 0.5 * (clearance + p.bonnet) + 0.05;
  add_frustum(mesh, {0.12, p.length - 0.15, half - 0.09, clearance}, {0.0, p.length, half, waist},
              {Material::kCarPaint});
  add_frustum(mesh, {0.0, p.length, half, waist}, {0.06, p.length - 0.12, half - 0.05, p.bonnet},
              {Material::kCarPaint});
  // From bonnet height to the window line, rising towards the cabin.
  add_frustum(mesh, {0.06, p.length - 0.12, half - 0.05, p.bonnet},
              {p.cabin_rear < 0.4 ? 0.1 : 0.15, p.cabin_front + 0.05, half - 0.08, p.belt}, {Material::kCarPaint});
  const Glazing cabin{{p.cabin_rear, p.cabin_front, half - 0.1, p.belt},
                      {p.roof_rear, p.roof_front, half - 0.24, p.height}};
  add_frustum(mesh, cabin.bottom, cabin.top, {Material::kCarPaint});
  add_windows(mesh, cabin);
  add_wheels(mesh, 0.19 * p.length, p.length - 0.19 * p.length, p.width, p.wheel_radius);
  add_lamps_and_plates(mesh, p.length, p.width, waist + 0.12, waist + 0.04);
  return mesh;
}

}  // namespace

Mesh hatchback_shape() {
  return car_shape({.length = 4.05,
                    .width = 1.76,
                    .height = 1.47,
                    .belt = 0.94,
                    .bonnet = 0.74,
                    .cabin_rear = 0.12,
                    .cabin_front = 3.05,
                    .roof_rear = 0.5,
                    .roof_front = 2.35,
                    .wheel_radius = 0.31});
}

Mesh sedan_shape() {
  return car_shape({.length = 4.62,
                    .width = 1.82,
                    .height = 1.44,
                    .belt = 0.93,
                    .bonnet = 0.74,
                    .cabin_rear = 0.75,
                    .cabin_front = 3.5,
                    .roof_rear = 1.35,
                    .roof_front = 2.75,
                    .wheel_radius = 0.32});
}

Mesh suv_shape() {
  return car_shape({.length = 4.55,
                    .width = 1.89,
                    .height = 1.69,
                    .belt = 1.08,
                    .bonnet = 0.9,
                    .cabin_rear = 0.12,
                    .cabin_front = 3.45,
                    .roof_rear = 0.4,
                    .roof_front = 2.75,
                    .wheel_radius = 0.36});
}

Mesh van_shape() {
  Mesh mesh;
  const double half = 1.0;
  add_frustum(mesh, {0.08, 5.3, half - 0.06, 0.2}, {0.0, 5.4, half, 0.7}, {Material::kCarPaint});
  add_frustum(mesh, {0.0, 5.4, half, 0.7}, {0.0, 4.95, half - 0.02, 1.15}, {Material::kCarPaint});
  add_frustum(mesh, {0.0, 4.95, half - 0.02, 1.15}, {0.05, 4.1, half - 0.12, 2.35}, {Material::kCarPaint});
  const Glazing front{{3.3, 4.95, half - 0.02, 1.15}, {3.3, 4.3, half - 0.09, 2.05}};
  add_windows(mesh, front);
  add_wheels(mesh, 0.95, 4.4, 2.0, 0.34);
  add_lamps_and_plates(mesh, 5.4, 2.0, 0.95, 0.72);
  return mesh;
}

Mesh truck_shape() {
  Mesh mesh;
  const double half = 1.25;
  add_frustum(mesh, {0.2, 8.6, 0.9, 0.55}, {0.2, 8.6, 0.9, 0.95}, {Material::kPlastic});
  add_frustum(mesh, {0.0, 6.5, half, 0.95}, {0.0, 6.5, half, 3.5}, {Material::kFacade, {235, 240, 255}});
  add_frustum(mesh, {6.8, 8.7, half - 0.05, 0.45}, {6.8, 8.8, half - 0.03, 1.5}, {Material::kCarPaint});
  add_frustum(mesh, {6.8, 8.8, half - 0.03, 1.5}, {6.8, 8.45, half - 0.1, 2.9}, {Material::kCarPaint});
  add_windows(mesh, {{7.3, 8.8, half - 0.03, 1.5}, {7.3, 8.55, half - 0.08, 2.5}});
  add_wheels(mesh, 1.7, 7.7, 2.5, 0.5);
  add_wheels(mesh, 2.8, 7.7, 2.5, 0.5);
  for (const double side : {-1.0, 1.0}) {
    add_cross_panel(mesh, -0.006, side * 0.9, side * 1.2, 0.98, 1.15, Material::kTailLamp);
    add_cross_panel(mesh, 8.82, side * 0.8, side * 1.15, 0.7, 0.9, Material::kHeadLamp);
    add_cross_panel(mesh, 0.195, side * 0.45, side * 0.86, 0.6, 0.74, Material::kPlate);
  }
  return mesh;
}

}  // namespace ocelli::sim
