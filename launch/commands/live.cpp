// `ocelli demo` and `ocelli run`: live runs, each node in its own process.
#include <algorithm>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/expectation.hpp"
#include "ocelli/launch/live_run.hpp"
#include "ocelli/launch/logical_run.hpp"
#include "ocelli/launch/monitor_bridge.hpp"
#include "ocelli/launch/run_folder.hpp"
#include "ocelli/launch/source_part.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

struct Options {
  std::string kind;  // "demo" or "run"
  std::string launch = "demo";
  std::uint64_t seed = 1;
  std::string duration;
  std::string out;
  bool has_no_faults = false;
  bool is_not_realtime = false;
  bool is_logical = false;
  std::vector<std::string> without;
  std::size_t threads = 1;
  std::vector<std::string> injections;
  LiveSettings settings;
};

/// When devices start in a logical run: any fixed time, so that the stamps are the same every time.
constexpr Time kLogicalBegin = from_ns(1'700'000'000'000'000'000);

/// Targets of the demonstration's faults: cameras, nodes, and topics fast enough for the delay's limit.
InjectionTargets targets_of(const LaunchFile& launch, const std::map<std::string, const topics::TopicKind*>& topics) {
  InjectionTargets targets;
  for (const auto& [name, kind] : topics) {
    const bool is_camera = kind->name == topics::CameraImage::kName;
    if (is_camera) targets.freeze.push_back(name);
    if (is_camera || kind->name == topics::LidarPoints::kName) targets.lose.push_back(name);
    const bool is_consumed = kind->name == topics::VehicleState::kName || kind->name == topics::EgoMotion::kName ||
                             kind->name == topics::ImuData::kName;
    if (is_consumed) targets.delay.push_back(name);
  }
  for (const NodeEntry& node : launch.nodes) {
    targets.stop.push_back(node.name);
    if (find_node(node.node)->infers) targets.slow.push_back(node.name);
  }
  return targets;
}

/// The demonstration's faults come one by one, with time to heal between them, after a start-up in which all is seen.
std::vector<std::string> expected_modes(const std::vector<report::ExpectedFault>& faults,
                                        const safety::Monitor& monitor) {
  const std::string& best = monitor.config().modes.front().name;
  std::vector<std::string> modes;
  if (monitor.is_starting()) modes.emplace_back(monitor.mode_name());
  modes.push_back(best);
  for (const report::ExpectedFault& fault : faults) modes.insert(modes.end(), {fault.mode, best});
  return modes;
}

/// Whether the target of an injection is there: a node to stop or to slow down, a source's topic to freeze or lose, a
/// topic to delay.
Status check_target(const std::string& text, const PlannedInjection& injection, const LaunchFile& launch,
                    const std::vector<SourceTopic>& sources,
                    const std::map<std::string, const topics::TopicKind*>& topics) {
  std::vector<std::string> names;
  switch (injection.kind) {
    case InjectionKind::kFreeze:
    case InjectionKind::kLose:
      for (const SourceTopic& topic : sources) names.push_back(topic.name);
      break;
    case InjectionKind::kStop:
      for (const NodeEntry& node : launch.nodes) names.push_back(node.name);
      break;
    case InjectionKind::kSlow:
      for (const NodeEntry& node : launch.nodes)
        if (find_node(node.node)->infers) names.push_back(node.name);
      break;
    case InjectionKind::kDelay:
      for (const auto& [name, kind] : topics) names.push_back(name);
      break;
  }
  if (std::find(names.begin(), names.end(), injection.target) != names.end()) return ok();
  return error(ErrorCode::kNotFound, "--inject {}: {}", text, unknown_name("target", injection.target, names));
}

