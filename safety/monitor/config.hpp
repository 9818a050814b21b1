#pragma once
// What the monitor is told at load time: plain structs with defaults. Launch fills them from table 1, the launch file
// and YAML; Monitor::create checks them. Must not know: YAML, the bus, payloads.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::safety {

enum class Asil : std::uint8_t { kQm, kA, kB, kC, kD };
constexpr auto enum_names(Asil) {
  using P = std::pair<std::string_view, Asil>;
  return std::array{P{"QM", Asil::kQm}, P{"A", Asil::kA}, P{"B", Asil::kB}, P{"C", Asil::kC}, P{"D", Asil::kD}};
}
[[nodiscard]] constexpr std::string_view to_string(Asil asil) {
  return enum_names(asil)[static_cast<std::size_t>(asil)].first;
}

/// What the quality values of an observation of a topic mean.
enum class QualityKind : std::uint8_t { kNone, kImage, kCloud, kScan, kSensors };
constexpr auto enum_names(QualityKind) {
  using P = std::pair<std::string_view, QualityKind>;
  return std::array{P{"none", QualityKind::kNone}, P{"image", QualityKind::kImage}, P{"cloud", QualityKind::kCloud},
                    P{"scan", QualityKind::kScan}, P{"sensors", QualityKind::kSensors}};
}

/// A supervised topic instance.
struct TopicConfig {
  std::string name;
  Duration period{};                     // 0: on change, nothing periodic is supervised
  Duration max_gap{};                    // 0: two periods
  Duration transport_budget = 50ms;      // published → received
  std::vector<std::string> receivers{};  // nodes whose reception is awaited: lateness is then seen by timer too
  QualityKind quality = QualityKind::kNone;
  Duration loss_shows_within{};  // without a period: a gap shows by then, 0: nobody knows when
  static constexpr auto fields() {
    return std::tuple{
        required(field("name", &TopicConfig::name, "topic instance")),
        field("period", &TopicConfig::period, "s", 0, 3600, "nominal distance of messages, 0: on change"),
        field("max_gap", &TopicConfig::max_gap, "s", 0, 3600, "silence after this, 0: two periods"),
        field("loss_shows_within", &TopicConfig::loss_shows_within, "s", 0, 3600,
              "of a topic without period: a gap in its sequence shows by then, 0: not known"),
        field("transport_budget", &TopicConfig::transport_budget, "s", 1e-6, 3600, "published to received"),
        field("receivers", &TopicConfig::receivers, "nodes that must get every message"),
        field("quality", &TopicConfig::quality, "meaning of the quality values")};
  }
};

/// AUTOSAR-style alive supervision: `min`..`max` indications per `cycle`, `tolerance` failed cycles in a row.
struct AliveConfig {
  Duration cycle{};  // 0: alive supervision is off
  std::uint32_t min = 1;
  std::uint32_t max = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t tolerance = 0;
  static constexpr auto fields() {
    return std::tuple{field("cycle", &AliveConfig::cycle, "s", 0, 3600, "reference cycle, 0: off"),
                      field("min", &AliveConfig::min, "", 0, 1e9, "fewest indications per cycle"),
                      field("max", &AliveConfig::max, "", 0, 4294967295.0, "most indications per cycle"),
                      field("tolerance", &AliveConfig::tolerance, "", 0, 1000, "failed cycles before expiry")};
  }
};

