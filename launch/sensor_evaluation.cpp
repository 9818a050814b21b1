#include "ocelli/launch/sensor_evaluation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/logical_run.hpp"
#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/run_folder.hpp"
#include "ocelli/launch/source_part.hpp"
#include "ocelli/middleware/log/recording.hpp"

namespace ocelli::launch {
namespace {

constexpr Time kBegin = from_ns(1'700'000'000'000'000'000);  // the same stamps every time

using Sources = std::vector<std::pair<std::string, std::unique_ptr<Source>>>;

Result<Sources> open_all(const LaunchFile& launch, const SensorEvaluationOptions& options) {
  Sources sources;
  for (const SourceEntry& entry : launch.sources) {
    OCELLI_ASSIGN(OpenedSource opened, open_source(entry, source_context(launch, options.seed, kBegin)));
    if (options.duration > Duration{}) opened.source = until(std::move(opened.source), options.duration);
    sources.emplace_back(entry.name, std::move(opened.source));
  }
  return sources;
}

bool is_sensor(const topics::TopicKind& kind) {
  return kind.name == topics::LidarPoints::kName || kind.name == topics::CameraImage::kName ||
         kind.name == topics::RadarDetections::kName;
}

Result<SensorEvaluation> evaluate(const LaunchFile& launch, const SensorEvaluationOptions& options,
                                  const std::string& silent) {
  SensorEvaluation evaluation;
  evaluation.silent = silent;
  LogicalRunOptions run_options;
  run_options.threads = options.threads;
  run_options.is_quiet = true;
  run_options.is_drive = true;  // nobody needs the clouds again
  std::string name = silent.empty() ? "all" : "without_" + silent;
  std::ranges::replace(name, '/', '_');
  run_options.out = options.out / name;
  if (!silent.empty()) run_options.without = {silent};
  std::error_code failure;
  std::filesystem::create_directories(run_options.out, failure);
  OCELLI_ASSIGN(auto sources, open_all(launch, options));
  report::RunInfo info = describe_run(launch, "run", "logical");
  info.seed = options.seed;
  OCELLI_ASSIGN(const LogicalRunOutcome outcome, run_logical(launch, std::move(sources), run_options));
  info.duration = outcome.duration;
  OCELLI_TRY(report::write_run_info(info, run_options.out / report::kRunFile));
  OCELLI_ASSIGN(const report::RunData run, report::load_run(run_options.out));
  if (run.truth.empty())
    return error(ErrorCode::kInvalidArgument, "{}: no source tells the truth: expected a simulated one", launch.file);
  report::TrackingRules rules;
  rules.range_m = options.range_m;
  evaluation.score = report::tracking_report(
                         run.tracks, run.truth, [](Time) { return false; }, rules,
                         [&](const report::Outcome& one) { evaluation.errors.add(one); })
                         .whole;
  evaluation.frames = run.tracks.size();
  for (const report::ObjectFrame& frame : run.tracks) evaluation.degraded_frames += frame.is_degraded ? 1 : 0;
  return evaluation;
}

std::string number(std::optional<double> value) { return value ? fmt::format("{:.3f}", *value) : "-"; }

}  // namespace

Result<std::vector<SensorEvaluation>> evaluate_sensors(const LaunchFile& launch,
                                                       const SensorEvaluationOptions& options) {
  OCELLI_ASSIGN(const auto topics, source_topics(launch, options.seed));
  std::vector<std::string> silent = {""};
  for (const SourceTopic& topic : topics)
    if (is_sensor(*topic.kind)) silent.push_back(topic.name);
  std::vector<SensorEvaluation> evaluations;
  for (const std::string& name : silent) {
    OCELLI_ASSIGN(auto evaluation, evaluate(launch, options, name));
    evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

std::string sensor_table(const std::vector<SensorEvaluation>& evaluations) {
  std::string out = fmt::format("{:<24} {:>9} {:>9} {:>12} {:>14} {:>8} {:>10}\n", "silent", "precision", "recall",
                                "position [m]", "velocity [m/s]", "switches", "degraded");
  for (const SensorEvaluation& e : evaluations)
    out += fmt::format("{:<24} {:>9} {:>9} {:>12} {:>14} {:>8} {:>10}\n", e.silent.empty() ? "nothing" : e.silent,
                       number(e.score.precision()), number(e.score.recall()), number(e.score.position_rmse_m()),
                       number(e.score.velocity_rmse_mps()), e.score.switches,
                       fmt::format("{}/{}", e.degraded_frames, e.frames));
  out += fmt::format("\n{:<24} {:>13} {:>11} {:>13} {:>11}\n", "silent", "position NEES", "beyond 95 %",
                     "velocity NEES", "beyond 95 %");
  for (const SensorEvaluation& e : evaluations)
    out += fmt::format("{:<24} {:>13} {:>11} {:>13} {:>11}\n", e.silent.empty() ? "nothing" : e.silent,
                       number(e.score.position.nees()), number(e.score.position.beyond_share()),
                       number(e.score.velocity.nees()), number(e.score.velocity.beyond_share()));
  const auto all = evaluations.front().score.velocity_rmse_mps();
  for (const SensorEvaluation& e : evaluations) {
    const auto other = e.score.velocity_rmse_mps();
    if (e.silent.empty() || !all || !other || *other <= 0.0) continue;
    const double less = 100.0 * (1.0 - *all / *other);
    out += fmt::format("{} makes the velocity RMSE {:.0f} % {}\n", e.silent, std::abs(less),
                       less < 0.0 ? "larger" : "smaller");
  }
  return out;
}

}  // namespace ocelli::launch
