// Load time: checks the configuration, reports all mistakes at once, and builds the monitor.
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/safety/monitor/mistakes.hpp"
#include "ocelli/safety/monitor/monitor.hpp"

namespace ocelli::safety {
namespace {

constexpr std::string_view kMonitorTargetName = "monitor";

template <class Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Names, and what refers to them.
class NameCheck {
 public:
  NameCheck(const MonitorConfig& config, Mistakes& mistakes)
      : config_(config), mistakes_(mistakes), topics_(names_of(config.topics)), nodes_(names_of(config.nodes)) {}

  void run() {
    check_unique("topics", topics_);
    check_unique("nodes", nodes_);
    check_unique("chains", names_of(config_.chains));
    std::vector<std::string> ids;
    for (const FaultConfig& fault : config_.faults) ids.push_back(fault.id);
    check_unique("faults", ids);
    for (const TopicConfig& topic : config_.topics)
      for (const std::string& receiver : topic.receivers)
        expect(nodes_, receiver, "node", fmt::format("topic '{}': receivers", topic.name));
    for (const NodeConfig& node : config_.nodes) check_node(node);
    for (const ChainConfig& chain : config_.chains) check_chain(chain);
  }

 private:
  void check_unique(std::string_view what, const std::vector<std::string>& names) {
    std::map<std::uint32_t, std::string> seen;
    for (const std::string& name : names) {
      if (name.empty()) mistakes_.add("{}: a name is empty", what);
      const auto [at, is_new] = seen.emplace(fnv1a32(name), name);
      if (is_new) continue;
      if (at->second == name) {
        mistakes_.add("{}: '{}' is there twice", what, name);
      } else {
        mistakes_.add("{}: '{}' and '{}' have the same id: rename one", what, at->second, name);
      }
    }
  }

  void expect(const std::vector<std::string>& known, const std::string& name, std::string_view what,
              std::string_view where) {
    if (!contains(known, name))
      mistakes_.add("{}: no supervised {} '{}', expected one of: {}", where, what, name, fmt::join(known, ", "));
  }

  void check_node(const NodeConfig& node) {
    const std::string where = fmt::format("node '{}'", node.name);
    if (!node.trigger.empty()) expect(topics_, node.trigger, "topic", where + ": trigger");
    for (const CheckpointConfig& checkpoint : node.checkpoints)
      expect(topics_, checkpoint.topic, "topic", fmt::format("{}: checkpoint '{}'", where, checkpoint.name));
  }

  void check_chain(const ChainConfig& chain) {
    const std::string where = fmt::format("chain '{}'", chain.name);
    expect(topics_, chain.from, "topic", where + ": from");
    expect(topics_, chain.to, "topic", where + ": to");
    if (chain.from == chain.to) mistakes_.add("{}: from and to are both '{}'", where, chain.from);
    if (chain.m > chain.k) mistakes_.add("{}: m {} is above k {}", where, chain.m, chain.k);
    std::vector<std::string> passed{chain.from};
    for (const HopConfig& hop : chain.hops) {
      expect(nodes_, hop.node, "node", where + ": hops");
      expect(topics_, hop.topic, "topic", where + ": hops");
      if (contains(passed, hop.topic)) mistakes_.add("{}: hops: a cycle through '{}'", where, hop.topic);
      passed.push_back(hop.topic);
    }
    if (!chain.hops.empty() && chain.hops.back().topic != chain.to)
      mistakes_.add("{}: hops end at '{}', expected '{}'", where, chain.hops.back().topic, chain.to);
  }

  const MonitorConfig& config_;
  Mistakes& mistakes_;
  std::vector<std::string> topics_;
  std::vector<std::string> nodes_;
};

void check_debounce(const FaultConfig& fault, Mistakes& mistakes) {
  const DebounceConfig& debounce = fault.debounce;
  const auto check = [&](std::string_view name, bool is_used, std::int32_t value) {
    if (is_used && (value <= debounce.passed_threshold || value >= debounce.failed_threshold))
      mistakes.add("{}: debounce: {} {} is not between the thresholds {} and {}", fault.label(), name, value,
                   debounce.passed_threshold, debounce.failed_threshold);
  };
  if (debounce.kind != DebounceKind::kCounter) return;
  check("jump_up_value", debounce.jumps_up, debounce.jump_up_value);
  check("jump_down_value", debounce.jumps_down, debounce.jump_down_value);
}

void check_parameters(const FaultConfig& fault, const DetectorRow& row, Mistakes& mistakes) {
  std::vector<std::string_view> known;
  for (const ParameterSpec& spec : row.parameters) known.push_back(spec.name);
  for (const ParameterValue& parameter : fault.parameters) {
    const auto spec = std::ranges::find(row.parameters, parameter.name, &ParameterSpec::name);
    if (spec == row.parameters.end()) {
      mistakes.add("{}: detector '{}' has no parameter '{}', expected one of: {}", fault.label(), row.name,
                   parameter.name, fmt::join(known, ", "));
    } else if (!(parameter.value >= spec->low && parameter.value <= spec->high)) {
      mistakes.add("{}: {}: {} is out of range, expected {} to {}", fault.label(), parameter.name, parameter.value,
                   spec->low, spec->high);
    }
  }
}

/// What can be said of a fault by itself.
void check_fault(const FaultConfig& fault, std::span<const DetectorRow> table, Mistakes& mistakes) {
  if (fault.ftti_source.empty())
    mistakes.add("{}: ftti_source is empty: say where assumed_ftti comes from", fault.label());
  check_debounce(fault, mistakes);
  if (const DetectorRow* row = find_detector(table, fault.detector)) return check_parameters(fault, *row, mistakes);
  std::vector<std::string_view> known;
  for (const DetectorRow& row : table) known.push_back(row.name);
  mistakes.add("{}: no detector '{}', expected one of: {}", fault.label(), fault.detector, fmt::join(known, ", "));
}

}  // namespace

struct Monitor::Builder {
  Monitor& monitor;
  std::span<const DetectorRow> table;
  Mistakes& mistakes;
  std::map<std::uint32_t, decltype(of_topic_)::Lists> topics{};
  std::map<std::uint32_t, decltype(of_node_)::Lists> nodes{};

