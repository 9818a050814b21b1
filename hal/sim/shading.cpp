#include "ocelli/hal/sim/shading.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ocelli::sim {
namespace {

int floor_of(float x) {
  const int whole = static_cast<int>(x);
  return whole - (x < static_cast<float>(whole) ? 1 : 0);
}

/// Evenly in [0, 1), a fixed number per cell of the plane.
float cell_noise(int x, int y) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8DA6B343U ^ static_cast<std::uint32_t>(y) * 0xD8163841U;
  h ^= h >> 15;
  h *= 0x2C1B3C6DU;
  h ^= h >> 12;
  h *= 0x297A2D39U;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) * 0x1p-24F;
}

/// Cells blended smoothly into each other; mean 1/2.
float value_noise(float x, float y) {
  const int ix = floor_of(x);
  const int iy = floor_of(y);
  float u = x - static_cast<float>(ix);
  float v = y - static_cast<float>(iy);
  u *= u * (3.0F - 2.0F * u);
  v *= v * (3.0F - 2.0F * v);
  const float low = cell_noise(ix, iy) + u * (cell_noise(ix + 1, iy) - cell_noise(ix, iy));
  const float high = cell_noise(ix, iy + 1) + u * (cell_noise(ix + 1, iy + 1) - cell_noise(ix, iy + 1));
  return low + v * (high - low);
}

/// Noise around 0 that fades when its cells become smaller than a pixel.
float texture(float x, float y, float cell_m, float footprint_m) {
  const float contrast = 1.0F - footprint_m / cell_m;
  if (contrast <= 0.0F) return 0.0F;
  return contrast * (value_noise(x / cell_m, y / cell_m) - 0.5F);
}

/// 1 within `width_m` of a line every `pitch_m`, fading with distance.
float grid_line(float x, float pitch_m, float width_m, float footprint_m) {
  const float within = x - pitch_m * static_cast<float>(floor_of(x / pitch_m));
  return within < width_m ? std::max(0.0F, 1.0F - 0.5F * footprint_m / width_m) : 0.0F;
}

/// Walls with floors of windows.
Colour facade(Colour wall, float along_m, float height_m, float footprint_m) {
  constexpr float kPitchM = 2.9F;
  constexpr float kFloorM = 3.1F;
  const int column = floor_of(along_m / kPitchM);
  const int storey = floor_of(height_m / kFloorM);
  const float x = along_m - kPitchM * static_cast<float>(column);
  const float z = height_m - kFloorM * static_cast<float>(storey);
  const bool is_opening = x > 0.8F && x < 2.1F && z > (storey == 0 ? 0.5F : 0.9F) && z < 2.5F;
  const float grain = 1.0F + 0.25F * texture(along_m, height_m * 3.0F, 0.25F, footprint_m) +
                      0.2F * texture(along_m, height_m, 2.5F, footprint_m);
  if (!is_opening) return wall * (grain * (z > 2.95F ? 0.75F : 1.0F));
  const bool is_frame = x < 0.88F || x > 2.02F || z > 2.42F || (x > 1.42F && x < 1.48F);
  if (is_frame && footprint_m < 0.15F) return {0.7F, 0.7F, 0.68F};
  const float inside = cell_noise(column, storey + 1000);
  return Colour(0.05F, 0.06F, 0.08F) + 0.25F * inside * inside * Colour(1.0F, 0.95F, 0.8F);
}

}  // namespace