/// A step of a node as the logical supervision sees it: what the node received, was activated by, or published.
enum class CheckpointKind : std::uint8_t { kReceive, kActivation, kPublish };
constexpr auto enum_names(CheckpointKind) {
  using P = std::pair<std::string_view, CheckpointKind>;
  return std::array{P{"receive", CheckpointKind::kReceive}, P{"activation", CheckpointKind::kActivation},
                    P{"publish", CheckpointKind::kPublish}};
}
struct CheckpointConfig {
  std::string name;
  CheckpointKind kind = CheckpointKind::kActivation;
  std::string topic{};
  bool is_initial = false;
  bool is_final = false;
  std::vector<std::string> next{};  // names of the checkpoints that may follow
  static constexpr auto fields() {
    return std::tuple{required(field("name", &CheckpointConfig::name, "name inside the node")),
                      field("kind", &CheckpointConfig::kind, "receive, activation or publish"),
                      required(field("topic", &CheckpointConfig::topic, "which topic")),
                      field("is_initial", &CheckpointConfig::is_initial, "a run may start here"),
                      field("is_final", &CheckpointConfig::is_final, "a run may end here"),
                      field("next", &CheckpointConfig::next, "checkpoints that may follow")};
  }
};

/// A supervised node or source instance.
struct NodeConfig {
  std::string name;
  Duration period{};      // distance of activations, 0: on demand
  Duration max_gap{};     // 0: two periods
  Duration min_time{};    // shortest believable step
  std::string trigger{};  // topic whose reception starts a step; lets a step that never ends be seen by timer
  Duration deadline{};    // longest time from the reception (without trigger: from its beginning) to the step's end
  AliveConfig alive{};
  std::vector<CheckpointConfig> checkpoints{};  // empty: no logical supervision
  Duration step_period{};  // distance of activations that work, where others are passed over; 0: period
  static constexpr auto fields() {
    return std::tuple{required(field("name", &NodeConfig::name, "node or source instance")),
                      field("period", &NodeConfig::period, "s", 0, 3600, "distance of activations, 0: on demand"),
                      field("step_period", &NodeConfig::step_period, "s", 0, 3600,
                            "distance of the activations that work, where others are passed over; 0: period"),
                      field("max_gap", &NodeConfig::max_gap, "s", 0, 3600, "silence after this, 0: two periods"),
                      field("min_time", &NodeConfig::min_time, "s", 0, 3600, "shortest believable step"),
                      field("trigger", &NodeConfig::trigger, "topic whose reception starts a step"),
                      field("deadline", &NodeConfig::deadline, "s", 0, 3600, "longest allowed step, 0: any"),
                      field("alive", &NodeConfig::alive, "indications per reference cycle"),
                      field("checkpoints", &NodeConfig::checkpoints, "graph of allowed orders")};
  }
};

/// One hop of a chain: the node that takes the previous topic, and the topic it publishes.
struct HopConfig {
  std::string node;
  std::string topic;
  static constexpr auto fields() {
    return std::tuple{required(field("node", &HopConfig::node, "who works on the previous topic")),
                      required(field("topic", &HopConfig::topic, "what it publishes"))};
  }
};

/// A cause-effect chain. Hops are needed for per-hop attribution, and for fan-in of three or more sources (a lineage
/// names only the oldest and the newest source).
struct ChainConfig {
  std::string name;
  std::string from;               // sensor topic
  std::string to;                 // output topic
  Duration reaction_budget{};     // sensed → first affected output
  Duration age_budget{};          // 0: not supervised
  std::uint32_t m = 1;            // at least m hits in every
  std::uint32_t k = 1;            // k consecutive source messages
  std::vector<HopConfig> hops{};  // the last hop's topic is `to`
  static constexpr auto fields() {
    return std::tuple{
        required(field("name", &ChainConfig::name, "name of the chain")),
        required(field("from", &ChainConfig::from, "sensor topic")),
        required(field("to", &ChainConfig::to, "output topic")),
        required(field("reaction_budget", &ChainConfig::reaction_budget, "s", 1e-6, 3600, "sensed to first output")),
        field("age_budget", &ChainConfig::age_budget, "s", 0, 3600, "age of the data in an output, 0: any"),
        field("m", &ChainConfig::m, "", 1, 64, "hits needed"),
        field("k", &ChainConfig::k, "", 1, 64, "in a row"),
        field("hops", &ChainConfig::hops, "path, for attribution")};
  }
};

