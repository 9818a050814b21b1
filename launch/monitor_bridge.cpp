#include "ocelli/launch/monitor_bridge.hpp"

#include <algorithm>
#include <deque>

#include "ocelli/middleware/core/stamp.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kGapMargin = 100ms;  // silence beyond one period that a busy machine may cause
constexpr Duration kStateEvery = 100ms;
constexpr Duration kDerivedFtti = 1s;
constexpr const char* kDerivedFttiSource = "default of the middleware: give the item's own value in the launch file";

using Topics = std::map<std::string, const topics::TopicKind*>;
using Shells = std::vector<std::unique_ptr<node::NodeShell>>;

Duration period_of(const topics::TopicKind& settings) {
  return settings.rate_hz > 0.0 ? from_seconds(1.0 / settings.rate_hz) : Duration{};
}

/// One lost beat and the margin of a busy machine.
Duration gap_of(Duration period) { return period + std::max(period, kGapMargin); }

/// Of several triggers the first that somebody publishes: the node's usual beat.
const node::BoundInput& trigger_of(const node::NodeShell& shell, const Topics& topics) {
  return *std::ranges::find_if(shell.inputs(), [&](const node::BoundInput& input) {
    return input.spec.policy == InputPolicy::kTrigger && topics.contains(input.topic);
  });
}

safety::QualityKind quality_of(topics::Quality quality) {
  switch (quality) {
    case topics::Quality::kImage: return safety::QualityKind::kImage;
    case topics::Quality::kCloud: return safety::QualityKind::kCloud;
    case topics::Quality::kScan: return safety::QualityKind::kScan;
    case topics::Quality::kSensors: return safety::QualityKind::kSensors;
    case topics::Quality::kNone: break;
  }
  return safety::QualityKind::kNone;
}

safety::TopicConfig topic_config(const std::string& name, const topics::TopicKind& settings, const Shells& shells) {
  safety::TopicConfig topic;
  topic.name = name;
  topic.period = period_of(settings);
  if (topic.period > Duration{}) topic.max_gap = gap_of(topic.period);
  // An event queue that overflows is full: the message behind the gap is there, and is taken within the budget.
  else if (settings.qos == topics::Qos::kEvent)
    topic.loss_shows_within = settings.latency_budget;
  topic.transport_budget = settings.latency_budget;
  topic.quality = quality_of(settings.quality);
  for (const auto& shell : shells)
    for (const node::BoundInput& input : shell->inputs())
      if (input.topic == name) topic.receivers.push_back(shell->name());
  return topic;
}

safety::NodeConfig node_config(const node::NodeShell& shell, const LaunchFile& launch, const Topics& topics) {
  safety::NodeConfig config;
  config.name = shell.name();
  config.trigger = trigger_of(shell, topics).topic;
  config.period = period_of(launch.settings_of(config.trigger, *topics.at(config.trigger)));
  if (config.period > Duration{}) config.max_gap = gap_of(config.period);
  // A node that passes triggers over has slower outputs.
  for (const node::BoundOutput& output : shell.outputs())
    config.step_period =
        std::max(config.step_period, period_of(launch.settings_of(output.topic, *topics.at(output.topic))));
  return config;
}

/// The shortest way from one topic to another through the nodes, for attribution; empty when there is none.
std::vector<safety::HopConfig> find_hops(const std::string& from, const std::string& to, const Shells& shells) {
  std::map<std::string, std::vector<safety::HopConfig>> reached = {{from, {}}};
  std::deque<std::string> open = {from};
  while (!open.empty()) {
    const std::string topic = open.front();
    open.pop_front();
    if (topic == to) return reached[topic];
    for (const auto& shell : shells) {
      const bool takes = std::any_of(shell->inputs().begin(), shell->inputs().end(),
                                     [&](const auto& input) { return input.topic == topic; });
      if (!takes) continue;
      for (const node::BoundOutput& output : shell->outputs()) {
        if (reached.contains(output.topic)) continue;
        auto hops = reached[topic];
        hops.push_back({shell->name(), output.topic});
        reached[output.topic] = std::move(hops);
        open.push_back(output.topic);
      }
    }
  }
  return {};
}

bool is_output(const std::string& topic, const Shells& shells) {
  for (const auto& shell : shells)
    for (const node::BoundOutput& output : shell->outputs())
      if (output.topic == topic) return true;
  return false;
}

safety::FaultConfig derived_fault(const std::string& target, const char* detector, safety::DebounceConfig debounce) {
  safety::FaultConfig fault;
  fault.id = target + "." + detector;
  fault.detector = detector;
  fault.target = target;
  fault.debounce = debounce;
  fault.assumed_ftti = kDerivedFtti;
  fault.ftti_source = kDerivedFttiSource;
  fault.mode = "degraded";
  return fault;
}

