#include "ocelli/launch/faults/fault_messages.hpp"

#include <algorithm>

namespace ocelli::launch {
namespace {

constexpr int kStatesToBelieve = 2;  // the message of a fault may come a little after the state that names it

Time time_of(const builtin_interfaces::msg::Time& time) {
  return Time{std::chrono::seconds(time.sec()) + std::chrono::nanoseconds(time.nanosec())};
}

const char* name_of(ocelli::msg::FaultState state) {
  switch (state) {
    case ocelli::msg::FAULT_PASSED: return "passed";
    case ocelli::msg::FAULT_PENDING: return "pending";
    case ocelli::msg::FAULT_CONFIRMED: return "confirmed";
    case ocelli::msg::FAULT_HEALED: return "healed";
  }
  return "unknown";
}

}  // namespace

FaultLedger::FaultLedger(std::string run, std::span<const StoredFault> faults, std::span<const StoredMode> modes)
    : run_(std::move(run)) {
  for (const StoredFault& fault : faults) told_[fault.id].last = fault;
  if (!modes.empty()) mode_ = modes.back();
}

StoreEntry FaultLedger::on_fault(const ocelli::msg::Fault& fault) {
  StoredFault stored;
  stored.run = run_;
  stored.at = time_of(fault.header().stamp());
  stored.id = fault.id();
  stored.detector = fault.detector();
  stored.entity = fault.entity();
  stored.state = name_of(fault.state());
  stored.asil = fault.asil();
  stored.evidence_at = from_ns(fault.evidence_at());
  stored.detected_at = from_ns(fault.detected_at());
  stored.value = fault.value();
  stored.limit = fault.limit();
  stored.unit = fault.unit();
  stored.detail = fault.detail();
  told_[fault.id()] = {stored, 0};
  return stored;
}

std::vector<StoreEntry> FaultLedger::on_state(const ocelli::msg::SafetyState& state) {
  std::vector<StoreEntry> entries;
  const Time at = time_of(state.header().stamp());
  // The same mode since another time was left meanwhile and entered again.
  if (state.mode() != mode_.mode || from_ns(state.mode_since()) != mode_.at) {
    // The monitor's own word first: a mode that lasted shortly may have been missed.
    const bool is_told = !state.previous_mode().empty() && state.previous_mode() != state.mode();
    const std::string previous = is_told || !has_heard_mode_ ? state.previous_mode() : mode_.mode;
    mode_ = {run_, from_ns(state.mode_since()), state.mode(), previous};
    entries.emplace_back(mode_);
  }
  has_heard_mode_ = true;
  const auto& active = state.active_faults();
  for (const std::string& id : active) told_.try_emplace(id);
  for (auto& [id, told] : told_) {
    const bool is_active = std::ranges::find(active, id) != active.end();
    // A monitor that was started again does not know yet what an earlier one knew.
    if (is_active || !state.is_starting()) compare(id, is_active, at, entries);
  }
  return entries;
}

/// A state from before the fault's last message says nothing about it.
void FaultLedger::compare(const std::string& id, bool is_active, Time at, std::vector<StoreEntry>& entries) {
  Told& told = told_.at(id);
  if (is_active == told.is_active()) told.doubts = 0;
  if (is_active == told.is_active() || at <= told.last.at || ++told.doubts < kStatesToBelieve) return;
  StoredFault stored;
  stored.run = run_;
  stored.at = at;
  stored.id = id;
  stored.detector = told.last.detector;
  stored.entity = told.last.entity;
  stored.asil = told.last.asil;
  stored.state = is_active ? "confirmed" : "healed";
  stored.detail = is_active ? "named active by the safety state; the fault's own message was missed"
                            : "no longer named active by the safety state; the fault's own message was missed";
  told = {stored, 0};
  entries.emplace_back(std::move(stored));
}

}  // namespace ocelli::launch