enum class DebounceKind : std::uint8_t { kCounter, kTime };
constexpr auto enum_names(DebounceKind) {
  using P = std::pair<std::string_view, DebounceKind>;
  return std::array{P{"counter", DebounceKind::kCounter}, P{"time", DebounceKind::kTime}};
}

/// AUTOSAR Dem debouncing. The default confirms at the first pre-failed and passes at the first pre-passed.
struct DebounceConfig {
  DebounceKind kind = DebounceKind::kCounter;
  std::int32_t increment = 1;
  std::int32_t decrement = 1;
  std::int32_t failed_threshold = 1;
  std::int32_t passed_threshold = -1;
  bool jumps_up = true;  // a pre-failed below jump_up_value starts there
  std::int32_t jump_up_value = 0;
  bool jumps_down = true;  // a pre-passed above jump_down_value starts there
  std::int32_t jump_down_value = 0;
  Duration failed_after{};  // kind time: pre-failed must last this long
  Duration passed_after{};
  static constexpr auto fields() {
    return std::tuple{
        field("kind", &DebounceConfig::kind, "counter or time"),
        field("increment", &DebounceConfig::increment, "", 1, 32767, "per pre-failed"),
        field("decrement", &DebounceConfig::decrement, "", 1, 32768, "per pre-passed"),
        field("failed_threshold", &DebounceConfig::failed_threshold, "", 1, 32767, "failed at"),
        field("passed_threshold", &DebounceConfig::passed_threshold, "", -32768, -1, "passed at"),
        field("jumps_up", &DebounceConfig::jumps_up, "a pre-failed starts at jump_up_value"),
        field("jump_up_value", &DebounceConfig::jump_up_value, "", -32768, 32767, "where a pre-failed starts"),
        field("jumps_down", &DebounceConfig::jumps_down, "a pre-passed starts at jump_down_value"),
        field("jump_down_value", &DebounceConfig::jump_down_value, "", -32768, 32767, "where a pre-passed starts"),
        field("failed_after", &DebounceConfig::failed_after, "s", 0, 3600, "time debounce: failed after"),
        field("passed_after", &DebounceConfig::passed_after, "s", 0, 3600, "time debounce: passed after")};
  }
};

/// Failed after `failed` pre-failed in a row, passed after `passed` pre-passed in a row.
[[nodiscard]] inline DebounceConfig debounce_by_count(std::int32_t failed, std::int32_t passed) {
  DebounceConfig config{};
  config.failed_threshold = failed;
  config.passed_threshold = -passed;
  return config;
}

[[nodiscard]] inline DebounceConfig debounce_by_time(Duration failed_after, Duration passed_after) {
  DebounceConfig config{};
  config.kind = DebounceKind::kTime;
  config.failed_after = failed_after;
  config.passed_after = passed_after;
  return config;
}

/// A parameter of a detector; the unit is in its name ("max_gap_ms"). Known names: the detector's row in table 3.
struct ParameterValue {
  std::string name;
  double value = 0.0;
  static constexpr auto fields() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return std::tuple{required(field("name", &ParameterValue::name, "as in `ocelli detectors`")),
                      required(field("value", &ParameterValue::value, "", -kInfinity, kInfinity, "in its unit"))};
  }
};

/// A row of the fault table.
struct FaultConfig {
  std::string id;        // failure mode, "camera/front.frozen"
  std::string detector;  // row of table 3
  std::string target;    // topic, node or chain; "monitor" for the monitor itself
  std::vector<ParameterValue> parameters{};
  DebounceConfig debounce{};
  Asil asil = Asil::kQm;
  Duration assumed_ftti{};  // an item-level value, so an assumption: say where it comes from
  std::string ftti_source{};
  Duration frti = 50ms;                   // from detection to the safe state
  double fit_share = 0.0;                 // share of the part's failure rate that is this mode, 0…1
  std::string mode{};                     // the mode machine goes at least this far down, "" = decided by `takes` alone
  std::vector<std::string> takes{};       // capabilities that are gone while the fault is there
  std::uint32_t confirmation_cycles = 1;  // operation cycles with a failure until the UDS status says confirmed
  std::uint32_t healing_cycles = 3;       // passed operation cycles until the warning goes out
  std::uint32_t ageing_cycles = 40;       // passed operation cycles until the confirmation is forgotten
  std::string place{};                    // where it is written, for messages; may be empty