/// Stamps that cannot be. How old data may be is for the item to say; without that, no age is wrong.
safety::FaultConfig stamp_fault(const std::string& topic) {
  safety::FaultConfig fault = derived_fault(topic, "bad_stamp", safety::debounce_by_count(1, 1));
  fault.parameters = {{"tolerance_ms", to_milliseconds(kMostAhead)}, {"max_age_ms", to_milliseconds(1h)}};
  return fault;
}

/// What can go wrong with every launch file: sensors freeze, go blind or silent or send what cannot be read, nodes stop
/// or fail, messages are late or lost, chains are late, and the monitor itself misses observations.
std::vector<safety::FaultConfig> derive_faults(const safety::MonitorConfig& config, const Shells& shells) {
  using safety::debounce_by_count;
  std::vector<safety::FaultConfig> faults;
  for (const safety::TopicConfig& topic : config.topics) {
    using enum safety::QualityKind;
    if (topic.quality == kImage || topic.quality == kCloud || topic.quality == kScan)
      faults.push_back(derived_fault(topic.name, "frozen", debounce_by_count(2, 2)));
    if (topic.quality == kImage || topic.quality == kCloud)
      faults.push_back(derived_fault(topic.name, "blind", debounce_by_count(3, 3)));
    if (topic.loss_shows_within > Duration{} && !topic.receivers.empty())
      faults.push_back(derived_fault(topic.name, "lost", debounce_by_count(1, 1)));
    if (topic.period == Duration{}) continue;
    // The silence of a node's output is the silence of the node.
    if (!is_output(topic.name, shells)) {
      faults.push_back(derived_fault(topic.name, "silent", debounce_by_count(1, 1)));
      faults.push_back(derived_fault(topic.name, "failed", debounce_by_count(1, 1)));
      faults.push_back(stamp_fault(topic.name));
    }
    if (topic.receivers.empty()) continue;
    faults.push_back(derived_fault(topic.name, "late", debounce_by_count(2, 3)));
    faults.push_back(derived_fault(topic.name, "lost", debounce_by_count(2, 3)));
  }
  for (const safety::NodeConfig& node : config.nodes) {
    if (node.period == Duration{}) continue;
    faults.push_back(derived_fault(node.name, "silent", debounce_by_count(1, 1)));
    faults.push_back(derived_fault(node.name, "failed", debounce_by_count(2, 2)));
  }
  for (const safety::ChainConfig& chain : config.chains)
    faults.push_back(derived_fault(chain.name, "chain_late", debounce_by_count(1, 1)));
  faults.push_back(derived_fault("monitor", "overflow", debounce_by_count(1, 1)));
  for (safety::FaultConfig& fault : faults)
    if (fault.detector == "chain_late") fault.assumed_ftti = 3s;  // an (m,k) window needs its time
  return faults;
}

/// Faults of the launch file replace derived ones of the same id; the rest is added.
void merge_faults(std::vector<safety::FaultConfig>& derived, std::vector<safety::FaultConfig> given) {
  for (safety::FaultConfig& fault : given) {
    const auto same = std::find_if(derived.begin(), derived.end(), [&](const auto& f) { return f.id == fault.id; });
    if (same != derived.end())
      *same = std::move(fault);
    else
      derived.push_back(std::move(fault));
  }
}

ocelli::msg::ChainLatency chain_message(const safety::ChainStatistics& statistics) {
  ocelli::msg::ChainLatency message;
  message.name(statistics.config->name);
  message.samples(statistics.samples);
  message.budget_s(to_seconds(statistics.config->reaction_budget));
  message.p50_s(to_seconds(statistics.reaction_p50.value));
  message.p99_s(to_seconds(statistics.reaction_p99.value));
  message.max_s(to_seconds(statistics.reaction_max));
  message.age_p99_s(to_seconds(statistics.age_p99.value));
  message.late(statistics.late);
  message.is_violated(statistics.is_violated);
  return message;
}

}  // namespace