Colour reflectance(const SeenSurface& seen, const Eigen::Vector3f& p_world, float footprint_m) {
  const MaterialRow& material = *seen.material;
  const Colour plain = Colour(material.red, material.green, material.blue) *
                       Colour(seen.tint.red, seen.tint.green, seen.tint.blue) * (1.0F / 255.0F);
  const bool is_level = std::abs(seen.normal.z()) > 0.5F;
  // Coordinates on the surface: the plane itself, or along the wall and up.
  const float x = is_level ? p_world.x() : p_world.y() * seen.normal.x() - p_world.x() * seen.normal.y();
  const float y = is_level ? p_world.y() : p_world.z();
  switch (material.pattern) {
    case Pattern::kPlain: break;
    case Pattern::kGrain:
      return plain * (1.0F + 0.5F * texture(x, y, 0.06F, footprint_m) + 0.3F * texture(x, y, 1.1F, footprint_m) +
                      0.25F * texture(x, y, 7.0F, footprint_m));
    case Pattern::kSlabs:
      return plain * (1.0F + 0.25F * texture(x, y, 0.4F, footprint_m) + 0.2F * texture(x, y, 3.0F, footprint_m)) *
             (1.0F - 0.45F * std::max(grid_line(x, 0.6F, 0.03F, footprint_m), grid_line(y, 0.6F, 0.03F, footprint_m)));
    case Pattern::kFacade: return is_level ? plain : facade(plain, x, y, footprint_m);
    case Pattern::kMottle:
      return plain * (1.0F + 0.8F * texture(x, y, 0.15F, footprint_m) + 0.6F * texture(x, y, 2.0F, footprint_m) +
                      0.5F * texture(x, y, 15.0F, footprint_m));
  }
  return plain;
}

Daylight::Daylight(const Light& light) : haze_m_(static_cast<float>(light.haze_m)) {
  const double azimuth = light.sun_azimuth_deg * M_PI / 180.0;
  const double elevation = light.sun_elevation_deg * M_PI / 180.0;
  to_sun_ = Eigen::Vector3d(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                            std::sin(elevation))
                .cast<float>();
}

Colour Daylight::sky(const Eigen::Vector3f& direction) const {
  const Colour horizon(0.74F, 0.80F, 0.86F);
  const Colour zenith(0.24F, 0.42F, 0.72F);
  const float up = std::clamp(direction.z(), 0.0F, 1.0F);
  Colour colour = horizon + (zenith - horizon) * std::min(1.0F, 1.6F * up / (up + 0.35F));
  if (up > 0.03F) {
    const float x = 1.5F * direction.x() / up;
    const float y = 1.5F * direction.y() / up;
    const float cloud = 0.65F * value_noise(x, y) + 0.35F * value_noise(2.7F * x + 9.0F, 2.7F * y);
    colour += (Colour(0.92F, 0.92F, 0.93F) - colour) * std::clamp(3.0F * (cloud - 0.45F), 0.0F, 0.85F) *
              std::min(1.0F, 8.0F * up);
  }
  return colour;
}

Colour Daylight::lit(const SeenSurface& seen, const Eigen::Vector3f& p_world, const Eigen::Vector3f& direction,
                     float range_m, float footprint_m, float sun) const {
  const Colour ambient = Colour(0.34F, 0.38F, 0.45F) * (0.7F + 0.3F * seen.normal.z());
  const Colour direct = Colour(0.95F, 0.88F, 0.76F) * (sun * std::max(0.0F, seen.normal.dot(to_sun_)));
  Colour colour = reflectance(seen, p_world, footprint_m) * (ambient + direct);
  const float facing = -seen.normal.dot(direction);
  if (seen.material->gloss > 0.0F) {
    // Schlick 1994, simplified to the fourth power.
    const float grazing = (1.0F - facing) * (1.0F - facing);
    const Eigen::Vector3f mirrored = direction + 2.0F * facing * seen.normal;
    const Colour mirror = mirrored.z() > 0.0F ? Colour(0.5F, 0.56F, 0.64F) : Colour(0.13F, 0.13F, 0.13F);
    colour += mirror * (seen.material->gloss * (0.12F + 0.88F * grazing * grazing));
  }
  const float haze = range_m / (range_m + haze_m_);
  return colour + (Colour(0.70F, 0.76F, 0.82F) - colour) * (haze * haze);
}

}  // namespace ocelli::sim