  /// "demo.yaml:25:7: fault 'camera/front.frozen'".
  [[nodiscard]] std::string label() const { return place + (place.empty() ? "" : ": ") + "fault '" + id + "'"; }
  /// The detector's parameter of this name, else `otherwise`.
  [[nodiscard]] double parameter(std::string_view name, double otherwise) const {
    const auto at = std::ranges::find(parameters, name, &ParameterValue::name);
    return at == parameters.end() ? otherwise : at->value;
  }

  static constexpr auto fields() {
    return std::tuple{
        required(field("id", &FaultConfig::id, "failure-mode id")),
        required(field("detector", &FaultConfig::detector, "row of the detector table")),
        required(field("target", &FaultConfig::target, "topic, node or chain")),
        field("parameters", &FaultConfig::parameters, "parameters of the detector"),
        field("debounce", &FaultConfig::debounce, "how often or long before it counts"),
        field("asil", &FaultConfig::asil, "integrity level"),
        required(field("assumed_ftti", &FaultConfig::assumed_ftti, "s", 1e-6, 3600, "fault-tolerant time interval")),
        required(field("ftti_source", &FaultConfig::ftti_source, "where assumed_ftti comes from")),
        field("frti", &FaultConfig::frti, "s", 1e-6, 3600, "fault reaction time"),
        field("fit_share", &FaultConfig::fit_share, "", 0, 1, "share of the part's failure rate"),
        field("mode", &FaultConfig::mode, "mode it leads to"),
        field("takes", &FaultConfig::takes, "capabilities it takes away"),
        field("confirmation_cycles", &FaultConfig::confirmation_cycles, "", 1, 255, "failed cycles until confirmed"),
        field("healing_cycles", &FaultConfig::healing_cycles, "", 1, 255, "passed cycles until the warning ends"),
        field("ageing_cycles", &FaultConfig::ageing_cycles, "", 1, 255, "passed cycles until forgotten")};
  }
};

/// Sensors whose loss a fault of `missing_sensor` is, as bits of SOURCE_*; all unless it says which.
[[nodiscard]] inline std::uint32_t sensors_of(const FaultConfig& fault) {
  constexpr double kAll = 7;
  return static_cast<std::uint32_t>(fault.parameter("sensors", kAll));
}

/// How a mode is left towards a better one.
enum class Recovery : std::uint8_t { kAutomatic, kOnRequest, kNever };
constexpr auto enum_names(Recovery) {
  using P = std::pair<std::string_view, Recovery>;
  return std::array{P{"automatic", Recovery::kAutomatic}, P{"on_request", Recovery::kOnRequest},
                    P{"never", Recovery::kNever}};
}

[[nodiscard]] constexpr std::string_view to_string(Recovery recovery) {
  return enum_names(recovery)[static_cast<std::size_t>(recovery)].first;
}

