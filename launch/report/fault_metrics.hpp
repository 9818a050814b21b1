#pragma once
// Injected faults against detected faults and modes. The onset is what the injector wrote, never what the monitor saw.
//
// Detection time: onset → confirmation of the expected fault. Reaction time: onset → first mode change after it. A
// confirmed fault that no injection declares, and that the run does not tolerate, is unexpected; one without any
// injection at that moment is a false alarm. Must not know: how it is drawn.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/report/run_data.hpp"

namespace ocelli::report {

/// After an injection is taken back its consequences may last this long before they count as unexpected.
inline constexpr Duration kSettleTime = 2s;

/// Stretches of time in one mode.
struct ModeSpan {
  std::string mode;
  Time begin;
  Time end;
};

enum class FaultRole {
  kExpected,     // what an injection had to lead to
  kConsequence,  // declared as a consequence of an injection
  kTolerated,    // declared as none of our business
  kUnexpected,   // confirmed without being declared, while something was injected
  kFalseAlarm,   // confirmed while nothing was injected
  kUnconfirmed,  // was pending only
};

/// One fault from its first evidence to its healing.
struct FaultEpisode {
  std::string id;
  std::string entity;
  std::string asil;
  Time evidence;
  std::optional<Time> confirmed;
  std::optional<Time> healed;  // nothing = active to the end
  double value = 0.0;          // at confirmation
  double limit = 0.0;
  std::string unit;
  std::string detail;
  FaultRole role = FaultRole::kUnconfirmed;
  std::optional<std::size_t> injection;  // index of the cause, for kExpected, kConsequence and kUnexpected
};

struct InjectionResult {
  std::string kind;
  std::string target;
  double magnitude = 0.0;
  std::string unit;
  Time onset;
  std::optional<Time> end;  // nothing = never taken back
  std::optional<ExpectedFault> expected;
  std::optional<std::size_t> episode;      // the detection
  std::optional<Duration> evidence_after;  // onset → first evidence
  std::optional<Duration> detected_after;  // onset → confirmed
  std::optional<Duration> reacted_after;   // onset → mode change; nothing = none, or the mode was already there
  std::string mode_before;
  std::string mode_reached;  // "" = none
  bool is_ok = false;
  std::string verdict;  // in words
};

struct FaultReport {
  std::vector<InjectionResult> injections;
  std::vector<FaultEpisode> episodes;
  std::vector<ModeSpan> modes;
  std::vector<std::string> not_injected;  // expected, but the injector wrote nothing
  std::size_t false_alarms = 0;
  std::size_t unexpected = 0;  // false alarms not included
  Duration exposure{};         // time in which nothing was injected or settling
  std::optional<double> false_alarm_bound_per_hour;
};

[[nodiscard]] FaultReport fault_report(const RunData& run);

/// Whether `at` lies in an injection or in the settle time behind it.
[[nodiscard]] bool is_disturbed(const std::vector<InjectionResult>& injections, Time at, Duration settle = kSettleTime);

[[nodiscard]] const char* to_string(FaultRole role);

}  // namespace ocelli::report
