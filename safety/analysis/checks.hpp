#pragma once
// Checks of arguments: an error names the argument, its value and what was expected. NaN never passes.
// Must not know: what the numbers are for.

#include <string_view>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::safety {

/// 0 < value < 1, by at least 1e-12: error probabilities, shares, coverages that are asked for.
[[nodiscard]] Status check_open_unit(std::string_view name, double value);
/// 0.5 <= value < 1, by at least 1e-12: of a bound. Below 0.5 an upper bound would lie below the estimate.
[[nodiscard]] Status check_confidence(double value);
/// 0 <= value <= 1.
[[nodiscard]] Status check_unit(std::string_view name, double value);
/// Finite and > 0.
[[nodiscard]] Status check_positive(std::string_view name, double value, std::string_view unit);
/// Finite and >= 0.
[[nodiscard]] Status check_not_negative(std::string_view name, double value, std::string_view unit);
/// Above absolute zero and below any that a part survives: -273.15 < value <= 2000.
[[nodiscard]] Status check_celsius(std::string_view name, double value);
/// A result that still is a number: arguments in range can give one that no double holds.
[[nodiscard]] Result<double> finite(std::string_view name, double value, std::string_view unit);

}  // namespace ocelli::safety
