#pragma once
// The faults at run time: each has its detector, its debouncing, its UDS status and its place in the fault table.
// Turns verdicts into fault events. Must not know where verdicts come from, nor modes.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/debounce.hpp"
#include "ocelli/safety/monitor/detectors/detector.hpp"
#include "ocelli/safety/monitor/timing.hpp"
#include "ocelli/safety/monitor/uds_status.hpp"
#include "ocelli/safety/monitor/verdict.hpp"

namespace ocelli::safety {

/// Starts a cache line, so that a verdict touches two of them.
class alignas(64) Fault {
 public:
  Fault(const FaultConfig& config, const DetectorRow& row, std::unique_ptr<Detector> detector,
        const TimingBudget& timing);

  /// A verdict at tick `now`; appends at most one event per call.
  void report(const Verdict& verdict, Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
    if (note(verdict)) judge(now, index, events);
  }
  /// The two halves of report(). False, the usual case: the verdict changes nothing.
  bool note(const Verdict& verdict) {
    if (verdict.report == Report::kNone) return false;
    last_ = verdict;
    return !is_at_rest_ || is_bad();
  }
  void judge(Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  /// Lets time debouncing run.
  void tick(Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
    if (!is_at_rest_) pass_time(now, index, events);
  }
  void begin_operation_cycle() {
    uds_.begin_cycle();
    is_at_rest_ = false;
  }
  /// Forgets the past, not the detector: as the tester's "clear".
  void clear_memory() {
    uds_.clear_all();
    is_at_rest_ = false;
  }

  [[nodiscard]] Detector& detector() { return *detector_; }
  /// False: a tick in which nothing was observed changes nothing.
  [[nodiscard]] bool needs_ticks() const { return (detector_->interests() & kTicks) != 0 || debounce_.needs_ticks(); }
  [[nodiscard]] const FaultConfig& config() const { return about_->config; }
  [[nodiscard]] const DetectorRow& row() const { return *about_->row; }
  [[nodiscard]] const TimingBudget& timing() const { return about_->timing; }
  [[nodiscard]] FaultState state() const { return state_; }
  [[nodiscard]] bool is_active() const { return state_ == FaultState::kConfirmed; }
  [[nodiscard]] std::int8_t fdc() const { return debounce_.fdc(); }
  [[nodiscard]] std::uint8_t uds_status() const { return uds_.byte(); }
  /// In this operation cycle there was a debounced result, good or bad.
  [[nodiscard]] bool is_tested() const { return (uds_.byte() & kNotCompletedThisCycle) == 0; }
  [[nodiscard]] Time since() const { return since_; }
  [[nodiscard]] std::uint64_t occurrences() const { return occurrences_; }
  [[nodiscard]] const Verdict& last() const { return last_; }

 private:
  [[nodiscard]] bool is_bad() const { return last_.report == Report::kPreFailed || last_.report == Report::kFailed; }
  void pass_time(Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  void settle(Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  void change(FaultState state, Time evidence_at, Time now, std::uint32_t index, std::vector<FaultEvent>& events);

  struct About {
    FaultConfig config;
    const DetectorRow* row;
    TimingBudget timing;
  };

  // What every verdict touches stands together; what only readers ask for is apart.
  std::unique_ptr<Detector> detector_;
  Verdict last_;  // newest
  FaultState state_ = FaultState::kPassed;
  bool is_at_rest_ = false;  // passed, and another pass changes nothing
  UdsStatus uds_;
  Debounce debounce_;
  Verdict worst_;       // newest pre-failed
  Time evidence_at_{};  // first pre-failed of this episode
  Time since_{};
  std::uint64_t occurrences_ = 0;
  std::unique_ptr<const About> about_;
};

}  // namespace ocelli::safety
