#include "ocelli/launch/report/fault_metrics.hpp"

#include <algorithm>
#include <map>

#include "ocelli/launch/report/statistics.hpp"

namespace ocelli::report {
namespace {

std::vector<InjectionResult> pair_injections(const RunData& run) {
  std::vector<InjectionResult> out;
  for (const InjectionChange& change : run.injections) {
    if (change.is_active) {
      InjectionResult injection;
      injection.kind = change.kind;
      injection.target = change.target;
      injection.magnitude = change.magnitude;
      injection.unit = change.unit;
      injection.onset = change.at;
      out.push_back(std::move(injection));
      continue;
    }
    const auto open = std::find_if(out.rbegin(), out.rend(), [&](const InjectionResult& i) {
      return i.kind == change.kind && i.target == change.target && !i.end;
    });
    if (open != out.rend()) open->end = change.at;
  }
  return out;
}

bool is_for(const ExpectedFault& expected, const InjectionResult& injection) {
  return expected.injection == injection.kind && (expected.target.empty() || expected.target == injection.target);
}

/// Gives each injection its expectation, one that is not taken yet if there is one; an expectation may serve several
/// injections of its kind.
void attach_expectations(const RunData& run, FaultReport& report) {
  const std::vector<ExpectedFault>& all = run.info.expected;
  std::vector<bool> is_used(all.size(), false);
  for (InjectionResult& injection : report.injections) {
    std::optional<std::size_t> best;
    for (std::size_t i = all.size(); i-- > 0;)
      if (is_for(all[i], injection) && (!best || !is_used[i] || is_used[*best])) best = i;
    if (!best) continue;
    injection.expected = all[*best];
    is_used[*best] = true;
  }
  for (std::size_t i = 0; i < is_used.size(); ++i)
    if (!is_used[i])
      report.not_injected.push_back(all[i].target.empty() ? all[i].injection : all[i].injection + " " + all[i].target);
}

void apply_change(const FaultChange& change, FaultEpisode& episode) {
  if (change.state == FaultState::kConfirmed && !episode.confirmed) {
    episode.confirmed = change.detected_at != kNoTime ? change.detected_at : change.at;
    episode.value = change.value;
    episode.limit = change.limit;
    episode.unit = change.unit;
    episode.detail = change.detail;
  }
  if (change.state == FaultState::kHealed || change.state == FaultState::kPassed) episode.healed = change.at;
}

std::vector<FaultEpisode> fault_episodes(const std::vector<FaultChange>& changes) {
  std::vector<FaultEpisode> out;
  std::map<std::string, std::size_t> open;  // id → index
  for (const FaultChange& change : changes) {
    auto at = open.find(change.id);
    const bool is_start = change.state == FaultState::kPending || change.state == FaultState::kConfirmed;
    if (at == open.end() && !is_start) continue;  // healing of something that was never reported
    if (at == open.end()) {
      FaultEpisode episode;
      episode.id = change.id;
      episode.entity = change.entity;
      episode.asil = change.asil;
      episode.evidence = change.evidence_at != kNoTime ? change.evidence_at : change.at;
      out.push_back(std::move(episode));
      at = open.emplace(change.id, out.size() - 1).first;
    }
    apply_change(change, out[at->second]);
    if (out[at->second].healed) open.erase(at);
  }
  return out;
}

std::vector<ModeSpan> mode_spans(const RunData& run) {
  std::vector<ModeSpan> out;
  for (const ModeChange& change : run.modes) {
    if (!out.empty() && out.back().mode == change.mode) continue;
    if (!out.empty()) out.back().end = change.at;
    out.push_back({change.mode, out.empty() ? run.begin : change.at, run.end});
  }
  return out;
}

bool is_in_window(const InjectionResult& injection, Time at, Duration settle) {
  return at >= injection.onset && (!injection.end || at <= *injection.end + settle);
}

/// The first confirmation of the expected fault behind the onset and before the effects have settled.
void find_detection(InjectionResult& injection, std::size_t index, std::vector<FaultEpisode>& episodes) {
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    FaultEpisode& episode = episodes[i];
    if (!matches(injection.expected->fault, episode.id) || !episode.confirmed || episode.injection) continue;
    if (!is_in_window(injection, *episode.confirmed, std::max(kSettleTime, injection.expected->limit))) continue;
    if (injection.detected_after && *episode.confirmed - injection.onset >= *injection.detected_after) continue;
    injection.episode = i;
    injection.evidence_after = episode.evidence - injection.onset;
    injection.detected_after = *episode.confirmed - injection.onset;
  }
  if (!injection.episode) return;
  episodes[*injection.episode].role = FaultRole::kExpected;
  episodes[*injection.episode].injection = index;
}

/// The first change into the declared mode; without a declaration, the first one away from the mode of the start.
void find_reaction(InjectionResult& injection, const std::vector<ModeSpan>& modes) {
  const std::string declared = injection.expected ? injection.expected->mode : "";
  for (std::size_t i = 0; i < modes.size(); ++i) {
    const ModeSpan& span = modes[i];
    if (i == 0 || span.begin < injection.onset) {
      injection.mode_before = span.mode;
      continue;
    }
    if (!is_in_window(injection, span.begin, kSettleTime)) return;
    const bool is_reaction = declared.empty() ? span.mode != modes.front().mode : span.mode == declared;
    if (!is_reaction) continue;
    injection.reacted_after = span.begin - injection.onset;
    injection.mode_reached = span.mode;
    return;
  }
}

void judge(InjectionResult& injection) {
  if (!injection.expected) {
    injection.verdict = "nothing is declared for this injection";
    return;
  }
  const ExpectedFault& expected = *injection.expected;
  if (expected.fault.empty()) {
    injection.is_ok = true;
    injection.verdict = "no fault must follow";
  } else if (!injection.detected_after) {
    injection.verdict = fmt::format("{} was not confirmed", expected.fault);
  } else if (*injection.detected_after > expected.limit) {
    injection.verdict = fmt::format("confirmed after {:.0f} ms, limit {:.0f} ms",
                                    to_milliseconds(*injection.detected_after), to_milliseconds(expected.limit));
  } else if (!expected.mode.empty() && injection.mode_reached != expected.mode &&
             injection.mode_before != expected.mode) {
    injection.verdict = fmt::format("mode {} was not reached", expected.mode);
  } else {
    injection.is_ok = true;
    injection.verdict = "as expected";
  }
}

/// Role of an episode that is not the detection itself.
void classify(FaultEpisode& episode, const RunData& run, const std::vector<InjectionResult>& injections) {
  if (!episode.confirmed || episode.role == FaultRole::kExpected) return;
  if (matches_any(run.info.tolerated, episode.id)) {
    episode.role = FaultRole::kTolerated;
    return;
  }
  episode.role = FaultRole::kFalseAlarm;
  for (std::size_t i = 0; i < injections.size(); ++i) {
    if (!is_in_window(injections[i], *episode.confirmed, kSettleTime)) continue;
    const bool is_declared = injections[i].expected && (matches_any(injections[i].expected->also, episode.id) ||
                                                        matches(injections[i].expected->fault, episode.id));
    episode.injection = i;
    episode.role = is_declared ? FaultRole::kConsequence : FaultRole::kUnexpected;
    if (is_declared) return;
  }
}

/// Time of the run outside all windows of injections.
Duration undisturbed_time(const RunData& run, const std::vector<InjectionResult>& injections) {
  std::vector<std::pair<Time, Time>> windows;
  for (const InjectionResult& i : injections)
    windows.emplace_back(std::max(run.begin, i.onset), i.end ? std::min(run.end, *i.end + kSettleTime) : run.end);
  std::sort(windows.begin(), windows.end());
  Duration disturbed{};
  Time covered = run.begin;
  for (const auto& [begin, end] : windows) {
    if (end > covered) disturbed += end - std::max(begin, covered);
    covered = std::max(covered, end);
  }
  return std::max(Duration::zero(), run.end - run.begin - disturbed);
}

}  // namespace

