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

class Fault {
 public:
  Fault(const FaultConfig& config, const DetectorRow& row, std::unique_ptr<Detector> detector,
        const TimingBudget& timing);

  /// A verdict at tick `now`; appends at most one event per call.
  void report(const Verdict& verdict, Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  /// Lets time debouncing run.
  void tick(Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  void begin_operation_cycle() { uds_.begin_cycle(); }
  /// Forgets the past, not the detector: as the tester's "clear".
  void clear_memory() { uds_.clear_all(); }

  [[nodiscard]] Detector& detector() { return *detector_; }
  [[nodiscard]] const FaultConfig& config() const { return config_; }
  [[nodiscard]] const DetectorRow& row() const { return *row_; }
  [[nodiscard]] const TimingBudget& timing() const { return timing_; }
  [[nodiscard]] FaultState state() const { return state_; }
  [[nodiscard]] bool is_active() const { return state_ == FaultState::kConfirmed; }
  [[nodiscard]] std::int8_t fdc() const { return debounce_.fdc(); }
  [[nodiscard]] std::uint8_t uds_status() const { return uds_.byte(); }
  [[nodiscard]] Time since() const { return since_; }
  [[nodiscard]] std::uint64_t occurrences() const { return occurrences_; }
  [[nodiscard]] const Verdict& last() const { return last_; }

 private:
  void settle(Time now, std::uint32_t index, std::vector<FaultEvent>& events);
  void change(FaultState state, Time evidence_at, Time now, std::uint32_t index, std::vector<FaultEvent>& events);

  FaultConfig config_;
  const DetectorRow* row_;
  std::unique_ptr<Detector> detector_;
  TimingBudget timing_;
  Debounce debounce_;
  UdsStatus uds_;
  FaultState state_ = FaultState::kPassed;
  Verdict last_;        // newest verdict
  Verdict worst_;       // newest pre-failed
  Time evidence_at_{};  // first pre-failed of this episode
  Time since_{};
  std::uint64_t occurrences_ = 0;
};

}  // namespace ocelli::safety
