// `ocelli docs PAGE`: the pages of docs/ that follow from the tables and from fields(), as Markdown. For ./dev docs and
// the test that they are current; left out of --help.
#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/launch_file.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/detectors/detectors.hpp"

namespace ocelli::launch {
namespace {

std::string_view qos_text(topics::Qos qos) {
  switch (qos) {
    case topics::Qos::kSensor: return "sensor";
    case topics::Qos::kState: return "state";
    case topics::Qos::kEvent: return "event";
  }
  return "";
}

std::string_view quality_text(topics::Quality quality) {
  switch (quality) {
    case topics::Quality::kNone: return "";
    case topics::Quality::kImage: return "mean, spread, sharpness";
    case topics::Quality::kCloud: return "points, no-return ratio, largest range (m)";
    case topics::Quality::kScan: return "detections";
    case topics::Quality::kSensors: return "sensors missing (lidar 1, camera 2, radar 4)";
  }
  return "";
}

void print_topics() {
  fmt::print(
      "# Topic kinds\n\nMade by `./dev docs` from table 1, `middleware/topics/topics.hpp`. A launch file binds "
      "instances "
      "(`lidar/front`) and may\noverride rate, budget and recording.\n\nQoS: *sensor* is best effort, the newest "
      "counts; *state* is reliable and latched; *event* is reliable with a bounded\nqueue whose overflow is a fault. "
      "Rate 0 means on change. The budget runs from published to received. The quality\nvalues go into every "
      "observation of the topic. E2E is the AUTOSAR profile over header and body (docs/bus.md).\n\n"
      "| kind | meaning | type | QoS | E2E | rate | budget | recorded | queue | quality values |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
  for (const topics::TopicKind& kind : topics::kTable)
    fmt::print("| `{}` | {} | `{}` | {} | P{:02} | {} Hz | {:.0f} ms | {} | {} | {} |\n", kind.name, kind.meaning,
               kind.codec().type_name, qos_text(kind.qos), static_cast<int>(kind.e2e), kind.rate_hz,
               to_milliseconds(kind.latency_budget), kind.is_recorded ? "yes" : "no", kind.depth,
               quality_text(kind.quality));
}

std::string targets_text(int targets) {
  std::vector<std::string_view> names;
  if ((targets & safety::kTopicTarget) != 0) names.emplace_back("topic");
  if ((targets & safety::kNodeTarget) != 0) names.emplace_back("node");
  if ((targets & safety::kChainTarget) != 0) names.emplace_back("chain");
  if ((targets & safety::kMonitorTarget) != 0) names.emplace_back("monitor");
  return fmt::format("{}", fmt::join(names, ", "));
}

void print_faults() {
  fmt::print(
      "# Fault detectors\n\nMade by `./dev docs` from table 3, `safety/monitor/detectors/detectors.cpp`. A fault of "
      "the "
      "monitor is a detector with a\ntarget: `camera/front.frozen`. Value and limit are what the report shows.\n\n"
      "| detector | failure mode | watches | target | unit |\n|---|---|---|---|---|\n");
  for (const safety::DetectorRow& row : safety::detectors())
    fmt::print("| `{}` | {} | {} | {} | {} |\n", row.name, row.failure_mode, row.watches, targets_text(row.targets),
               row.unit);
  fmt::print("\n## Parameters\n\nIn brackets: the value without an entry in the launch file.\n\n");
  fmt::print("| detector | parameter | low | high | meaning |\n|---|---|---|---|---|\n");
  for (const safety::DetectorRow& row : safety::detectors())
    for (const safety::ParameterSpec& parameter : row.parameters)
      fmt::print("| `{}` | `{}` | {} | {} | {} |\n", row.name, parameter.name, parameter.low, parameter.high,
                 parameter.meaning);
}

/// A table of the keys of one mapping of a launch file.
template <HasFields T>
void print_keys(std::string_view title) {
  fmt::print("\n## {}\n\n| key | unit | low | high | meaning |\n|---|---|---|---|---|\n", title);
  const auto bound = [](double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); };
  std::apply(
      [&](const auto&... f) {
        (fmt::print("| `{}`{} | {} | {} | {} | {} |\n", f.name, f.required ? " (required)" : "", f.unit, bound(f.low),
                    bound(f.high), f.meaning),
         ...);
      },
      T::fields());
}

void print_launch_keys() {
  fmt::print(
      "# Keys of a launch file\n\nMade by `./dev docs` from the structs that the parser fills. [Launch "
      "files](launch_files.md) explains them. A key in\nseconds is written with its unit: `50 ms`, `1.5 s`. The keys "
      "of `config` belong to the source or node: `ocelli nodes`.\n");
  print_keys<ChainEntry>("`chains`: a list of");
  print_keys<TopicEntry>("`topics`: a list of");
  print_keys<safety::MonitorConfig>("`monitor`");
  print_keys<safety::FaultConfig>("`monitor.faults`: a list of");
  print_keys<safety::ParameterValue>("`monitor.faults[].parameters`: a list of");
  print_keys<safety::DebounceConfig>("`monitor.faults[].debounce`");
  print_keys<safety::ModeConfig>("`monitor.modes`: a list of");
  print_keys<safety::TopicConfig>("`monitor.topics`: a list of");
  print_keys<safety::NodeConfig>("`monitor.nodes`: a list of");
  print_keys<safety::AliveConfig>("`monitor.nodes[].alive`");
  print_keys<safety::CheckpointConfig>("`monitor.nodes[].checkpoints`: a list of");
}

}  // namespace

void declare_docs(CLI::App& command, int& exit_status) {
  const auto page = std::make_shared<std::string>();
  command.group("");  // hidden
  command.add_option("page", *page, "topics, faults or launch_keys")
      ->required()
      ->check(CLI::IsMember({"topics", "faults", "launch_keys"}));
  command.callback([page, &exit_status] {
    if (*page == "topics") print_topics();
    if (*page == "faults") print_faults();
    if (*page == "launch_keys") print_launch_keys();
    exit_status = kExitOk;
  });
}

}  // namespace ocelli::launch