Result<safety::MonitorConfig> monitor_config(const LaunchFile& launch, const Topics& topics) {
  Shells shells;
  for (const NodeEntry& entry : launch.nodes) {
    OCELLI_ASSIGN(auto shell, make_shell(entry, launch.file));
    shells.push_back(std::move(shell));
  }
  safety::MonitorConfig config;
  for (const auto& [name, kind] : topics)
    config.topics.push_back(topic_config(name, launch.settings_of(name, *kind), shells));
  for (const auto& shell : shells) config.nodes.push_back(node_config(*shell, launch, topics));
  for (const ChainEntry& chain : launch.chains)
    config.chains.push_back({chain.name, chain.from, chain.to, chain.reaction_budget, chain.age_budget,
                             static_cast<std::uint32_t>(chain.m), static_cast<std::uint32_t>(chain.k),
                             find_hops(chain.from, chain.to, shells)});
  std::vector<safety::FaultConfig> faults = derive_faults(config, shells);
  if (launch.monitor.IsDefined() && !launch.monitor.IsNull()) {
    ConfigReader reader(launch.file);
    reader.read(launch.monitor, config);
    OCELLI_TRY(reader.status());
  }
  merge_faults(faults, std::move(config.faults));
  config.faults = std::move(faults);
  const bool is_too_large =
      config.faults.size() > MonitorReport::kMostFaults || config.chains.size() > MonitorReport::kMostChains;
  if (is_too_large)
    return error(ErrorCode::kInvalidArgument, "{}: {} faults and {} chains: expected at most {} and {}", launch.file,
                 config.faults.size(), config.chains.size(), MonitorReport::kMostFaults, MonitorReport::kMostChains);
  return config;
}

ocelli::msg::Fault to_message(const safety::FaultEvent& event, const safety::Monitor& monitor) {
  const safety::Fault& fault = monitor.faults()[event.fault];
  ocelli::msg::Fault message;
  message.header(perception::header_of(event.detected_at, ""));
  message.id(fault.config().id);
  message.detector(fault.config().detector);
  message.entity(fault.config().target);
  message.state(static_cast<ocelli::msg::FaultState>(event.state));
  message.asil(std::string(safety::to_string(fault.config().asil)));
  message.evidence_at(to_ns(event.evidence_at));
  message.detected_at(to_ns(event.detected_at));
  message.value(event.value);
  message.limit(event.limit);
  message.unit(std::string(fault.row().unit));
  message.detail(event.detail);
  return message;
}

ocelli::msg::SafetyState to_message(const MonitorReport& report, const safety::Monitor& monitor) {
  ocelli::msg::SafetyState message;
  message.header(perception::header_of(report.at, ""));
  message.mode(std::string(monitor.mode_name(report.mode)));
  message.previous_mode(std::string(monitor.mode_name(report.previous_mode)));
  message.mode_since(to_ns(report.mode_since));
  const safety::ModeConfig mode = monitor.mode_config(report.mode);
  message.speed_max_mps(mode.speed_max_mps);
  message.range_max_m(mode.range_max_m);
  message.is_stop_requested(mode.is_stop);
  message.recovery(std::string(safety::to_string(mode.recovery)));
  message.is_starting(report.is_starting);
  message.is_recovery_requested(report.is_recovery_requested);
  for (std::size_t i = 0; i < std::min(monitor.config().faults.size(), report.active.size()); ++i)
    if (report.active[i]) message.active_faults().push_back(monitor.config().faults[i].id);
  for (const safety::ChainStatistics& chain : report.chains)
    if (chain.config != nullptr) message.chains().push_back(chain_message(chain));
  message.observations(report.counters.observations);
  message.lost_observations(report.counters.lost_observations);
  return message;
}

bool MonitorReporter::fill(const safety::Monitor& monitor, Time now, MonitorReport& report) {
  report.at = now;
  report.event_count = std::min(monitor.events().size(), MonitorReport::kMostEvents);
  std::copy_n(monitor.events().begin(), report.event_count, report.events.begin());
  const bool has_changed = mode_ != monitor.mode();
  if (has_changed) previous_mode_ = std::exchange(mode_, monitor.mode()).value_or(monitor.mode());
  report.has_state = has_changed || now >= next_state_;
  if (!report.has_state) return report.event_count > 0;
  next_state_ = now + kStateEvery;
  report.mode = *mode_;
  report.previous_mode = previous_mode_;
  report.mode_since = monitor.mode_since();
  report.is_starting = monitor.is_starting();
  report.is_recovery_requested = monitor.is_recovery_requested();
  report.active.reset();
  for (std::size_t i = 0; i < std::min(monitor.faults().size(), report.active.size()); ++i)
    report.active[i] = monitor.faults()[i].is_active();
  for (std::size_t i = 0; i < std::min(monitor.chains().size(), report.chains.size()); ++i)
    report.chains[i] = safety::statistics_of(monitor.chains()[i]);
  report.counters = monitor.counters();
  return true;
}

}  // namespace ocelli::launch
