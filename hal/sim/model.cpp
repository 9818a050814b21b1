#include "ocelli/hal/sim/model.hpp"

#include "ocelli/hal/sim/model_shapes.hpp"
#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::sim {
namespace {

struct ModelRow {
  Model model;
  TruthClass truth;
  Mesh (*shape)();
};

// clang-format off
constexpr ModelRow kModels[] = {
  {Model::kHatchback,  TruthClass::kCar,        &hatchback_shape},
  {Model::kSedan,      TruthClass::kCar,        &sedan_shape},
  {Model::kSuv,        TruthClass::kCar,        &suv_shape},
  {Model::kVan,        TruthClass::kCar,        &van_shape},
  {Model::kTruck,      TruthClass::kTruck,      &truck_shape},
  {Model::kPedestrian, TruthClass::kPedestrian, &pedestrian_shape},
  {Model::kChild,      TruthClass::kPedestrian, &child_shape},
  {Model::kCyclist,    TruthClass::kCyclist,    &cyclist_shape},
  {Model::kTree,       TruthClass::kNone,       &tree_shape},
  {Model::kBush,       TruthClass::kNone,       &bush_shape},
  {Model::kLamp,       TruthClass::kNone,       &lamp_shape},
  {Model::kSign,       TruthClass::kNone,       &sign_shape},
};
// clang-format on

const ModelRow& row_of(Model model) {
  for (const ModelRow& row : kModels)
    if (row.model == model) return row;
  OCELLI_EXPECT(!"a model without a row");
  return kModels[0];
}

}  // namespace

TruthClass truth_class_of(Model model) { return row_of(model).truth; }

Mesh mesh_of(Model model) {
  Mesh mesh = row_of(model).shape();
  if (truth_class_of(model) == TruthClass::kNone) return mesh;
  // The origin of what has a box lies below its middle, whatever the drawing used.
  const Eigen::AlignedBox3d box = mesh.box();
  const Eigen::Vector3f shift(static_cast<float>(box.center().x()), static_cast<float>(box.center().y()), 0.0F);
  for (Eigen::Vector3f& vertex : mesh.vertices) vertex -= shift;
  return mesh;
}

}  // namespace ocelli::sim
