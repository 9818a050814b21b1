#include "ocelli/middleware/e2e/residual.hpp"

#include <cmath>
#include <type_traits>

namespace ocelli::e2e {
namespace {

Status check_range(std::string_view name, double value, double low, double high, std::string_view unit) {
  if (value >= low && value <= high) return ok();
  const std::string_view space = unit.empty() ? "" : " ";
  return error(ErrorCode::kInvalidArgument, "{}: {}{}{} is out of range: expected {} to {}{}{}", name, value, space,
               unit, low, high, space, unit);
}

template <class Member>
Status check_field(const Field<Need, Member>& field, const Need& need) {
  if constexpr (std::is_same_v<Member, bool>)
    return ok();
  else if constexpr (std::is_same_v<Member, Duration>)
    return check_range(field.name, to_seconds(need.*field.member), field.low, field.high, field.unit);
  else
    return check_range(field.name, static_cast<double>(need.*field.member), field.low, field.high, field.unit);
}

Status check(const Need& need) {
  Status first = ok();
  const auto keep_first = [&first](Status status) {
    if (first && !status) first = std::move(status);
  };
  std::apply([&](const auto&... f) { (keep_first(check_field(f, need)), ...); }, Need::fields());
  return first;
}

Objection objection_to(const ProfileOption& option, const Need& need) {
  const ProfileInfo& profile = info(option.profile);
  const std::uint64_t bytes = std::uint64_t{need.longest_bytes} + profile.header_bytes;
  const std::uint64_t most = profile.length_bytes == 4   ? 0xFFFFFFFF
                             : profile.length_bytes == 2 ? 0xFFFF
                                                         : profile.usual_longest;
  if ((profile.tag_at != 0) != need.is_method_call) return Objection::kOtherUse;
  if (bytes > most) return Objection::kTooLong;
  if (profile.length_bytes == 0 && !need.is_length_fixed) return Objection::kNeedsFixedLength;
  if (option.residual_fit > need.budget_fit) return Objection::kOverBudget;
  if (option.wraps_after_s <= to_seconds(need.longest_gap)) return Objection::kCounterWraps;
  return Objection::kNone;
}

/// Messages of the usual length first, then the smaller header.
bool is_better(const ProfileOption& one, const ProfileOption& other) {
  if (one.is_longer_than_usual != other.is_longer_than_usual) return !one.is_longer_than_usual;
  return info(one.profile).header_bytes < info(other.profile).header_bytes;
}

}  // namespace

Result<double> residual_fit(int crc_bits, double rate_hz, double corrupt_probability) {
  OCELLI_TRY(check_range("crc_bits", crc_bits, 1, 512, "bit"));
  if (!std::isfinite(rate_hz) || rate_hz < 0.0)
    return error(ErrorCode::kInvalidArgument, "rate_hz: {} Hz: expected a finite number, 0 or more", rate_hz);
  OCELLI_TRY(check_range("corrupt_probability", corrupt_probability, 0.0, 1.0, ""));
  const double fit = std::ldexp(rate_hz * corrupt_probability, -crc_bits) * 3600.0 * 1e9;
  if (!std::isfinite(fit))
    return error(ErrorCode::kInvalidArgument, "rate_hz: {} Hz: the residual rate exceeds what a number holds", rate_hz);
  return fit;
}

std::string_view to_string(Objection objection) {
  constexpr std::array<std::string_view, 6> kTexts = {"",
                                                      "for the other use (events or method calls)",
                                                      "message too long",
                                                      "carries no length, and the length varies",
                                                      "residual rate over the budget",
                                                      "counter wraps within the longest gap"};
  return kTexts[static_cast<std::size_t>(objection)];
}

Result<Advice> advise(const Need& need) {
  OCELLI_TRY(check(need));
  Advice advice;
  for (std::size_t i = 0; i < kProfiles.size(); ++i) {
    const ProfileInfo& profile = kProfiles[i];
    ProfileOption& option = advice.options[i];
    OCELLI_ASSIGN(option.residual_fit,
                  residual_fit(crc_model(profile.crc).width_bits, need.rate_hz, need.corrupt_probability));
    option.profile = profile.profile;
    option.wraps_after_s = static_cast<double>(profile.counter_modulo) / need.rate_hz;
    option.is_longer_than_usual = std::uint64_t{need.longest_bytes} + profile.header_bytes > profile.usual_longest;
    option.objection = objection_to(option, need);
    if (option.objection != Objection::kNone) continue;
    if (!advice.best || is_better(option, advice.options[static_cast<std::size_t>(*advice.best)]))
      advice.best = profile.profile;
  }
  return advice;
}

}  // namespace ocelli::e2e
