#pragma once
// The scores of `ocelli eval tracks` as text tables, JSON and one HTML page (inline SVG, no scripts, no links).

#include <string>

#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::launch {

[[nodiscard]] std::string eval_tables(const evaluation::Dataset& data, const evaluation::Scores& scores);

/// What the errors of each row are made of; rows without that (Request::with_errors) are left out.
[[nodiscard]] std::string error_tables(const evaluation::Dataset& data, const evaluation::Scores& scores);

/// A frame from above: x right, z up, the camera at the bottom; one SVG element.
[[nodiscard]] std::string frame_svg(const evaluation::Dataset& data, const evaluation::FramePicture& picture);

/// Fractions, not percent. Missing values are null.
[[nodiscard]] std::string eval_json(const evaluation::Dataset& data, const evaluation::Scores& scores,
                                    evaluation::Mode mode);

[[nodiscard]] std::string eval_html(const evaluation::Dataset& data, const evaluation::Scores& scores,
                                    evaluation::Mode mode);

}  // namespace ocelli::launch
