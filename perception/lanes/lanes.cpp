#include "ocelli/perception/lanes/lanes.hpp"

#include <algorithm>

namespace ocelli::perception {

void decode_mask(const accel::Tensor& planes, std::vector<std::uint8_t>& mask) {
  const std::size_t size = planes.data.size() / 2;
  mask.resize(size);
  const float* off = planes.data.data();
  const float* on = off + size;
  for (std::size_t i = 0; i < size; ++i) mask[i] = on[i] > off[i] ? 1 : 0;
}

Status check_masks(const accel::ModelCard& card, std::span<const accel::Tensor> outputs) {
  if (!accel::gives_lanes(card.decoder))
    return error(ErrorCode::kUnsupported, "model '{}': its decoder gives objects, not lanes", card.name);
  const std::vector<std::int64_t> expected = {1, 2, card.input.height_px, card.input.width_px};
  const std::size_t count = card.decoder == accel::Decoder::kTwinLiteNet ? 2 : 1;
  const auto is_right = [&](const accel::Tensor& output) { return output.dims == expected; };
  if (outputs.size() != count || !std::ranges::all_of(outputs, is_right))
    return error(ErrorCode::kCorrupt, "model '{}': its decoder expects {} of 1x2x{}x{}", card.name,
                 count == 2 ? "two outputs" : "one output", card.input.height_px, card.input.width_px);
  return ok();
}

Lanes::Lanes(const LanesConfig& config, accel::ModelCard card, accel::Network network)
    : config_(config.lines), card_(std::move(card)), network_(std::move(network)), input_(card_.input) {
  if (card_.decoder == accel::Decoder::kTwinLiteNet) config_.existence_min = 0.0;
}

Result<Lanes> Lanes::load(const LanesConfig& config, bool has_deadline, const std::atomic<bool>* stop) {
  const std::filesystem::path folder = accel::models_folder();
  OCELLI_ASSIGN(accel::ChosenModel chosen, accel::choose_model(config.model, config.accelerator, folder));
  OCELLI_ASSIGN(accel::Network network, accel::load_network(chosen.card, chosen.accelerator, folder, stop));
  OCELLI_TRY(check_masks(chosen.card, network.outputs()));
  Lanes lanes(config, std::move(chosen.card), std::move(network));
  if (has_deadline) lanes.deadline_ = config.deadline;
  return lanes;
}

Result<Lanes::Found> Lanes::find(const topics::ImageView& picture, const GroundCamera& camera) {
  OCELLI_ASSIGN(const std::span<float> input, network_.begin_input());
  OCELLI_ASSIGN(const Placement placement, input_.fill(picture, input));
  OCELLI_TRY(deadline_ ? network_.run(*deadline_) : network_.run_to_the_end());
  const std::vector<accel::Tensor>& outputs = network_.outputs();  // lines are the last
  decode_mask(outputs.back(), line_mask_);
  const Mask lines{card_.input.width_px, card_.input.height_px, line_mask_};
  Found found;
  found.lines = find_lines(lines, placement, camera, config_, &found.left_out);
  if (card_.decoder == accel::Decoder::kTwinLiteNet)
    for (LaneLine& line : found.lines) line.existence = kNotJudged;
  found.has_area = outputs.size() > 1;
  if (!found.has_area) return found;
  decode_mask(outputs.front(), area_mask_);
  const Mask area{card_.input.width_px, card_.input.height_px, area_mask_};
  found.area_m = find_area(area, placement, camera, config_);
  return found;
}

}  // namespace ocelli::perception