/// A mode. Modes are listed from best to worst; the machine takes the first that the faults leave possible.
struct ModeConfig {
  std::string name;
  std::vector<std::string> needs{};  // capabilities
  Recovery recovery = Recovery::kAutomatic;
  Duration recover_after = 1s;  // hysteresis: all causes healed for this long
  Duration max_dwell{};         // 0: may stay; else goes on to `then`
  std::string then{};
  Duration
      reached_within{};  // from the decision until the vehicle is in the mode; in the frti of faults that lead here
  double speed_max_mps = -1.0;  // what the mode allows its consumer; negative: not limited
  double range_max_m = -1.0;    // tracks beyond are not to be relied on; negative: not limited
  bool is_stop = false;         // a request to bring the vehicle to a safe stop
  static constexpr auto fields() {
    return std::tuple{required(field("name", &ModeConfig::name, "name of the mode")),
                      field("needs", &ModeConfig::needs, "capabilities without which the mode is impossible"),
                      field("recovery", &ModeConfig::recovery, "automatic, on_request or never"),
                      field("recover_after", &ModeConfig::recover_after, "s", 0, 86400, "causes healed for this long"),
                      field("max_dwell", &ModeConfig::max_dwell, "s", 0, 86400, "longest stay, 0: any"),
                      field("then", &ModeConfig::then, "mode after max_dwell"),
                      field("reached_within", &ModeConfig::reached_within, "s", 0, 3600, "from decision to arrival"),
                      field("speed_max_mps", &ModeConfig::speed_max_mps, "m/s", -1, 100, "limit, negative: none"),
                      field("range_max_m", &ModeConfig::range_max_m, "m", -1, 1000,
                            "tracks beyond are not to be relied on, negative: no limit"),
                      field("is_stop", &ModeConfig::is_stop, "a request to bring the vehicle to a safe stop")};
  }
};

/// nominal → degraded → minimal_risk → safe_stop.
[[nodiscard]] inline std::vector<ModeConfig> default_modes() {
  return {{"nominal", {}, Recovery::kAutomatic, 1s, {}, ""},
          {"degraded", {}, Recovery::kAutomatic, 1s, {}, ""},
          {"minimal_risk", {}, Recovery::kOnRequest, 1s, 60s, "safe_stop"},
          {"safe_stop", {}, Recovery::kNever, 1s, {}, "", {}, 0.0, -1.0, true}};
}

/// The mode before everything was seen once: nobody may drive on what is not known yet. Not one of those that are
/// ranked: no fault leads to it, and it ends with the start-up.
[[nodiscard]] inline ModeConfig start_mode() {
  return {"starting", {}, Recovery::kAutomatic, {}, {}, "", {}, 0.0, 0.0, false};
}

struct MonitorConfig {
  Duration tick_period = 10ms;
  Duration observation_delay = 20ms;      // an observation is in the monitor this long after its stamp, at the latest
  Duration jitter = 60ms;                 // of the supervised activities, counted in every FDTI
  Duration start_by = 10s;                // from the first tick: what was not seen by then is silent; the mode until
                                          // everything was seen is start_mode()
  std::uint32_t max_observations = 4096;  // between two ticks; more is data loss
  std::uint32_t expired_tolerance = 0;    // global status: expired cycles before STOPPED
  double least_margin = 0.0;              // share of every assumed FTTI that FDTI + FRTI must leave free
  std::vector<TopicConfig> topics{};
  std::vector<NodeConfig> nodes;
  std::vector<ChainConfig> chains{};
  std::vector<FaultConfig> faults{};
  std::vector<ModeConfig> modes = default_modes();
  static constexpr auto fields() {
    return std::tuple{
        field("tick_period", &MonitorConfig::tick_period, "s", 1e-4, 1, "distance of evaluations"),
        field("observation_delay", &MonitorConfig::observation_delay, "s", 0, 10, "way of an observation, at most"),
        field("jitter", &MonitorConfig::jitter, "s", 0, 10, "of the supervised activities"),
        field("start_by", &MonitorConfig::start_by, "s", 0, 3600, "what is not there by then is silent"),
        field("max_observations", &MonitorConfig::max_observations, "", 1, 1048576, "between two ticks"),
        field("expired_tolerance", &MonitorConfig::expired_tolerance, "", 0, 1e6, "expired cycles before STOPPED"),
        field("least_margin", &MonitorConfig::least_margin, "", 0, 0.9, "share of an FTTI that must stay free"),
        field("topics", &MonitorConfig::topics, "supervised topics"),
        field("nodes", &MonitorConfig::nodes, "supervised nodes and sources"),
        field("chains", &MonitorConfig::chains, "cause-effect chains"),
        field("faults", &MonitorConfig::faults, "fault table"),
        field("modes", &MonitorConfig::modes, "best first")};
  }
};

}  // namespace ocelli::safety
