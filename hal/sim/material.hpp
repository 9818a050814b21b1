#pragma once
// What surfaces are made of: how a camera and a lidar see them. To add a material: the name and its row.

#include <array>
#include <cstddef>
#include <cstdint>

namespace ocelli::sim {

enum class Material : std::uint8_t {
  kAsphalt,
  kMarking,
  kKerb,
  kPavement,
  kGrass,
  kFacade,
  kRoof,
  kCarPaint,
  kPlastic,
  kGlass,
  kTyre,
  kMetal,
  kPlate,
  kHeadLamp,
  kTailLamp,
  kBark,
  kLeaf,
  kSkin,
  kJacket,
  kTrousers,
  kHair,
  kCount,
};

enum class Pattern : std::uint8_t { kPlain, kGrain, kSlabs, kFacade, kMottle };

/// 255 leaves the material's colour as it is.
struct Tint {
  std::uint8_t red = 255;
  std::uint8_t green = 255;
  std::uint8_t blue = 255;
};

struct MaterialRow {
  Material material;
  float red, green, blue;  // diffuse reflectance, linear, 0..1
  float lidar;             // reflectivity at 905 nm, 0..1; above 1: retroreflector
  float lidar_loss;        // share of pulses that give no return: they pass or glance off
  float gloss;             // how much of the sky it mirrors at grazing view
  Pattern pattern;
  bool is_dyed;  // takes the colour of its object
};

// clang-format off
inline constexpr std::array<MaterialRow, static_cast<std::size_t>(Material::kCount)> kMaterials{{
  // material             red    green  blue   lidar  loss   gloss  pattern           dyed
  {Material::kAsphalt,    0.10F, 0.10F, 0.105F,0.16F, 0.00F, 0.02F, Pattern::kGrain,  false},
  {Material::kMarking,    0.62F, 0.62F, 0.60F, 0.80F, 0.00F, 0.02F, Pattern::kGrain,  false},
  {Material::kKerb,       0.34F, 0.33F, 0.31F, 0.35F, 0.00F, 0.00F, Pattern::kGrain,  false},
  {Material::kPavement,   0.26F, 0.25F, 0.24F, 0.28F, 0.00F, 0.00F, Pattern::kSlabs,  false},
  {Material::kGrass,      0.06F, 0.12F, 0.03F, 0.45F, 0.02F, 0.00F, Pattern::kMottle, false},
  {Material::kFacade,     0.55F, 0.50F, 0.42F, 0.40F, 0.00F, 0.00F, Pattern::kFacade, false},
  {Material::kRoof,       0.22F, 0.09F, 0.06F, 0.20F, 0.00F, 0.00F, Pattern::kGrain,  false},
  {Material::kCarPaint,   0.85F, 0.85F, 0.85F, 0.50F, 0.03F, 0.35F, Pattern::kPlain,  true},
  {Material::kPlastic,    0.03F, 0.03F, 0.03F, 0.10F, 0.05F, 0.10F, Pattern::kPlain,  false},
  {Material::kGlass,      0.03F, 0.035F,0.04F, 0.10F, 0.65F, 0.80F, Pattern::kPlain,  false},
  {Material::kTyre,       0.02F, 0.02F, 0.02F, 0.08F, 0.02F, 0.00F, Pattern::kPlain,  false},
  {Material::kMetal,      0.35F, 0.36F, 0.38F, 0.45F, 0.05F, 0.30F, Pattern::kPlain,  false},
  {Material::kPlate,      0.80F, 0.80F, 0.78F, 3.00F, 0.00F, 0.00F, Pattern::kPlain,  false},
  {Material::kHeadLamp,   0.75F, 0.75F, 0.72F, 0.60F, 0.20F, 0.50F, Pattern::kPlain,  false},
  {Material::kTailLamp,   0.50F, 0.02F, 0.02F, 1.50F, 0.05F, 0.30F, Pattern::kPlain,  false},
  {Material::kBark,       0.12F, 0.085F,0.06F, 0.35F, 0.00F, 0.00F, Pattern::kMottle, false},
  {Material::kLeaf,       0.07F, 0.15F, 0.03F, 0.50F, 0.05F, 0.00F, Pattern::kPlain,  false},
  {Material::kSkin,       0.55F, 0.36F, 0.27F, 0.45F, 0.00F, 0.00F, Pattern::kPlain,  false},
  {Material::kJacket,     0.75F, 0.75F, 0.75F, 0.35F, 0.00F, 0.00F, Pattern::kPlain,  true},
  {Material::kTrousers,   0.06F, 0.07F, 0.11F, 0.25F, 0.00F, 0.00F, Pattern::kPlain,  false},
  {Material::kHair,       0.05F, 0.035F,0.025F,0.15F, 0.00F, 0.00F, Pattern::kPlain,  false},
}};
// clang-format on

[[nodiscard]] constexpr const MaterialRow& row_of(Material material) {
  return kMaterials[static_cast<std::size_t>(material)];
}

static_assert(
    [] {
      for (std::size_t i = 0; i < kMaterials.size(); ++i)
        if (kMaterials[i].material != static_cast<Material>(i)) return false;
      return true;
    }(),
    "rows in the order of the enum");

}  // namespace ocelli::sim
