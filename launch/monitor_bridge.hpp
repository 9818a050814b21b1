#pragma once
// Between the monitor library, which knows no bus, and the rest: its configuration from a launch file, and its results
// as messages.

#include <array>
#include <bitset>
#include <map>
#include <optional>
#include <string>

#include "ocelli/launch/launch_file.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/safety/monitor/monitor.hpp"

namespace ocelli::launch {

/// Topics, nodes, chains and a fault table follow from the launch file and table 1. Its `monitor` section has the
/// fields of safety::MonitorConfig: a fault with the id of a derived one replaces it, others are added.
[[nodiscard]] Result<safety::MonitorConfig> monitor_config(
    const LaunchFile& launch, const std::map<std::string, const topics::TopicKind*>& topics);

/// What the monitor has to say after a tick, of fixed size, so that the tick thread can hand it over without a lock or
/// an allocation.
struct MonitorReport {
  static constexpr std::size_t kMostEvents = 128;
  static constexpr std::size_t kMostFaults = 1024;
  static constexpr std::size_t kMostChains = 16;

  Time at{};
  std::size_t event_count = 0;
  std::array<safety::FaultEvent, kMostEvents> events{};
  bool has_state = false;  // the rest is filled in
  std::uint32_t mode = 0;
  std::uint32_t previous_mode = 0;
  Time mode_since{};
  bool is_starting = false;
  bool is_recovery_requested = false;
  std::bitset<kMostFaults> active;
  std::array<safety::ChainStatistics, kMostChains> chains{};
  safety::MonitorCounters counters;
};

/// Fills the report from the tick that was just made; the state every 100 ms and at each change of mode.
class MonitorReporter {
 public:
  /// True when there is anything to say.
  bool fill(const safety::Monitor& monitor, Time now, MonitorReport& report);

 private:
  std::optional<std::uint32_t> mode_;  // none: nothing was told yet
  std::uint32_t previous_mode_ = 0;
  Time next_state_{};
};

/// These use only what is constant after Monitor::create(), so they may run beside the tick thread.
[[nodiscard]] ocelli::msg::Fault to_message(const safety::FaultEvent& event, const safety::Monitor& monitor);
[[nodiscard]] ocelli::msg::SafetyState to_message(const MonitorReport& report, const safety::Monitor& monitor);

}  // namespace ocelli::launch
