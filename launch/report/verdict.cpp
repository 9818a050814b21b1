// Rules of the verdict, one function each.
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ocelli/launch/report/results.hpp"

namespace ocelli::report {
namespace {

constexpr const char* kStarting = "starting";

/// Collects what is wrong, what is right and what is only worth knowing.
struct Findings {
  std::vector<std::string> wrong;
  std::vector<std::string> right;
  std::vector<std::string> remarks;
};

void judge_monitor(const RunData& run, Findings& findings) {
  if (!run.modes.empty()) return;
  const std::string what = "the monitor reported no state: faults and modes cannot be judged";
  (run.info.is_monitored ? findings.wrong : findings.remarks).push_back(what);
}

void judge_injections(const RunData& run, const FaultReport& faults, Findings& findings) {
  for (const std::string& name : faults.not_injected)
    findings.wrong.push_back(fmt::format("{}: declared, but never injected", name));
  std::size_t good = 0;
  for (const InjectionResult& injection : faults.injections) {
    good += injection.is_ok && !injection.expected->fault.empty();
    if (!injection.is_ok)
      findings.wrong.push_back(fmt::format("{} {} at {:.2f} s: {}", injection.kind, injection.target,
                                           run.seconds(injection.onset), injection.verdict));
  }
  if (good == 0) return;
  findings.right.push_back(good == 1 ? "the injected fault was detected in time"
                                     : fmt::format("all {} injected faults were detected in time", good));
}

void judge_alarms(const RunData& run, const FaultReport& faults, Findings& findings) {
  std::map<std::pair<std::string, FaultRole>, std::vector<double>> alarms;  // fault and role → when [s]
  for (const FaultEpisode& episode : faults.episodes)
    if (episode.role == FaultRole::kUnexpected || episode.role == FaultRole::kFalseAlarm)
      alarms[{episode.id, episode.role}].push_back(run.seconds(*episode.confirmed));
  for (const auto& [alarm, times] : alarms)
    findings.wrong.push_back(
        fmt::format("{} was confirmed {}: {}", alarm.first,
                    times.size() == 1 ? fmt::format("at {:.2f} s", times[0])
                                      : fmt::format("{} times from {:.2f} s on", times.size(), times[0]),
                    alarm.second == FaultRole::kFalseAlarm ? "nothing was injected"
                                                           : "not declared as a consequence of what was injected"));
  if (faults.false_alarms + faults.unexpected > 0 || run.modes.empty()) return;
  std::string text = "no unexpected fault was confirmed";
  if (faults.false_alarm_bound_per_hour)
    text += fmt::format(" in {:.0f} s without injections: at most {:.0f} false alarms per hour (95 % upper bound)",
                        to_seconds(faults.exposure), *faults.false_alarm_bound_per_hour);
  findings.right.push_back(std::move(text));
}

/// Without the modes on the way down to a worse one: of what a fault causes, the mildest may be seen first.
std::vector<std::string> without_steps_down(const std::vector<std::string>& seen,
                                            const std::vector<std::string>& table) {
  const auto rank = [&](const std::string& mode) { return std::ranges::find(table, mode) - table.begin(); };
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const bool is_inside = i > 0 && i + 1 < seen.size();
    if (is_inside && rank(seen[i - 1]) < rank(seen[i]) && rank(seen[i]) < rank(seen[i + 1])) continue;
    kept.push_back(seen[i]);
  }
  return kept;
}

void judge_modes(const RunData& run, const FaultReport& faults, Findings& findings) {
  if (!run.modes.empty() && run.modes.back().mode == kStarting)
    findings.remarks.emplace_back("the run ended before everything was seen once: its mode was still 'starting'");
  if (run.info.modes.empty() || run.modes.empty()) return;
  std::vector<std::string> seen;
  for (const ModeSpan& span : faults.modes) seen.push_back(span.mode);
  if (without_steps_down(seen, run.info.mode_table) == run.info.modes)
    findings.right.push_back(fmt::format("modes as declared: {}", fmt::join(seen, " → ")));
  else
    findings.wrong.push_back(
        fmt::format("modes were {}: declared {}", fmt::join(seen, " → "), fmt::join(run.info.modes, " → ")));
}

void judge_share(const char* what, std::optional<double> value, double least, Findings& findings) {
  if (!value)
    findings.wrong.push_back(fmt::format("{} has no value: nothing to count", what));
  else if (*value < least)
    findings.wrong.push_back(fmt::format("{} {:.3f} is below {:.2f}", what, *value, least));
  else
    findings.right.push_back(fmt::format("{} {:.3f} (at least {:.2f})", what, *value, least));
}

void judge_tracking(const RunData& run, const TrackingReport& tracking, Findings& findings) {
  if (!run.info.targets) return;
  if (run.truth.empty()) {
    findings.wrong.push_back("no ground truth in this recording: precision and recall cannot be judged");
    return;
  }
  if (!tracking.absent.empty()) {
    findings.wrong.push_back(tracking.absent);
    return;
  }
  judge_share("tracking precision", tracking.undisturbed.precision(), run.info.targets->precision_min, findings);
  judge_share("tracking recall", tracking.undisturbed.recall(), run.info.targets->recall_min, findings);
}

void remark_on_latency(const Results& results, Findings& findings) {
  for (const ChainLatency& chain : results.chains) {
    if (!chain.absent.empty()) findings.remarks.push_back(fmt::format("chain {}: {}", chain.info.name, chain.absent));
    if (chain.reaction_quiet.count > 0)
      findings.remarks.push_back(fmt::format("chain {}: p50 {:.0f} ms, p99 {:.0f} ms from {} to {} in {} reactions{}",
                                             chain.info.name, to_milliseconds(chain.reaction_quiet.p50),
                                             to_milliseconds(chain.reaction_quiet.p99), chain.info.from, chain.info.to,
                                             chain.reaction_quiet.count,
                                             results.faults.injections.empty() ? "" : " while nothing was injected"));
    if (chain.absent.empty() && chain.late > 0)
      findings.remarks.push_back(fmt::format(
          "chain {}: {} of {} reactions over the budget of {:.0f} ms, {} of them while nothing was injected",
          chain.info.name, chain.late, chain.reaction.count + chain.unanswered,
          to_milliseconds(chain.info.reaction_budget), chain.late_quiet));
  }
}

}  // namespace

Verdict judge(const RunData& run, const Results& results) {
  Findings findings;
  findings.wrong = run.info.incidents;
  judge_monitor(run, findings);
  judge_injections(run, results.faults, findings);
  judge_alarms(run, results.faults, findings);
  judge_modes(run, results.faults, findings);
  judge_tracking(run, results.tracking, findings);
  remark_on_latency(results, findings);
  Verdict verdict;
  verdict.ok = findings.wrong.empty();
  verdict.reasons = verdict.ok ? std::move(findings.right) : std::move(findings.wrong);
  if (verdict.reasons.empty()) verdict.reasons.emplace_back("nothing was declared that could be missed");
  verdict.remarks = std::move(findings.remarks);
  return verdict;
}

Results compute_results(const RunData& run) {
  Results results;
  results.faults = fault_report(run);
  const IsDisturbed disturbed = [&](Time at) { return is_disturbed(results.faults.injections, at); };
  results.chains = chain_latencies(run, disturbed);
  results.topics = topic_summaries(run);
  results.nodes = node_summaries(run);
  results.tracking = tracking_report(run.tracks, run.truth, disturbed);
  results.camera = camera_report(run, disturbed);
  results.verdict = judge(run, results);
  return results;
}

}  // namespace ocelli::report
