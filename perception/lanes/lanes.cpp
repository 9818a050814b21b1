#include "ocelli/perception/lanes/lanes.hpp"

namespace ocelli::perception {

void decode_mask(const accel::Tensor& planes, std::vector<std::uint8_t>& mask) {
  const std::size_t size = planes.data.size() / 2;
  mask.resize(size);
  const float* off = planes.data.data();
  const float* on = off + size;
  for (std::size_t i = 0; i < size; ++i) mask[i] = on[i] > off[i] ? 1 : 0;
}

Status check_masks(const accel::ModelCard& card, std::span<const accel::Tensor> outputs) {
  if (card.decoder != accel::Decoder::kTwinLiteNet)
    return error(ErrorCode::kUnsupported, "model '{}': its decoder gives objects, not lanes", card.name);
  const std::vector<std::int64_t> expected = {1, 2, card.input.height_px, card.input.width_px};
  if (outputs.size() != 2 || outputs[0].dims != expected || outputs[1].dims != expected)
    return error(ErrorCode::kCorrupt, "model '{}': its decoder expects two outputs of 1x2x{}x{}", card.name,
                 card.input.height_px, card.input.width_px);
  return ok();
}

Lanes::Lanes(const LanesConfig& config, accel::ModelCard card, accel::Network network)
    : config_(config.lines), card_(std::move(card)), network_(std::move(network)), input_(card_.input) {}

Result<Lanes> Lanes::load(const LanesConfig& config, bool has_deadline) {
  const std::filesystem::path folder = accel::models_folder();
  OCELLI_ASSIGN(accel::ChosenModel chosen, accel::choose_model(config.model, config.accelerator, folder));
  OCELLI_ASSIGN(accel::Network network, accel::load_network(chosen.card, chosen.accelerator, folder));
  OCELLI_TRY(check_masks(chosen.card, network.outputs()));
  Lanes lanes(config, std::move(chosen.card), std::move(network));
  if (has_deadline) lanes.deadline_ = config.deadline;
  return lanes;
}

Result<Lanes::Found> Lanes::find(const topics::ImageView& picture, const GroundCamera& camera) {
  OCELLI_ASSIGN(const std::span<float> input, network_.begin_input());
  OCELLI_ASSIGN(const Placement placement, input_.fill(picture, input));
  OCELLI_TRY(deadline_ ? network_.run(*deadline_) : network_.run_to_the_end());
  decode_mask(network_.outputs()[0], area_mask_);
  decode_mask(network_.outputs()[1], line_mask_);
  const Mask lines{card_.input.width_px, card_.input.height_px, line_mask_};
  const Mask area{card_.input.width_px, card_.input.height_px, area_mask_};
  Found found;
  found.lines = find_lines(lines, placement, camera, config_, &found.left_out);
  found.area_m = find_area(area, placement, camera, config_);
  return found;
}

}  // namespace ocelli::perception