/// What begins after the run is none of it. The modes that a demonstration declares heal: it needs the end as well.
Status check_time(const std::string& text, const PlannedInjection& injection, const std::string& kind,
                  Duration duration) {
  if (duration == Duration{}) return ok();
  if (injection.at >= duration)
    return error(ErrorCode::kInvalidArgument, "--inject {}: begins after {:g} s, the run ends after {:g} s", text,
                 to_seconds(injection.at), to_seconds(duration));
  const Duration end = injection.at + injection.duration;
  if (kind == "demo" && end > duration)
    return error(ErrorCode::kInvalidArgument, "--inject {}: ends after {:g} s, the demonstration after {:g} s", text,
                 to_seconds(end), to_seconds(duration));
  return ok();
}

Result<std::vector<PlannedInjection>> plan(const Options& options, Duration duration, const LaunchFile& launch,
                                           const std::vector<SourceTopic>& sources,
                                           const std::map<std::string, const topics::TopicKind*>& topics) {
  std::vector<PlannedInjection> injections;
  for (const std::string& text : options.injections) {
    OCELLI_ASSIGN(auto injection, parse_injection(text));
    OCELLI_TRY(check_target(text, injection, launch, sources, topics));
    OCELLI_TRY(check_time(text, injection, options.kind, duration));
    injections.push_back(std::move(injection));
  }
  std::ranges::stable_sort(injections, {}, &PlannedInjection::at);  // so follow the modes that are declared
  if (options.kind != "demo" || options.has_no_faults || !injections.empty()) return injections;
  return plan_injections(options.seed, duration, targets_of(launch, topics));
}

/// The same launch file in logical time, in this process: its devices are asked as fast as the machine answers.
Result<int> run_in_logical_time(const Options& options, Duration duration) {
  if (!options.injections.empty())
    return error(ErrorCode::kInvalidArgument, "--inject: is for live runs, not for --logical");
  OCELLI_ASSIGN(const LaunchFile launch, find_launch(options.launch));
  std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources;
  std::vector<std::string> notes;
  for (const SourceEntry& entry : launch.sources) {
    OCELLI_ASSIGN(OpenedSource opened, open_source(entry, source_context(launch, options.seed, kLogicalBegin)));
    notes.insert(notes.end(), opened.notes.begin(), opened.notes.end());
    if (duration > Duration{}) opened.source = until(std::move(opened.source), duration);
    sources.emplace_back(entry.name, std::move(opened.source));
  }
  if (sources.empty())
    return error(ErrorCode::kInvalidArgument, "{}: no sources: expected some, or a drive for `ocelli replay`",
                 launch.file);
  LogicalRunOptions logical;
  logical.threads = options.threads;
  logical.without = options.without;
  for (const std::string& topic : options.without) notes.push_back(fmt::format("{} is silent on request", topic));
  OCELLI_ASSIGN(const RunFolder folder, RunFolder::make(options.out, options.kind));
  logical.out = folder.path();
  report::RunInfo info = describe_run(launch, options.kind, "logical");
  info.seed = options.seed;
  OCELLI_ASSIGN(info.tolerated, faults_without(options.without, launch));
  OCELLI_ASSIGN(LogicalRunOutcome outcome, run_logical(launch, std::move(sources), logical));
  info.duration = outcome.duration;
  info.notes = std::move(notes);
  info.notes.insert(info.notes.end(), outcome.notes.begin(), outcome.notes.end());
  if (outcome.is_interrupted) info.notes.emplace_back("interrupted before the end");
  return conclude_run(info, launch, logical.out);
}

