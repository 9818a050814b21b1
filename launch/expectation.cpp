#include "ocelli/launch/expectation.hpp"

#include <algorithm>
#include <set>

#include "ocelli/safety/monitor/modes.hpp"

namespace ocelli::launch {
namespace {

/// What each kind of fault is promised to be found within, from its onset.
constexpr Duration kFreezeLimit = 300ms;
constexpr Duration kStopLimit = 250ms;
constexpr Duration kDelayLimit = 150ms;  // or three periods: two messages in a row are late, from within one on
constexpr Duration kLossLimit = 350ms;
constexpr Duration kSlowLimit = 600ms;  // late ones must follow each other, each up to the deadline

/// Topics, nodes and chains that a disturbance reaches.
class Reach {
 public:
  static Result<Reach> of(const LaunchFile& launch) {
    Reach reach(launch);
    for (const NodeEntry& entry : launch.nodes) {
      OCELLI_ASSIGN(auto shell, make_shell(entry, launch.file));
      reach.shells_.push_back(std::move(shell));
    }
    return reach;
  }

  /// A topic is late: whoever reads it may be, too.
  void disturb_topic(const std::string& topic) {
    if (!topics_.insert(topic).second) return;
    for (const auto& shell : shells_)
      for (const node::BoundInput& input : shell->inputs())
        if (input.topic == topic) disturb_node(*shell);
  }

  /// A process stands still: its nodes neither take nor give.
  void stop(const std::string& node) {
    const auto entry = std::ranges::find(launch_.nodes, node, &NodeEntry::name);
    if (entry == launch_.nodes.end()) return;
    for (std::size_t i = 0; i < shells_.size(); ++i) {
      if (launch_.nodes[i].process != entry->process) continue;
      disturb_node(*shells_[i]);
      for (const node::BoundInput& input : shells_[i]->inputs()) untaken_.insert(input.topic);
    }
  }

  /// A node takes its messages late or not at all, and its results are missing.
  void slow(const std::string& node) {
    for (const auto& shell : shells_) {
      if (shell->name() != node) continue;
      disturb_node(*shell);
      for (const node::BoundInput& input : shell->inputs()) untaken_.insert(input.topic);
    }
  }

  /// Patterns of fault ids.
  [[nodiscard]] std::vector<std::string> faults() const {
    std::vector<std::string> patterns;
    for (const auto* names : {&topics_, &nodes_})
      for (const std::string& name : *names) patterns.push_back(name + ".*");
    for (const std::string& topic : untaken_) patterns.insert(patterns.end(), {topic + ".late", topic + ".lost"});
    for (const ChainEntry& chain : launch_.chains)
      if (topics_.contains(chain.from) || topics_.contains(chain.to)) patterns.push_back(chain.name + ".*");
    return patterns;
  }

 private:
  explicit Reach(const LaunchFile& launch) : launch_(launch) {}

  void disturb_node(const node::NodeShell& shell) {
    nodes_.insert(shell.name());
    for (const node::BoundOutput& output : shell.outputs()) disturb_topic(output.topic);
  }

  const LaunchFile& launch_;
  std::vector<std::unique_ptr<node::NodeShell>> shells_;  // as in the launch file
  std::set<std::string> topics_;
  std::set<std::string> nodes_;
  std::set<std::string> untaken_;  // published, but not received
};

/// Of the faults that the patterns name those that tell of a sensor that is there and of no use.
std::vector<std::string> missing_sensors(const std::vector<std::string>& patterns,
                                         const safety::MonitorConfig& supervised) {
  std::vector<std::string> faults;
  for (const safety::FaultConfig& fault : supervised.faults)
    if (fault.detector == "missing_sensor" && report::matches_any(patterns, fault.id)) faults.push_back(fault.id);
  return faults;
}

Duration period_of(const std::string& topic, const safety::MonitorConfig& supervised) {
  const auto found = std::ranges::find(supervised.topics, topic, &safety::TopicConfig::name);
  return found == supervised.topics.end() ? Duration{} : found->period;
}

/// Where the fault at `index` alone leads.
Result<std::string> mode_after(std::ptrdiff_t index, const safety::MonitorConfig& supervised) {
  OCELLI_ASSIGN(const auto machine, safety::ModeMachine::create(supervised.modes, supervised.faults));
  return std::string(machine.name(machine.mode_after(static_cast<std::uint32_t>(index))));
}

}  // namespace

Result<report::ExpectedFault> expectation(const PlannedInjection& injection, const LaunchFile& launch,
                                          const safety::MonitorConfig& supervised) {
  report::ExpectedFault expected;
  expected.injection = to_string(injection.kind);
  expected.target = injection.target;
  OCELLI_ASSIGN(Reach reach, Reach::of(launch));
  switch (injection.kind) {
    case InjectionKind::kFreeze:
      expected.fault = injection.target + ".frozen";
      expected.limit = kFreezeLimit;
      reach.disturb_topic(injection.target);
      break;
    case InjectionKind::kStop:
      expected.fault = injection.target + ".silent";
      expected.limit = kStopLimit;
      reach.stop(injection.target);
      break;
    case InjectionKind::kDelay:
      expected.fault = injection.target + ".late";
      expected.limit = std::max(kDelayLimit, 3 * period_of(injection.target, supervised));
      reach.disturb_topic(injection.target);
      break;
    case InjectionKind::kLose:
      expected.fault = injection.target + ".silent";
      expected.limit = kLossLimit;
      reach.disturb_topic(injection.target);
      break;
    case InjectionKind::kSlow:
      expected.fault = injection.target + ".failed";
      expected.limit = kSlowLimit;
      reach.slow(injection.target);
      break;
  }
  const auto fault = std::ranges::find(supervised.faults, expected.fault, &safety::FaultConfig::id);
  if (fault == supervised.faults.end())
    return error(ErrorCode::kInvalidArgument, "injection '{}:{}': '{}' supervises no fault '{}' that would tell of it",
                 expected.injection, expected.target, launch.name, expected.fault);
  expected.also = reach.faults();
  if (injection.kind == InjectionKind::kFreeze)  // its messages still come in time
    expected.also = missing_sensors(expected.also, supervised);
  OCELLI_ASSIGN(expected.mode, mode_after(fault - supervised.faults.begin(), supervised));
  return expected;
}

}  // namespace ocelli::launch