  void build() {
    build_parts();
    if (mistakes.count() > 0) return;  // what follows points into the parts
    const MonitorConfig& config = monitor.config_;
    monitor.faults_.reserve(config.faults.size());
    for (const FaultConfig& fault : config.faults) build_fault(fault);
    const auto is_presence = [&](std::uint32_t i) { return monitor.faults_[i].detector().tells_presence(); };
    if (std::ranges::any_of(monitor.awaited_, is_presence)) monitor.modes_.hold();
    monitor.of_topic_.build(topics);
    monitor.of_node_.build(nodes);
    monitor.locals_.resize(monitor.nodes_.size());
    monitor.buffer_.reserve(config.max_observations);
    monitor.order_.reserve(config.max_observations);
    monitor.fresh_.reserve(config.max_observations);
    monitor.held_.reserve(kHeldTicks * config.max_observations);
    monitor.still_held_.reserve(kHeldTicks * config.max_observations);
    monitor.events_.reserve(kEventsPerFault * (config.faults.size() + 1));
  }

 private:
  static constexpr std::size_t kEventsPerFault = 8;
  static constexpr std::size_t kHeldTicks = 4;  // full buffers that may wait for supervision

  void build_parts() {
    const MonitorConfig& config = monitor.config_;
    for (const TopicConfig& topic : config.topics) {
      topics[fnv1a32(topic.name)][kMeters].push_back(static_cast<std::uint32_t>(monitor.meters_.size()));
      monitor.meters_.emplace_back(topic.period);
    }
    for (const ChainConfig& chain : config.chains) {
      std::vector<std::string> path{chain.from, chain.to};
      for (const HopConfig& hop : chain.hops)
        if (!contains(path, hop.topic)) path.push_back(hop.topic);
      for (const std::string& topic : path)
        topics[fnv1a32(topic)][kChains].push_back(static_cast<std::uint32_t>(monitor.chains_.size()));
      const Duration period = period_of(chain.from);
      if (period > Duration::zero() &&
          (chain.reaction_budget + config.observation_delay) / period >= std::int64_t{ChainTracker::kMostUnderWay})
        mistakes.add("chain '{}': reaction_budget: {} ms hold more than {} messages of '{}' (one in {} ms)", chain.name,
                     to_milliseconds(chain.reaction_budget), ChainTracker::kMostUnderWay, chain.from,
                     to_milliseconds(period));
      monitor.chains_.emplace_back(chain, period, config.observation_delay);
    }
    for (const NodeConfig& node : config.nodes) {
      auto supervisor = NodeSupervisor::create(node);
      if (!supervisor) {
        mistakes.add(supervisor.error(), fmt::format("node '{}'", node.name));
        continue;
      }
      nodes[fnv1a32(node.name)][kSupervisors].push_back(static_cast<std::uint32_t>(monitor.nodes_.size()));
      monitor.nodes_.push_back(std::move(*supervisor));
    }
  }

  [[nodiscard]] Duration period_of(const std::string& topic) const {
    const auto found = std::ranges::find(monitor.config_.topics, topic, &TopicConfig::name);
    return found == monitor.config_.topics.end() ? Duration::zero() : found->period;
  }

