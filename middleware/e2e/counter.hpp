#pragma once
// What the distance between two counters says about the messages between them (AUTOSAR "delta counter").
// Must not know: where the counter stands.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ocelli::e2e {

/// The verdict on one cycle of a receiver.
enum class CheckStatus : std::uint8_t {
  kOk,
  kOkSomeLost,     // messages are missing, not more than allowed
  kRepeated,       // the counter did not move
  kWrongSequence,  // the counter moved too far, or backwards
  kError,          // CRC, data id, length or tag wrong: nothing in the message can be believed
  kNoNewData,
};

[[nodiscard]] constexpr std::string_view to_string(CheckStatus status) {
  constexpr std::array<std::string_view, 6> kNames = {"OK",    "OKSOMELOST", "REPEATED", "WRONGSEQUENCE",
                                                      "ERROR", "NONEWDATA"};
  return kNames[static_cast<std::size_t>(status)];
}

/// Steps from `last` to `received`, modulo `modulo` (> 0).
[[nodiscard]] constexpr std::uint64_t counter_delta(std::uint64_t last, std::uint64_t received, std::uint64_t modulo) {
  return (received % modulo + modulo - last % modulo) % modulo;
}

/// A counter that the profile never sends (15 of modulo 15) is an error.
[[nodiscard]] constexpr CheckStatus evaluate_counter(std::uint64_t last, std::uint64_t received,
                                                     std::uint64_t max_delta, std::uint64_t modulo) {
  if (received >= modulo) return CheckStatus::kError;
  const std::uint64_t delta = counter_delta(last, received, modulo);
  if (delta == 0) return CheckStatus::kRepeated;
  if (delta == 1) return CheckStatus::kOk;
  return delta <= max_delta ? CheckStatus::kOkSomeLost : CheckStatus::kWrongSequence;
}

}  // namespace ocelli::e2e
