#pragma once
// The simulated world: everything a scenario and a seed place, at one moment in time. Sensors ask it what a ray meets;
// the truth asks it where things are. Must not know: sensors, messages.

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/hal/sim/motion.hpp"
#include "ocelli/hal/sim/ray_scene.hpp"
#include "ocelli/hal/sim/scenario.hpp"

namespace ocelli::sim {

/// A parked or moving thing with a box. Standing scenery (trees, lamps) is not among them.
struct WorldObject {
  std::uint32_t id = 0;  // 1, 2, 3 …
  std::string name;      // of the mover, or "row 0.3" for the fourth thing of the first row
  Model model{};
  Eigen::Vector3d size_m;    // length, width, height: exactly the shape's extent
  Eigen::Vector3d centre_m;  // of the box in the model frame
  Motion motion;
  double ground_m = 0.0;  // height of the ground below it

  [[nodiscard]] Pose T_world_model() const {
    Pose pose = motion.T_world_body();
    pose.translation().z() = ground_m;
    return pose;
  }
  [[nodiscard]] Pose T_world_box() const { return T_world_model() * Eigen::Translation3d(centre_m); }
};

/// What a ray met. `object` is 0 for scenery, otherwise the id.
struct SeenSurface {
  const MaterialRow* material = nullptr;
  Tint tint;
  Eigen::Vector3f normal;  // world, unit length, towards the ray's origin
  std::uint32_t object = 0;
};

class World {
 public:
  [[nodiscard]] static Result<std::unique_ptr<World>> build(const Scenario& scenario, std::uint64_t seed);

  /// Everything goes to its place at that time; nothing happens when it is there already.
  void move_to(Duration time);

  [[nodiscard]] const std::vector<WorldObject>& objects() const { return objects_; }
  /// The ego's rear axle at any time, not only the current one.
  [[nodiscard]] Motion ego_at(Duration time) const { return ego_->at(time); }
  [[nodiscard]] const RayScene& scene() const { return *scene_; }

  /// Precondition: hits.placed[lane] is not kNothing.
  [[nodiscard]] SeenSurface seen(const RayBundle& rays, const HitBundle& hits, std::size_t lane) const;

 private:
  World() = default;
  std::uint32_t place(Model model, const Pose& T_world_model, Tint dye, std::uint32_t object);
  void add_row(const Scenario& scenario, std::size_t index, std::uint64_t seed);
  void add_movers(const Scenario& scenario, std::uint64_t seed);
  WorldObject& add_object(Model model, std::string name);
  double ground_below(const Eigen::Vector2d& position_m) const;

  struct Shape {
    std::shared_ptr<const Mesh> mesh;
    RayScene::Shape cast;
    Eigen::AlignedBox3d box;
  };
  struct Placed {
    std::shared_ptr<const Mesh> mesh;
    Tint dye;
    std::uint32_t object;
    float cos_yaw;
    float sin_yaw;
  };
  struct Moving {
    Trajectory trajectory;
    std::uint32_t placed;
    std::size_t object;
    bool follows_road;
    double ground_m;  // of one that follows the road: its lateral never changes
  };

  const Shape& shape_of(Model model);
  void turn(std::uint32_t placed, const Pose& T_world_model);

  std::unique_ptr<RayScene> scene_;
  std::unique_ptr<Path> centre_line_;
  Road road_;
  std::unique_ptr<Trajectory> ego_;
  std::vector<std::pair<Model, Shape>> shapes_;
  std::vector<Placed> placed_;
  std::vector<Moving> moving_;
  std::vector<WorldObject> objects_;
  Duration now_ = Duration::min();
};

}  // namespace ocelli::sim
