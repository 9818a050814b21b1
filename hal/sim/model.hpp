#pragma once
// The things a scenario can place: their names in YAML, their class in the truth, and their shape (models.cpp).
// Model frame: x forward, y left, z up, origin on the ground below the middle of the box (scenery: below the stem).

#include <array>
#include <string_view>
#include <utility>

#include "ocelli/hal/sim/mesh.hpp"

namespace ocelli::sim {

enum class Model {
  kHatchback,
  kSedan,
  kSuv,
  kVan,
  kTruck,
  kPedestrian,
  kChild,
  kCyclist,
  kTree,
  kBush,
  kLamp,
  kSign,
};

constexpr auto enum_names(Model) {
  using Entry = std::pair<std::string_view, Model>;
  return std::array{Entry{"hatchback", Model::kHatchback},
                    Entry{"sedan", Model::kSedan},
                    Entry{"suv", Model::kSuv},
                    Entry{"van", Model::kVan},
                    Entry{"truck", Model::kTruck},
                    Entry{"pedestrian", Model::kPedestrian},
                    Entry{"child", Model::kChild},
                    Entry{"cyclist", Model::kCyclist},
                    Entry{"tree", Model::kTree},
                    Entry{"bush", Model::kBush},
                    Entry{"lamp", Model::kLamp},
                    Entry{"sign", Model::kSign}};
}

/// What the truth calls it; kNone is scenery that the truth does not list.
enum class TruthClass { kNone, kCar, kPedestrian, kCyclist, kTruck };

[[nodiscard]] TruthClass truth_class_of(Model model);

/// Triangles in the model frame. Same model, same mesh.
[[nodiscard]] Mesh mesh_of(Model model);

}  // namespace ocelli::sim
