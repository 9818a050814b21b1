#pragma once
// Meshes that can be placed, moved and hit by rays. The only place that knows Embree. Casting is const and may run on
// many threads; its results depend on the geometry alone. Must not know: materials, sensors, time.

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "ocelli/hal/sim/mesh.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"

struct RTCDeviceTy;
struct RTCSceneTy;

namespace ocelli::sim {

inline constexpr std::size_t kBundle = 16;

/// Sixteen rays at once, best when they point the same way. A ray with reach <= 0 is not cast, but its numbers must be
/// finite all the same.
struct alignas(64) RayBundle {
  std::array<float, kBundle> origin_x, origin_y, origin_z;           // world [m]
  std::array<float, kBundle> direction_x, direction_y, direction_z;  // world, unit length
  std::array<float, kBundle> reach_m;
};

struct alignas(64) HitBundle {
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;
  std::array<float, kBundle> range_m;
  std::array<float, kBundle> normal_x, normal_y, normal_z;  // in the placed mesh's own frame, not unit length
  std::array<std::uint32_t, kBundle> placed;                // what place() returned; kNothing for a miss
  std::array<std::uint32_t, kBundle> triangle;              // index into Mesh::triangles
};

class RayScene {
 public:
  [[nodiscard]] static Result<std::unique_ptr<RayScene>> create();
  ~RayScene();
  RayScene(const RayScene&) = delete;
  RayScene& operator=(const RayScene&) = delete;

  /// A shape to be placed any number of times.
  using Shape = std::shared_ptr<RTCSceneTy>;
  [[nodiscard]] Shape add_shape(const Mesh& mesh);

  /// Numbers count up from 0. Takes effect with the next commit(), as does move().
  std::uint32_t place(const Shape& shape, const Pose& T_world_mesh);
  void move(std::uint32_t placed, const Pose& T_world_mesh);
  void commit();

  void nearest(const RayBundle& rays, HitBundle& hits) const;
  /// Sets reach_m of every ray that meets something within its reach to -infinity.
  void block(RayBundle& rays) const;

 private:
  explicit RayScene(RTCDeviceTy* device);

  RTCDeviceTy* device_;
  RTCSceneTy* scene_;
  std::uint32_t count_ = 0;
};

}  // namespace ocelli::sim
