#include "ocelli/safety/analysis/checks.hpp"

#include <cmath>

namespace ocelli::safety {
namespace {

// Nearer to 0 or 1 the complement has no digits left.
constexpr double kLeastTail = 1e-12;

Status expect(bool holds, std::string_view name, double value, std::string_view unit, std::string_view expected) {
  if (holds) return ok();
  return error(ErrorCode::kInvalidArgument, "{}: {}{}{}: expected {}", name, value, unit.empty() ? "" : " ", unit,
               expected);
}

}  // namespace

Status check_open_unit(std::string_view name, double value) {
  return expect(value >= kLeastTail && value <= 1.0 - kLeastTail, name, value, "", "more than 0 and less than 1");
}

Status check_confidence(double value) {
  return expect(value >= 0.5 && value <= 1.0 - kLeastTail, "confidence", value, "", "at least 0.5 and less than 1");
}

Status check_unit(std::string_view name, double value) {
  return expect(value >= 0.0 && value <= 1.0, name, value, "", "0 to 1");
}

Status check_positive(std::string_view name, double value, std::string_view unit) {
  return expect(std::isfinite(value) && value > 0.0, name, value, unit, "a finite number more than 0");
}

Status check_not_negative(std::string_view name, double value, std::string_view unit) {
  return expect(std::isfinite(value) && value >= 0.0, name, value, unit, "a finite number, 0 or more");
}

Status check_celsius(std::string_view name, double value) {
  return expect(value > -273.15 && value <= 2000.0, name, value, "degC", "more than -273.15 and at most 2000");
}

Result<double> finite(std::string_view name, double value, std::string_view unit) {
  OCELLI_TRY(expect(std::isfinite(value), name, value, unit, "arguments that give a finite number"));
  return value;
}

}  // namespace ocelli::safety
