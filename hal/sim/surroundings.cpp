#include "ocelli/hal/sim/surroundings.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/hal/sim/markings.hpp"
#include "ocelli/hal/sim/random.hpp"

namespace ocelli::sim {
namespace {

using Eigen::Vector3d;

constexpr double kStripStepM = 2.0;
constexpr double kFieldZ = -0.03;  // the plain around the road lies a little lower, so that it never shines through
constexpr double kMarkingZ = 0.004;
constexpr double kApproachM = 150.0;  // the road goes straight on before its start and behind its end

Vector3d lift(const Path& line, double station_m, double lateral_m, double z_m) {
  const Eigen::Vector2d p = beside(line, station_m, lateral_m);
  return {p.x(), p.y(), z_m};
}

struct Edge {
  double lateral_m;
  double z_m;
};

/// A ribbon along the road between two edges.
void add_ribbon(Mesh& mesh, const Path& line, double from_m, double to_m, Edge left, Edge right, Surface surface) {
  const int pieces = std::max(1, static_cast<int>(std::ceil((to_m - from_m) / kStripStepM)));
  const double step = (to_m - from_m) / pieces;
  for (int i = 0; i < pieces; ++i) {
    const double a = from_m + i * step;
    const double b = a + step;
    mesh.add_quad({lift(line, a, left.lateral_m, left.z_m), lift(line, b, left.lateral_m, left.z_m),
                   lift(line, b, right.lateral_m, right.z_m), lift(line, a, right.lateral_m, right.z_m)},
                  surface);
  }
}

void add_field(Mesh& mesh, const Path& line) {
  constexpr double kReach = 1500.0;
  const Eigen::Vector2d middle = line.at(0.5 * line.length_m()).position_m;
  const auto corner = [&](double dx, double dy) -> Vector3d { return {middle.x() + dx, middle.y() + dy, kFieldZ}; };
  const double reach = kReach + 0.5 * line.length_m();
  mesh.add_quad({corner(-reach, -reach), corner(reach, -reach), corner(reach, reach), corner(-reach, reach)},
                {Material::kGrass});
}

void add_road(Mesh& mesh, const Road& road, const Path& line) {
  const double from = -kApproachM;
  const double to = line.length_m() + kApproachM;
  add_ribbon(mesh, line, from, to, {road.left_kerb_m(), 0.0}, {-road.right_kerb_m(), 0.0}, {Material::kAsphalt});
  for (const double sign : {-1.0, 1.0}) {
    const double kerb = sign * (sign > 0 ? road.left_kerb_m() : road.right_kerb_m());
    const double top = road.kerb_height_m;
    const double stone = kerb + sign * 0.15;
    const double outer = kerb + sign * road.sidewalk_m;
    add_ribbon(mesh, line, from, to, {kerb, 0.0}, {kerb, top}, {Material::kKerb});
    add_ribbon(mesh, line, from, to, {kerb, top}, {stone, top}, {Material::kKerb});
    add_ribbon(mesh, line, from, to, {stone, top}, {outer, top}, {Material::kPavement});
    add_ribbon(mesh, line, from, to, {outer, top}, {outer + sign * 0.5, kFieldZ - 0.01}, {Material::kGrass});
  }
}

void add_line(Mesh& mesh, const Path& line, double from_m, double to_m, double lateral_m, double width_m) {
  add_ribbon(mesh, line, from_m, to_m, {lateral_m + 0.5 * width_m, kMarkingZ}, {lateral_m - 0.5 * width_m, kMarkingZ},
             {Material::kMarking});
}

void add_markings(Mesh& mesh, const Road& road, const Path& line) {
  const double end = line.length_m();
  for (const PaintedLine& painted : painted_lines(road)) {
    if (painted.period_m <= 0.0) add_line(mesh, line, -60.0, end + 60.0, painted.lateral_m, painted.width_m);
    for (double s = -60.0; painted.period_m > 0.0 && s < end + 60.0; s += painted.period_m)
      add_line(mesh, line, s, s + painted.dash_m, painted.lateral_m, painted.width_m);
  }
  for (const double station : road.crossings_m)
    for (double lateral = -road.right_kerb_m() + 0.5; lateral < road.left_kerb_m() - 0.4; lateral += 1.0)
      add_line(mesh, line, station - 1.5, station + 1.5, lateral, 0.5);
}

struct Block {
  double from_m;
  double to_m;
  double front_m;
  double depth_m;
  double height_m;
};

void add_building(Mesh& mesh, const Path& line, const Block& block, Tint tint) {
  const double back = block.front_m + (block.front_m > 0 ? block.depth_m : -block.depth_m);
  // A block whose back would fold over itself at the inner side of a bend is left out.
  for (const double station : {block.from_m, block.to_m})
    if (1.0 - back * line.at(station).curvature_1pm < 0.2) return;
  const auto corner = [&](int i, double z) {
    return lift(line, i == 0 || i == 3 ? block.from_m : block.to_m, i < 2 ? block.front_m : back, z);
  };
  for (int i = 0; i < 4; ++i) {
    const int j = (i + 1) % 4;
    mesh.add_quad(
        {corner(i, kFieldZ - 0.1), corner(j, kFieldZ - 0.1), corner(j, block.height_m), corner(i, block.height_m)},
        {Material::kFacade, tint});
  }
  mesh.add_quad(
      {corner(0, block.height_m), corner(1, block.height_m), corner(2, block.height_m), corner(3, block.height_m)},
      {Material::kRoof, tint});
}

void add_buildings(Mesh& mesh, const BuildingRow& row, const Path& line, const Random& random) {
  std::uint64_t draw = 0;
  double station = row.from_m;
  while (station < row.to_m) {
    const double width = random.uniform(draw++, row.width_min_m, row.width_max_m);
    const double height = random.uniform(draw++, row.height_min_m, row.height_max_m);
    const double warmth = random.uniform(draw++);
    const double light = random.uniform(draw++, 140.0, 250.0);
    const Tint tint{static_cast<std::uint8_t>(light), static_cast<std::uint8_t>(light * (0.85 + 0.13 * warmth)),
                    static_cast<std::uint8_t>(light * (0.65 + 0.35 * warmth))};
    const double end = std::min(station + width, row.to_m);
    if (end - station > 0.5 * row.width_min_m)
      add_building(mesh, line, {station, end, row.front_m, row.depth_m, height}, tint);
    // Half of the houses stand wall to wall.
    station = end + std::max(0.0, random.uniform(draw++, -row.gap_max_m, row.gap_max_m));
  }
}

}  // namespace

Mesh surroundings_of(const Scenario& scenario, const Path& centre_line, std::uint64_t seed) {
  Mesh mesh;
  add_field(mesh, centre_line);
  add_road(mesh, scenario.road, centre_line);
  add_markings(mesh, scenario.road, centre_line);
  for (std::size_t i = 0; i < scenario.buildings.size(); ++i)
    add_buildings(mesh, scenario.buildings[i], centre_line, Random(seed, "buildings", i));
  return mesh;
}

double ground_height_m(const Road& road, double lateral_m) {
  const double kerb = lateral_m > 0 ? road.left_kerb_m() : road.right_kerb_m();
  const double beyond = std::abs(lateral_m) - kerb;
  constexpr double kSlopeM = 0.3;
  const double up = std::clamp(beyond / kSlopeM + 0.5, 0.0, 1.0);
  const double down = std::clamp((beyond - road.sidewalk_m) / kSlopeM, 0.0, 1.0);
  return road.kerb_height_m * up + (kFieldZ - road.kerb_height_m) * down;
}

}  // namespace ocelli::sim
