#include "ocelli/perception/camera_objects/camera_objects.hpp"

namespace ocelli::perception {

Result<CameraObjects> CameraObjects::load(const CameraObjectsConfig& config, bool has_deadline) {
  CameraObjects detector(config);
  if (config.model.empty()) return detector;
  const std::filesystem::path folder = accel::models_folder();
  OCELLI_ASSIGN(accel::ModelCard card, accel::find_card(config.model, folder));
  OCELLI_ASSIGN(accel::Network network, accel::load_network(card, config.accelerator, folder));
  OCELLI_TRY(check_outputs(card, network.outputs()));
  const PictureInput input(card.input);
  detector.model_.emplace(
      Model{std::move(card), std::move(network), input, inference_deadline(config.deadline, has_deadline)});
  return detector;
}

Status CameraObjects::detect_by_model(const topics::ImageView& picture) {
  Model& model = *model_;
  OCELLI_ASSIGN(const std::span<float> input, model.network.begin_input());
  OCELLI_ASSIGN(const Placement placement, model.input.fill(picture, input));
  OCELLI_TRY(model.network.run(model.deadline));
  OCELLI_TRY(decode(model.card, model.network.outputs(), candidates_));
  suppress(candidates_, model.card.overlap_max);
  to_boxes(model.card, candidates_, placement, boxes_);
  return ok();
}

Result<std::span<const Box2>> CameraObjects::detect(const topics::ImageView& picture) {
  if (model_)
    OCELLI_TRY(detect_by_model(picture));
  else
    pedestrians_.detect(picture, boxes_);
  return std::span<const Box2>(boxes_);
}

}  // namespace ocelli::perception
