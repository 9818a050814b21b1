#pragma once
// The safety monitor: observations in, faults and modes out. A library without bus, clock, threads or I/O; the same
// code runs on the tick thread of the monitor process and in the logical executor.
//
//   OCELLI_ASSIGN(const auto monitor, Monitor::create(config));
//   while (…) {
//     while (queue.pop(observation)) monitor->observe(observation);
//     monitor->count_lost(queue.take_overflows());
//     monitor->tick(now);
//     for (const FaultEvent& event : monitor->events()) …
//   }
//
// After create() nothing allocates, throws or blocks, and the work of a tick is bounded by the number of observations
// and of configured things. Observations of one tick are evaluated in the order of their time stamps; supervision,
// which depends on the order of events, waits until everything that was stamped before has had its time to arrive.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/monitor/chain.hpp"
#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/detectors/detectors.hpp"
#include "ocelli/safety/monitor/dispatch.hpp"
#include "ocelli/safety/monitor/fault_table.hpp"
#include "ocelli/safety/monitor/modes.hpp"
#include "ocelli/safety/monitor/node_supervisor.hpp"
#include "ocelli/safety/monitor/stamp_order.hpp"
#include "ocelli/safety/monitor/topic_meter.hpp"

namespace ocelli::safety {

struct MonitorCounters {
  std::uint64_t observations = 0;
  std::uint64_t lost_observations = 0;  // the queue or the tick's buffer was full
  std::uint64_t unknown = 0;            // neither topic nor node is supervised
  std::uint64_t ticks = 0;
  std::uint64_t late_ticks = 0;        // more than kLateTicks periods after the one before
  std::uint64_t clock_steps_back = 0;  // ticks with a time before the one of the tick before, or an impossible one
  std::uint64_t dropped_events = 0;    // changes that found no room among the events of their tick
  std::uint64_t damaged = 0;  // observations with impossible stamps or kinds, or from the future: count as lost
};

class Monitor {
 public:
  /// A tick this many periods late means that this machine was starved, the senders of observations too: timers wait
  /// one observation_delay for what is still on its way.
  static constexpr int kLateTicks = 5;
  /// After so many ticks in a row that went back it was the one before them that was wrong: time goes on from there.
  static constexpr int kBackTicks = 10;

  /// `start_by` of a monitor that goes on where another life of it ended: time for its senders to find it.
  static constexpr Duration kResumeBy = 3s;

  /// Refuses, all mistakes at once: unknown or repeated names, values out of range, parameters that a detector does
  /// not have, modes that are a dead end, and faults whose FDTI + FRTI is not below their assumed FTTI.
  static Result<std::unique_ptr<Monitor>> create(const MonitorConfig& config,
                                                 std::span<const DetectorRow> table = detectors());
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  void observe(const Observation& observation);
  /// Observations that were lost before they came here.
  void count_lost(std::uint64_t observations);
  /// `now` must not go back; if it does, time stands still for kBackTicks, it is counted, and `tick_late` reports it.
  void tick(Time now);

  /// Changes of the last tick, in the order in which they happened; faults() tells the state even when one was dropped.
  [[nodiscard]] std::span<const FaultEvent> events() const { return events_; }
  [[nodiscard]] const std::optional<ModeChange>& mode_change() const { return mode_change_; }

  [[nodiscard]] std::uint32_t mode() const { return modes_.mode(); }
  [[nodiscard]] std::string_view mode_name() const { return modes_.name(); }
  [[nodiscard]] std::string_view mode_name(std::uint32_t mode) const { return modes_.name(mode); }
  [[nodiscard]] Time mode_since() const { return modes_.since(); }
  [[nodiscard]] bool has_capability(std::string_view name) const { return modes_.has(name); }
  /// What the current mode allows.
  [[nodiscard]] ModeConfig mode_config(std::uint32_t mode) const {
    return mode == modes_.start() ? start_mode() : config_.modes[mode];
  }
  /// Not everything was seen yet.
  [[nodiscard]] bool is_starting() const { return modes_.is_held(); }
  void request_recovery() { modes_.request_recovery(); }
  [[nodiscard]] bool is_recovery_requested() const { return modes_.is_recovery_requested(); }
  /// The mode that another life of this monitor was in since `since`; only before the first tick. One that is not left
  /// by itself goes on; any other begins with `starting`, which then ends in no better mode, and soon: what was there
  /// before is seen within kResumeBy, or is gone. Error: no such mode.
  Status resume(std::string_view mode, Time since);

