#pragma once
// How often a corrupted message still passes its CRC, and which profile a topic therefore needs.
// Must not know: particular topics; what the corruption comes from.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/e2e/profile.hpp"

namespace ocelli::e2e {

/// Undetected corruptions in FIT (per 1e9 h): rate * 3600 * P(corrupt) * 2^-width * 1e9, for corruptions that hit the
/// CRC at random. No protection against an attacker.
[[nodiscard]] Result<double> residual_fit(int crc_bits, double rate_hz, double corrupt_probability);

/// What a topic asks of its protection.
struct Need {
  double rate_hz = 10.0;
  std::uint32_t longest_bytes = 64;
  bool is_length_fixed = false;
  bool is_method_call = false;        // request and response: P04m, P07m
  double corrupt_probability = 1e-3;  // of one message, before the check
  double budget_fit = 0.1;            // 1 % of the 10 FIT of ASIL D: our habit for one channel
  Duration longest_gap = 1s;          // an outage that the counter must still show

  static constexpr auto fields() {
    return std::tuple{field("rate_hz", &Need::rate_hz, "Hz", 1e-6, 1e6, "messages per second"),
                      field("longest_bytes", &Need::longest_bytes, "B", 1, 4294967295.0, "message without protection"),
                      field("is_length_fixed", &Need::is_length_fixed, "every message has the same length"),
                      field("is_method_call", &Need::is_method_call, "request and response"),
                      field("corrupt_probability", &Need::corrupt_probability, "", 0.0, 1.0, "of one message"),
                      field("budget_fit", &Need::budget_fit, "FIT", 1e-12, 1e9, "allowed undetected corruptions"),
                      field("longest_gap", &Need::longest_gap, "s", 1e-3, 3600.0, "outage the counter must show")};
  }
};

/// Why a profile does not do; the first reason that applies.
enum class Objection : std::uint8_t { kNone, kOtherUse, kTooLong, kNeedsFixedLength, kOverBudget, kCounterWraps };

[[nodiscard]] std::string_view to_string(Objection objection);

struct ProfileOption {
  Profile profile{};
  double residual_fit = 0.0;
  double wraps_after_s = 0.0;  // messages missing for that long look like none
  bool is_longer_than_usual = false;
  Objection objection{};
};

struct Advice {
  std::array<ProfileOption, kProfiles.size()> options{};
  std::optional<Profile> best;  // the smallest header without objection
};

/// Every number of `need` is checked: NaN, negative or out of range is an error that names the field.
[[nodiscard]] Result<Advice> advise(const Need& need);

}  // namespace ocelli::e2e
