#pragma once
// What a detector is. One instance watches one target (a topic, a node, a chain, or the monitor itself) for one
// failure mode and says pre-passed or pre-failed, once per evaluation, with what it measured and what was allowed.
// Debouncing, faults and modes come after it. Must not know payloads, clocks, other detectors; must not allocate or
// block after construction.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/monitor/chain.hpp"
#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/node_supervisor.hpp"
#include "ocelli/safety/monitor/verdict.hpp"

namespace ocelli::safety {

/// What the timer tells the detectors.
struct Tick {
  Time now{};
  Time settled{};                       // observations stamped until then have arrived
  Time start_by{};                      // what was not seen by then is silent
  Duration gap{};                       // since the tick before
  std::uint64_t lost_observations = 0;  // since the start
  bool is_start_over = false;           // it has passed
  std::uint64_t clock_steps_back = 0;   // since the start
};

/// For the timing check: worst time from the onset of a fault to the first pre-failed, and between further ones.
struct Observability {
  Duration first{};
  Duration period{};
};

/// What a detector is called for: bits, one per ObservationKind and one for the timer.
enum Interest : std::uint8_t { kPublishes = 1, kReceives = 2, kActivations = 4, kHeartbeats = 8, kTicks = 16 };
[[nodiscard]] constexpr int interest_in(ObservationKind kind) { return 1 << static_cast<int>(kind); }

class Detector {
 public:
  virtual ~Detector() = default;
  /// Interest bits; must not change after construction.
  [[nodiscard]] virtual int interests() const = 0;
  /// An observation of the target, of a kind among the interests; ordered by time stamp within a tick.
  [[nodiscard]] virtual Verdict observe(const Observation& /*observation*/) { return {}; }
  /// After the observations of the tick; only with kTicks.
  [[nodiscard]] virtual Verdict tick(const Tick& /*tick*/) { return {}; }
  [[nodiscard]] virtual Observability observability() const = 0;
  /// What sees messages only has no bound of its detection time where they have no period.
  [[nodiscard]] virtual bool needs_period() const { return (interests() & kTicks) == 0; }
  /// Its first result says whether the target is there at all, and comes by the end of the start-up.
  [[nodiscard]] virtual bool tells_presence() const { return false; }
};

enum TargetKind : std::uint8_t {
  kTopicTarget = 1,
  kNodeTarget = 2,
  kChainTarget = 4,
  kMonitorTarget = 8,
  kNodeFirst = 16  // no kind: of a node and its topic of one name, the node is meant
};

struct ParameterSpec {
  std::string_view name;  // with its unit
  double low;
  double high;
  std::string_view meaning;
};

/// Everything a detector may need at construction. Pointers are set according to the kind of the target, and live as
/// long as the monitor.
struct DetectorSetup {
  const MonitorConfig* monitor = nullptr;
  const FaultConfig* fault = nullptr;
  TargetKind kind{};
  const TopicConfig* topic = nullptr;
  const NodeConfig* node = nullptr;
  NodeSupervisor* supervisor = nullptr;
  ChainTracker* chain = nullptr;
  Duration chain_period{};  // of the chain's source topic

  /// The parameter's value in the fault table, else `otherwise`.
  [[nodiscard]] double parameter(std::string_view name, double otherwise) const {
    return fault->parameter(name, otherwise);
  }
  /// The same for a duration written in milliseconds ("…_ms").
  [[nodiscard]] Duration parameter_ms(std::string_view name, Duration otherwise) const {
    return from_seconds(parameter(name, to_milliseconds(otherwise)) * 1e-3);
  }
};

using DetectorResult = Result<std::unique_ptr<Detector>>;

/// A row of table 3.
struct DetectorRow {
  std::string_view name;
  std::string_view failure_mode;
  std::string_view watches;
  std::string_view unit;  // of value and limit
  int targets;            // TargetKind bits
  std::span<const ParameterSpec> parameters;
  DetectorResult (*make)(const DetectorSetup&);
};

}  // namespace ocelli::safety