FaultReport fault_report(const RunData& run) {
  FaultReport report;
  report.injections = pair_injections(run);
  report.modes = mode_spans(run);
  report.episodes = fault_episodes(run.faults);
  attach_expectations(run, report);
  for (std::size_t i = 0; i < report.injections.size(); ++i) {
    InjectionResult& injection = report.injections[i];
    if (injection.expected) find_detection(injection, i, report.episodes);
    find_reaction(injection, report.modes);
    judge(injection);
  }
  for (FaultEpisode& episode : report.episodes) {
    classify(episode, run, report.injections);
    report.false_alarms += episode.role == FaultRole::kFalseAlarm;
    report.unexpected += episode.role == FaultRole::kUnexpected;
  }
  report.exposure = undisturbed_time(run, report.injections);
  if (!run.modes.empty())  // without a monitor there is nothing that could have raised an alarm
    report.false_alarm_bound_per_hour = rate_upper_per_hour(report.false_alarms, report.exposure);
  return report;
}

bool is_disturbed(const std::vector<InjectionResult>& injections, Time at, Duration settle) {
  return std::any_of(injections.begin(), injections.end(),
                     [&](const InjectionResult& i) { return is_in_window(i, at, settle); });
}

const char* to_string(FaultRole role) {
  switch (role) {
    case FaultRole::kExpected: return "expected";
    case FaultRole::kConsequence: return "consequence";
    case FaultRole::kTolerated: return "tolerated";
    case FaultRole::kUnexpected: return "unexpected";
    case FaultRole::kFalseAlarm: return "false alarm";
    case FaultRole::kUnconfirmed: return "not confirmed";
  }
  return "?";
}

}  // namespace ocelli::report
