#pragma once
// From the outputs of a detection network to candidates, and from candidates to boxes of road users: pure functions.
// Must not know: accelerators, pictures' pixels, messages.

#include <span>
#include <vector>

#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/hal/accel/network.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/camera_objects/box2.hpp"
#include "ocelli/perception/picture/picture_input.hpp"

namespace ocelli::perception {

/// More candidates than a street can hold: the network has lost its mind, and sorting them would take for ever.
inline constexpr std::size_t kMostCandidates = 2000;

/// A box in the pixels of the network's input.
struct Candidate {
  int model_class = 0;  // index into the classes of the card
  float score = 0.0F;
  float x_min = 0.0F;
  float y_min = 0.0F;
  float x_max = 0.0F;
  float y_max = 0.0F;
};

/// Whether the outputs have the shapes that the card's decoder reads. kCorrupt, with what was expected.
[[nodiscard]] Status check_outputs(const accel::ModelCard& card, std::span<const accel::Tensor> outputs);

/// Every candidate of at least the card's score, in the order of the outputs. Precondition: check_outputs. kCorrupt
/// when there are more than kMostCandidates, when more than a quarter of the network's own grid holds one, or scores
/// outside 0..1.
[[nodiscard]] Status decode(const accel::ModelCard& card, std::span<const accel::Tensor> outputs,
                            std::vector<Candidate>& out);

/// Keeps, from the best score down, what overlaps no better one by more than `overlap_max`, whatever its class: one
/// object, one box (Felzenszwalb et al. 2010, section 6.2; the order and the limit of cv::dnn::NMSBoxes).
void suppress(std::vector<Candidate>& candidates, double overlap_max);

/// Road users only, in pixels of the picture, cut at its border. Empty boxes are left out.
void to_boxes(const accel::ModelCard& card, std::span<const Candidate> candidates, const Placement& placement,
              std::vector<Box2>& out);

}  // namespace ocelli::perception
