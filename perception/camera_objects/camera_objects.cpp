#include "ocelli/perception/camera_objects/camera_objects.hpp"

namespace ocelli::perception {

CameraObjects::CameraObjects(accel::ModelCard card, accel::Network network, std::optional<Duration> deadline)
    : card_(std::move(card)), network_(std::move(network)), input_(card_.input), deadline_(deadline) {}

Result<CameraObjects> CameraObjects::load(const CameraObjectsConfig& config, bool has_deadline,
                                          const std::atomic<bool>* stop) {
  const std::filesystem::path folder = accel::models_folder();
  OCELLI_ASSIGN(accel::ChosenModel chosen, accel::choose_model(config.model, config.accelerator, folder));
  OCELLI_ASSIGN(accel::Network network, accel::load_network(chosen.card, chosen.accelerator, folder, stop));
  OCELLI_TRY(check_outputs(chosen.card, network.outputs()));
  return CameraObjects(std::move(chosen.card), std::move(network),
                       has_deadline ? std::optional(config.deadline) : std::nullopt);
}

Result<std::span<const Box2>> CameraObjects::detect(const topics::ImageView& picture) {
  OCELLI_ASSIGN(const std::span<float> input, network_.begin_input());
  OCELLI_ASSIGN(const Placement placement, input_.fill(picture, input));
  OCELLI_TRY(deadline_ ? network_.run(*deadline_) : network_.run_to_the_end());
  OCELLI_TRY(decode(card_, network_.outputs(), candidates_));
  suppress(candidates_, card_.overlap_max);
  to_boxes(card_, candidates_, placement, boxes_);
  return std::span<const Box2>(boxes_);
}

}  // namespace ocelli::perception
