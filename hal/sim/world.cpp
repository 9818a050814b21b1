#include "ocelli/hal/sim/world.hpp"

#include <algorithm>

#include "ocelli/hal/sim/random.hpp"
#include "ocelli/hal/sim/surroundings.hpp"
#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::sim {
namespace {

constexpr double kRadians = M_PI / 180.0;

/// Colours that cars and jackets come in.
constexpr Tint kDyes[] = {{235, 235, 235}, {25, 25, 28},  {120, 125, 130}, {70, 75, 80},   {190, 195, 200},
                          {140, 20, 20},   {20, 40, 110}, {30, 70, 45},    {200, 150, 30}, {60, 110, 170}};

Tint dye_of(const Random& random, std::uint64_t index) { return kDyes[random.bits(index) % std::size(kDyes)]; }

}  // namespace

Result<std::unique_ptr<World>> World::build(const Scenario& scenario, std::uint64_t seed) {
  std::unique_ptr<World> world(new World);
  OCELLI_ASSIGN(world->scene_, RayScene::create());
  world->road_ = scenario.road;
  world->centre_line_ = std::make_unique<Path>(Path::centre_line(scenario.road));
  world->ego_ = std::make_unique<Trajectory>(scenario.ego.course, *world->centre_line_, 0.0);
  auto ground = std::make_shared<const Mesh>(surroundings_of(scenario, *world->centre_line_, seed));
  world->scene_->place(world->scene_->add_shape(*ground), Pose::Identity());
  world->placed_.push_back({ground, {}, 0, 1.0F, 0.0F});
  for (std::size_t i = 0; i < scenario.rows.size(); ++i) world->add_row(scenario, i, seed);
  world->add_movers(scenario, seed);
  world->move_to(Duration::zero());
  return world;
}

const World::Shape& World::shape_of(Model model) {
  for (const auto& [known, shape] : shapes_)
    if (known == model) return shape;
  auto mesh = std::make_shared<const Mesh>(mesh_of(model));
  return shapes_.emplace_back(model, Shape{mesh, scene_->add_shape(*mesh), mesh->box()}).second;
}

std::uint32_t World::place(Model model, const Pose& T_world_model, Tint dye, std::uint32_t object) {
  const Shape& shape = shape_of(model);
  const std::uint32_t placed = scene_->place(shape.cast, T_world_model);
  OCELLI_EXPECT(placed == placed_.size());
  placed_.push_back({shape.mesh, dye, object, 1.0F, 0.0F});
  turn(placed, T_world_model);
  return placed;
}

void World::turn(std::uint32_t placed, const Pose& T_world_model) {
  placed_[placed].cos_yaw = static_cast<float>(T_world_model.linear()(0, 0));
  placed_[placed].sin_yaw = static_cast<float>(T_world_model.linear()(1, 0));
}

WorldObject& World::add_object(Model model, std::string name) {
  const Eigen::AlignedBox3d& box = shape_of(model).box;
  WorldObject& object = objects_.emplace_back();
  object.id = static_cast<std::uint32_t>(objects_.size());
  object.name = std::move(name);
  object.model = model;
  object.size_m = box.sizes();
  object.centre_m = box.center();
  return object;
}

void World::add_row(const Scenario& scenario, std::size_t index, std::uint64_t seed) {
  const Row& row = scenario.rows[index];
  const Random random(seed, "row", index);
  const auto count = static_cast<std::uint64_t>(std::floor((row.to_m - row.from_m) / row.spacing_m + 1e-9)) + 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Model model = row.models[random.bits(8 * i) % row.models.size()];
    const double station =
        row.from_m + static_cast<double>(i) * row.spacing_m + random.uniform(8 * i + 1, -row.jitter_m, row.jitter_m);
    Motion motion;
    motion.position_m = beside(*centre_line_, station, row.lateral_m);
    const double turn_deg =
        row.heading_deg + random.uniform(8 * i + 2, -row.heading_jitter_deg, row.heading_jitter_deg);
    motion.yaw_rad = wrap_angle(centre_line_->at(station).heading_rad + turn_deg * kRadians);
    Pose T_world_model = motion.T_world_body();
    T_world_model.translation().z() = ground_height_m(road_, row.lateral_m);
    std::uint32_t id = 0;
    if (truth_class_of(model) != TruthClass::kNone) {
      WorldObject& object = add_object(model, fmt::format("row {}.{}", index, i));
      object.motion = motion;
      object.ground_m = T_world_model.translation().z();
      id = object.id;
    }
    place(model, T_world_model, dye_of(random, 8 * i + 3), id);
  }
}

void World::add_movers(const Scenario& scenario, std::uint64_t seed) {
  for (const Mover& mover : scenario.movers) {
    const Random random(seed, mover.name);
    const double advance = random.uniform(0, 0.0, mover.course.jitter_m);
    const std::uint32_t id = add_object(mover.model, mover.name).id;
    const std::uint32_t placed = place(mover.model, Pose::Identity(), dye_of(random, 1), id);
    moving_.push_back({Trajectory(mover.course, *centre_line_, advance), placed, id - 1, mover.course.waypoints.empty(),
                       ground_height_m(road_, mover.course.lateral_m)});
  }
}

double World::ground_below(const Eigen::Vector2d& position_m) const {
  const auto distance = [&](double s) { return (centre_line_->at(s).position_m - position_m).squaredNorm(); };
  constexpr double kStepM = 4.0;
  double nearest = 0.0;
  for (double s = 0.0; s <= centre_line_->length_m(); s += kStepM)
    if (distance(s) < distance(nearest)) nearest = s;
  double low = nearest - kStepM;
  double high = nearest + kStepM;
  for (int i = 0; i < 24; ++i) {
    const double third = (high - low) / 3.0;
    if (distance(low + third) < distance(high - third))
      high -= third;
    else
      low += third;
  }
  const PathPoint on = centre_line_->at(0.5 * (low + high));
  const Eigen::Vector2d left(-std::sin(on.heading_rad), std::cos(on.heading_rad));
  return ground_height_m(road_, left.dot(position_m - on.position_m));
}

void World::move_to(Duration time) {
  if (time == now_) return;
  now_ = time;
  for (Moving& moving : moving_) {
    WorldObject& object = objects_[moving.object];
    object.motion = moving.trajectory.at(time);
    object.ground_m = moving.follows_road ? moving.ground_m : ground_below(object.motion.position_m);
    const Pose T_world_model = object.T_world_model();
    scene_->move(moving.placed, T_world_model);
    turn(moving.placed, T_world_model);
  }
  scene_->commit();
}

SeenSurface World::seen(const RayBundle& rays, const HitBundle& hits, std::size_t lane) const {
  const Placed& placed = placed_[hits.placed[lane]];
  const Surface& surface = placed.mesh->surfaces[hits.triangle[lane]];
  const float x = placed.cos_yaw * hits.normal_x[lane] - placed.sin_yaw * hits.normal_y[lane];
  const float y = placed.sin_yaw * hits.normal_x[lane] + placed.cos_yaw * hits.normal_y[lane];
  const float z = hits.normal_z[lane];
  const float against = x * rays.direction_x[lane] + y * rays.direction_y[lane] + z * rays.direction_z[lane];
  const float scale = (against > 0.0F ? -1.0F : 1.0F) / std::sqrt(x * x + y * y + z * z);
  SeenSurface seen;
  seen.material = &row_of(surface.material);
  seen.tint = seen.material->is_dyed ? placed.dye : surface.tint;
  seen.normal = {x * scale, y * scale, z * scale};
  seen.object = placed.object;
  return seen;
}

}  // namespace ocelli::sim