  /// The fault table, indexed as in the configuration.
  [[nodiscard]] std::span<const Fault> faults() const { return faults_; }
  [[nodiscard]] std::size_t active_faults() const { return active_; }
  [[nodiscard]] std::span<const ChainTracker> chains() const { return chains_; }
  [[nodiscard]] std::span<const TopicMeter> topics() const { return meters_; }
  [[nodiscard]] std::span<const NodeSupervisor> nodes() const { return nodes_; }
  [[nodiscard]] const GlobalSupervision& global() const { return global_; }
  /// False: stop feeding the hardware watchdog.
  [[nodiscard]] bool may_feed_watchdog() const {
    return global_.status() != GlobalStatus::kStopped && global_.is_intact();
  }
  [[nodiscard]] const MonitorCounters& counters() const { return counters_; }
  [[nodiscard]] const MonitorConfig& config() const { return config_; }

  /// A new operation cycle (ignition) for confirmation, healing and ageing.
  void begin_operation_cycle();
  /// The tester's "clear diagnostic information": what is active stays active.
  void clear_fault_memory();
  /// The node was restarted: its expired supervision begins anew.
  void restart(EntityId node);
  /// The run has not begun: `start_by` counts from the next tick at the earliest.
  void put_off_start() { is_put_off_ = true; }
  /// Controlled shutdown: from now on nothing is late or silent.
  void stand_down() { is_standing_down_ = true; }

 private:
  struct Builder;
  Monitor(const MonitorConfig& config, ModeMachine modes);

  struct Held {  // for supervision
    Indication indication;
    std::uint32_t supervisor;
    Time at;  // the stamp, or its arrival when that was before
  };

  Time believed(Time now);
  void dispatch(const Observation& observation, Time now);
  void advance(Time now);
  void supervise();
  void end_start();
  void run_timers(Time now, Duration gap);
  void report(std::uint32_t fault, const Verdict& verdict, Time now) {
    if (faults_[fault].note(verdict)) judge(fault, now);
  }
  void judge(std::uint32_t fault, Time now);
  void follow_up(std::uint32_t fault, bool was_active);

  MonitorConfig config_;
  std::vector<ChainTracker> chains_;
  std::vector<NodeSupervisor> nodes_;
  std::vector<TopicMeter> meters_;
  std::vector<Fault> faults_;
  ModeMachine modes_;
  GlobalSupervision global_;
  std::vector<LocalStatus> locals_;

  // The lists of an id: what is measured, and from the last one on the faults by ObservationKind.
  static constexpr std::size_t kKinds = 4;
  enum TopicList : std::uint8_t { kMeters, kChains, kTopicFaults };
  enum NodeList : std::uint8_t { kSupervisors, kNodeFaults };
  Dispatch<kTopicFaults + kKinds> of_topic_;
  Dispatch<kNodeFaults + kKinds> of_node_;
  std::vector<std::uint32_t> awaited_;       // faults whose first result the start-up waits for
  std::vector<std::uint32_t> timed_faults_;  // those that a tick without observations can change

  std::vector<Observation> buffer_;  // of the running tick
  StampOrder order_;                 // of the buffer
  std::vector<Held> fresh_;          // of the running tick, by time
  std::vector<Held> held_;           // of earlier ticks, not settled yet, by time
  std::vector<Held> still_held_;
  std::vector<FaultEvent> events_;
  std::optional<ModeChange> mode_change_;
  MonitorCounters counters_;
  std::size_t active_ = 0;
  Time started_at_{};
  Duration start_by_;
  Time now_{};
  Time settled_{};
  Time hold_until_{};
  int back_ticks_ = 0;  // in a row
  bool has_started_ = false;
  bool is_put_off_ = false;
  bool is_standing_down_ = false;
};

}  // namespace ocelli::safety
