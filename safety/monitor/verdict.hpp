#pragma once
// The small vocabulary between detectors, debouncing, fault memory and modes. Fixed size, no heap.

#include <cstdint>
#include <string_view>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::safety {

/// What a detector says about one evaluation. Pre-failed and pre-passed are debounced, failed and passed are not.
enum class Report : std::uint8_t { kNone, kPrePassed, kPreFailed, kPassed, kFailed };

struct Verdict {
  Report report = Report::kNone;
  Time evidence_at{};       // the observation, or the moment at which one was overdue
  double value = 0.0;       // measured, in the unit of the detector's row
  double limit = 0.0;       // allowed
  const char* detail = "";  // static text: which rule
};

[[nodiscard]] constexpr Verdict pre_passed(Time evidence_at, double value, double limit, const char* detail = "") {
  return {Report::kPrePassed, evidence_at, value, limit, detail};
}
[[nodiscard]] constexpr Verdict pre_failed(Time evidence_at, double value, double limit, const char* detail = "") {
  return {Report::kPreFailed, evidence_at, value, limit, detail};
}

enum class FaultState : std::uint8_t {
  kPassed,     // not there; as an event: what was pending did not last
  kPending,    // pre-failed, still debouncing
  kConfirmed,  // debounced: there
  kHealed,     // was confirmed, and passed again
};
[[nodiscard]] constexpr std::string_view to_string(FaultState state) {
  constexpr std::string_view kNames[] = {"passed", "pending", "confirmed", "healed"};
  return kNames[static_cast<std::size_t>(state)];
}

/// A change of one fault's state.
struct FaultEvent {
  std::uint32_t fault = 0;  // index into Monitor::faults()
  FaultState state{};
  Time evidence_at{};  // confirmed: the first evidence of this episode
  Time detected_at{};  // the tick that decided
  double value = 0.0;
  double limit = 0.0;
  const char* detail = "";
};

}  // namespace ocelli::safety
