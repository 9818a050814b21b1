#pragma once
// Colours of the simulated camera: daylight with one sun, a sky, haze, and textures computed from the place in the
// world. Linear light, 1 = a white sheet in the sun. Must not know: rays, pixels.

#include <Eigen/Core>

#include "ocelli/hal/sim/scenario.hpp"
#include "ocelli/hal/sim/world.hpp"

namespace ocelli::sim {

using Colour = Eigen::Array3f;  // red, green, blue

class Daylight {
 public:
  explicit Daylight(const Light& light);

  /// Unit vector from anywhere to the sun.
  [[nodiscard]] const Eigen::Vector3f& to_sun() const { return to_sun_; }
  [[nodiscard]] Colour sky(const Eigen::Vector3f& direction) const;
  /// What reaches the eye from a surface. `sun` is 1 in the light and 0 in the shade, `footprint_m` the size of a pixel
  /// on the surface: finer textures fade into their mean.
  [[nodiscard]] Colour lit(const SeenSurface& seen, const Eigen::Vector3f& p_world, const Eigen::Vector3f& direction,
                           float range_m, float footprint_m, float sun) const;

 private:
  Eigen::Vector3f to_sun_;
  float haze_m_;
};

/// Diffuse reflectance at a place, textures included.
[[nodiscard]] Colour reflectance(const SeenSurface& seen, const Eigen::Vector3f& p_world, float footprint_m);

}  // namespace ocelli::sim
