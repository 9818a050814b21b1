#include "ocelli/launch/expectation.hpp"

#include <algorithm>
#include <set>

#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/safety/monitor/modes.hpp"

namespace ocelli::launch {
namespace {

/// What each kind of fault is promised to be found within, from its onset.
constexpr Duration kFreezeLimit = 300ms;
constexpr Duration kStopLimit = 250ms;
constexpr Duration kDelayLimit = 150ms;  // or the monitor's own, where topics are slower or have larger budgets
constexpr Duration kLossLimit = 350ms;
constexpr Duration kSlowLimit = 600ms;  // late ones must follow each other, each up to the deadline

/// The sensor that a message of objects comes from, as tracks name it.
std::uint32_t sensor_of(const topics::TopicKind& kind) {
  if (kind.name == topics::LidarObjects::kName) return ocelli::msg::SOURCE_LIDAR;
  if (kind.name == topics::CameraObjects::kName) return ocelli::msg::SOURCE_CAMERA;
  if (kind.name == topics::RadarObjects::kName) return ocelli::msg::SOURCE_RADAR;
  return 0;
}

bool tells_missing_sensor(const safety::FaultConfig& fault) { return fault.detector == "missing_sensor"; }

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

  /// Sensors whose objects a fusing node may lack, as bits of SOURCE_*.
  [[nodiscard]] std::uint32_t sensors() const {
    std::uint32_t sensors = 0;
    for (const auto& shell : shells_)
      for (const node::BoundInput& input : shell->inputs())
        if (topics_.contains(input.topic) || untaken_.contains(input.topic)) sensors |= sensor_of(*input.spec.kind);
    return sensors;
  }

  /// Patterns of fault ids.
  [[nodiscard]] std::vector<std::string> patterns() const {
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

/// Indices of the supervised faults that a disturbance can cause: a sensor is missing only when it was disturbed.
std::vector<std::uint32_t> consequences(const Reach& reach, const safety::MonitorConfig& supervised) {
  const std::vector<std::string> patterns = reach.patterns();
  std::vector<std::uint32_t> faults;
  for (std::uint32_t i = 0; i < supervised.faults.size(); ++i) {
    const safety::FaultConfig& fault = supervised.faults[i];
    if (!report::matches_any(patterns, fault.id)) continue;
    if (!tells_missing_sensor(fault) || (safety::sensors_of(fault) & reach.sensors()) != 0) faults.push_back(i);
  }
  return faults;
}

/// Late by more than whoever fuses a sensor waits for it, and for long enough to tell.
bool is_missed(const PlannedInjection& injection, const safety::Fault& fault) {
  return injection.kind == InjectionKind::kDelay && injection.delay >= fault.timing().first &&
         injection.duration >= fault.timing().fdti();
}

/// Where the faults at `indices` lead: to the worst of the modes that each of them alone leads to.
Result<std::string> mode_after(const std::vector<std::uint32_t>& indices, const safety::MonitorConfig& supervised) {
  OCELLI_ASSIGN(const auto machine, safety::ModeMachine::create(supervised.modes, supervised.faults));
  std::uint32_t worst = 0;
  for (const std::uint32_t index : indices) worst = std::max(worst, machine.mode_after(index));
  return std::string(machine.name(worst));
}

}  // namespace

Result<std::vector<std::string>> faults_without(const std::vector<std::string>& topics, const LaunchFile& launch) {
  OCELLI_ASSIGN(Reach reach, Reach::of(launch));
  for (const std::string& topic : topics) reach.disturb_topic(topic);
  return reach.patterns();
}

Result<report::ExpectedFault> expectation(const PlannedInjection& injection, const LaunchFile& launch,
                                          const safety::Monitor& monitor) {
  const safety::MonitorConfig& supervised = monitor.config();
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
      expected.limit = kDelayLimit;
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
  const auto expected_at = static_cast<std::uint32_t>(fault - supervised.faults.begin());
  if (injection.kind == InjectionKind::kDelay)
    expected.limit = std::max(expected.limit, monitor.faults()[expected_at].timing().fdti());
  std::vector<std::uint32_t> causes = {expected_at};
  for (const std::uint32_t index : consequences(reach, supervised)) {
    const safety::FaultConfig& also = supervised.faults[index];
    // What is frozen still comes in time: nothing but a sensor is missing.
    if (injection.kind == InjectionKind::kFreeze && !tells_missing_sensor(also)) continue;
    expected.also.push_back(also.id);
    if (tells_missing_sensor(also) && is_missed(injection, monitor.faults()[index])) causes.push_back(index);
  }
  OCELLI_ASSIGN(expected.mode, mode_after(causes, supervised));
  return expected;
}

}  // namespace ocelli::launch
