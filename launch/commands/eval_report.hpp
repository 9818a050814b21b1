#pragma once
// The scores of `ocelli eval tracks` as text tables, JSON and one HTML page (inline SVG, no scripts, no links).

#include <string>

#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::launch {

[[nodiscard]] std::string eval_tables(const evaluation::Dataset& data, const evaluation::Scores& scores);

/// Fractions, not percent. Missing values are null.
[[nodiscard]] std::string eval_json(const evaluation::Dataset& data, const evaluation::Scores& scores,
                                    evaluation::Mode mode);

[[nodiscard]] std::string eval_html(const evaluation::Dataset& data, const evaluation::Scores& scores,
                                    evaluation::Mode mode);

}  // namespace ocelli::launch
