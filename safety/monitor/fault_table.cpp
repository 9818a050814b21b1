#include "ocelli/safety/monitor/fault_table.hpp"

namespace ocelli::safety {

Fault::Fault(const FaultConfig& config, const DetectorRow& row, std::unique_ptr<Detector> detector,
             const TimingBudget& timing)
    : detector_(std::move(detector)),
      uds_(config.confirmation_cycles, config.healing_cycles, config.ageing_cycles),
      debounce_(config.debounce),
      about_(std::make_unique<const About>(About{config, &row, timing})) {}

void Fault::judge(Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
  const bool is_failing = is_bad();
  if (is_failing) {
    worst_ = last_;
    if (state_ == FaultState::kPassed || state_ == FaultState::kHealed) evidence_at_ = last_.evidence_at;
  }
  debounce_.report(last_.report, last_.evidence_at);
  is_at_rest_ = !is_failing && debounce_.is_at_rest();
  if (is_failing && debounce_.is_failed()) uds_.failed();
  if (!is_failing && debounce_.is_passed()) uds_.passed();
  if (is_failing && !debounce_.is_failed() && (state_ == FaultState::kPassed || state_ == FaultState::kHealed))
    return change(FaultState::kPending, evidence_at_, now, index, events);
  settle(now, index, events);
}

void Fault::pass_time(Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
  debounce_.tick(now);
  settle(now, index, events);
}

void Fault::settle(Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
  if (debounce_.is_failed()) {
    if (state_ == FaultState::kConfirmed) return;
    ++occurrences_;
    uds_.failed();
    return change(FaultState::kConfirmed, evidence_at_, now, index, events);
  }
  if (state_ == FaultState::kConfirmed) {
    uds_.passed();
    return change(FaultState::kHealed, last_.evidence_at, now, index, events);
  }
  if (state_ == FaultState::kPending && debounce_.fdc() <= 0 && last_.report != Report::kPreFailed)
    change(FaultState::kPassed, last_.evidence_at, now, index, events);
}

void Fault::change(FaultState state, Time evidence_at, Time now, std::uint32_t index, std::vector<FaultEvent>& events) {
  state_ = state;
  since_ = now;
  const Verdict& shown = state == FaultState::kPending || state == FaultState::kConfirmed ? worst_ : last_;
  if (events.size() < events.capacity())  // never grows: the tick thread must not allocate
    events.push_back({index, state, evidence_at, now, shown.value, shown.limit, shown.detail});
}

}  // namespace ocelli::safety