  void build_fault(const FaultConfig& fault) {
    const DetectorRow* row = find_detector(table, fault.detector);
    const std::size_t before = mistakes.count();
    const DetectorSetup setup = find_target(fault, *row);
    if (mistakes.count() > before) return;
    auto detector = row->make(setup);
    if (!detector) return mistakes.add(detector.error(), fault.label());
    const Duration period = setup.topic != nullptr  ? setup.topic->period
                            : setup.node != nullptr ? setup.node->period
                                                    : setup.chain_period;
    if ((*detector)->needs_period() && setup.kind != kMonitorTarget && period == Duration::zero())
      return mistakes.add(
          "{}: '{}' sees '{}' only when a message comes, and it has no period: the detection time has no bound",
          fault.label(), row->name, fault.target);
    const TimingBudget timing = timing_budget(monitor.config_, fault, (*detector)->observability());
    if (!timing.holds()) return mistakes.add("{}: too late: {}", fault.label(), timing.explain());
    const auto index = static_cast<std::uint32_t>(monitor.faults_.size());
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      if (((*detector)->interests() & interest_in(static_cast<ObservationKind>(kind))) == 0) continue;
      if (setup.kind == kTopicTarget) topics[fnv1a32(fault.target)][kTopicFaults + kind].push_back(index);
      if (setup.kind == kNodeTarget) nodes[fnv1a32(fault.target)][kNodeFaults + kind].push_back(index);
    }
    monitor.faults_.emplace_back(fault, *row, std::move(*detector), timing);
    if (monitor.faults_.back().detector().tells_presence() || !fault.takes.empty()) monitor.awaited_.push_back(index);
    if (monitor.faults_.back().needs_ticks()) monitor.timed_faults_.push_back(index);
  }

  DetectorSetup find_target(const FaultConfig& fault, const DetectorRow& row) {
    const MonitorConfig& config = monitor.config_;
    DetectorSetup setup;
    setup.monitor = &config;
    setup.fault = &fault;
    const auto topic = std::ranges::find(config.topics, fault.target, &TopicConfig::name);
    const auto node = std::ranges::find(config.nodes, fault.target, &NodeConfig::name);
    const auto chain = std::ranges::find(config.chains, fault.target, &ChainConfig::name);
    if ((row.targets & kMonitorTarget) != 0 && fault.target == kMonitorTargetName) {
      setup.kind = kMonitorTarget;
    } else if ((row.targets & kTopicTarget) != 0 && topic != config.topics.end() &&
               !((row.targets & kNodeFirst) != 0 && node != config.nodes.end())) {
      setup.kind = kTopicTarget;
      setup.topic = &*topic;
    } else if ((row.targets & kNodeTarget) != 0 && node != config.nodes.end()) {
      setup.kind = kNodeTarget;
      setup.node = &*node;
      setup.supervisor = &monitor.nodes_[static_cast<std::size_t>(node - config.nodes.begin())];
    } else if ((row.targets & kChainTarget) != 0 && chain != config.chains.end()) {
      setup.kind = kChainTarget;
      setup.chain = &monitor.chains_[static_cast<std::size_t>(chain - config.chains.begin())];
      setup.chain_period = period_of(chain->from);
    } else {
      mistakes.add("{}: detector '{}' cannot watch '{}', expected one of: {}", fault.label(), row.name, fault.target,
                   fmt::join(possible_targets(row), ", "));
    }
    return setup;
  }

  [[nodiscard]] std::vector<std::string> possible_targets(const DetectorRow& row) const {
    const MonitorConfig& config = monitor.config_;
    std::vector<std::string> names;
    const auto add = [&](TargetKind kind, const std::vector<std::string>& more) {
      if ((row.targets & kind) != 0) names.insert(names.end(), more.begin(), more.end());
    };
    add(kTopicTarget, names_of(config.topics));
    add(kNodeTarget, names_of(config.nodes));
    add(kChainTarget, names_of(config.chains));
    add(kMonitorTarget, {std::string(kMonitorTargetName)});
    return names;
  }
};

Monitor::Monitor(const MonitorConfig& config, ModeMachine modes)
    : config_(config), modes_(std::move(modes)), global_(config.expired_tolerance), start_by_(config.start_by) {}

Status Monitor::resume(std::string_view mode, Time since) {
  OCELLI_EXPECT(!has_started_);
  start_by_ = std::min(start_by_, kResumeBy);
  if (mode == start_mode().name) return ok();
  const auto found = std::ranges::find(config_.modes, mode, &ModeConfig::name);
  if (found == config_.modes.end())
    return error(ErrorCode::kNotFound, "resume: no mode '{}', expected one of {}", mode,
                 fmt::join(names_of(config_.modes), ", "));
  modes_.resume(static_cast<std::uint32_t>(found - config_.modes.begin()), since);
  return ok();
}

Result<std::unique_ptr<Monitor>> Monitor::create(const MonitorConfig& config, std::span<const DetectorRow> table) {
  Mistakes mistakes;
  mistakes.check_ranges(config, "monitor");
  NameCheck(config, mistakes).run();
  for (const FaultConfig& fault : config.faults) check_fault(fault, table, mistakes);
  auto modes = ModeMachine::create(config.modes, config.faults);
  if (!modes) mistakes.add("{}", modes.error().message);
  OCELLI_TRY(mistakes.status());  // sizes and names are sound from here on
  std::unique_ptr<Monitor> monitor(new Monitor(config, std::move(*modes)));
  Builder builder{*monitor, table, mistakes};
  builder.build();
  OCELLI_TRY(mistakes.status());
  return monitor;
}

}  // namespace ocelli::safety