Result<int> run(const Options& options) {
  const auto duration =
      options.duration.empty() ? std::optional<Duration>(Duration{}) : parse_duration(options.duration);
  if (!duration || *duration < Duration{})
    return error(ErrorCode::kInvalidArgument, "--duration {}: expected a duration with a unit, such as 30s",
                 options.duration);
  if (!options.is_logical && !options.without.empty())
    return error(ErrorCode::kInvalidArgument, "--without: is for --logical; in live runs inject lose:TOPIC@AT+LENGTH");
  if (options.is_logical) return run_in_logical_time(options, *duration);
  OCELLI_ASSIGN(const LaunchFile launch, find_launch(options.launch));
  OCELLI_ASSIGN(const auto sources, source_topics(launch, options.seed));
  OCELLI_ASSIGN(const auto topics, launch.topics(sources));
  LiveRunOptions live;
  live.duration = *duration;
  OCELLI_ASSIGN(live.injections, plan(options, *duration, launch, sources, topics));
  OCELLI_ASSIGN(const auto supervised, monitor_config(launch, topics));
  OCELLI_ASSIGN(const auto monitor, safety::Monitor::create(supervised));
  OCELLI_ASSIGN(const auto choices, choices_of(launch));
  for (const std::string& choice : choices) fmt::print("{}\n", choice);
  OCELLI_ASSIGN(const RunFolder folder, RunFolder::make(options.out, options.kind));
  live.settings = options.settings;
  live.settings.out = folder.path();
  live.settings.launch = options.launch;
  live.settings.seed = options.seed;
  live.settings.is_realtime = !options.is_not_realtime;
  report::RunInfo info = describe_run(launch, options.kind, "live");
  info.seed = options.seed;
  info.notes = choices;
  for (const PlannedInjection& injection : live.injections) {
    OCELLI_ASSIGN(auto expected, expectation(injection, launch, *monitor));
    info.expected.push_back(std::move(expected));
  }
  if (options.kind == "demo") {
    info.targets.emplace();
    info.modes = expected_modes(info.expected, *monitor);
    for (const safety::ModeConfig& mode : supervised.modes) info.mode_table.push_back(mode.name);
  }
  replace_results(folder.path());
  OCELLI_ASSIGN(const LiveRunOutcome outcome, run_live(live));
  info.duration = outcome.duration;
  info.incidents = outcome.incidents;
  return conclude_run(info, launch, live.settings.out);
}

void declare(CLI::App& command, const std::shared_ptr<Options>& options, int& exit_status) {
  command.add_option("--seed", options->seed, "of the simulated world and of the injected faults")
      ->capture_default_str();
  command.add_option("--duration", options->duration, "how long, such as 30s (0s: until Ctrl-C)")
      ->capture_default_str();
  command.add_option("--inject", options->injections,
                     "inject this instead: freeze:TOPIC@AT+LENGTH, lose:TOPIC@AT+LENGTH, stop:NODE@AT+LENGTH, "
                     "delay:TOPIC@AT+LENGTH=DELAY, slow:NODE@AT+LENGTH=DELAY (its inferences) "
                     "(repeatable)");
  command.add_option("--out", options->out, "folder for recording and report (default: a new one below out/)");
  add_dds_options(command, options->settings.domain, options->settings.is_host_only);
  command.add_option("--partition", options->settings.partition,
                     "DDS partition of the run's topics; '' is that of ROS 2 nodes (default: one for this run alone)");
  add_models_option(command);
  command.add_flag("--no-realtime", options->is_not_realtime, "do not ask for real-time priorities");
  command.callback([options, &exit_status] {
    const Result<int> status = run(*options);
    exit_status = status ? *status : report_error(status.error());
  });
}

}  // namespace

void declare_demo(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  options->kind = "demo";
  options->duration = "35s";  // room for all its faults
  command.add_flag("--no-faults", options->has_no_faults, "drive without injected faults");
  declare(command, options, exit_status);
}

void declare_run(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  options->kind = "run";
  command.add_option("launch", options->launch, "launch file, or the name of a built-in one (demo, replay)")
      ->required();
  command.add_flag("--logical", options->is_logical,
                   "in logical time, in one process: the same bytes for the same seed, however fast the machine is");
  command.add_option("--threads", options->threads, "worker threads of --logical; the result does not depend on them")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--without", options->without, "a topic of the sources that stays silent (repeatable), --logical");
  declare(command, options, exit_status);
}

}  // namespace ocelli::launch
