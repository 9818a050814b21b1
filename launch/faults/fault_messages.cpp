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

FaultLedger::FaultLedger(std::string run, std::span<const StoredFault> known) : run_(std::move(run)) {
  for (const StoredFault& fault : known) is_active_[fault.id] = fault.state == "confirmed";
}

StoreEntry FaultLedger::on_fault(const ocelli::msg::Fault& fault) {
  is_active_[fault.id()] = fault.state() == ocelli::msg::FAULT_CONFIRMED;
  untold_.erase(fault.id());
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
  return stored;
}

std::vector<StoreEntry> FaultLedger::on_state(const ocelli::msg::SafetyState& state) {
  std::vector<StoreEntry> entries;
  const Time at = time_of(state.header().stamp());
  if (state.mode() != mode_) {
    entries.emplace_back(
        StoredMode{run_, from_ns(state.mode_since()), state.mode(), mode_.empty() ? state.previous_mode() : mode_});
    mode_ = state.mode();
  }
  const auto& active = state.active_faults();
  std::erase_if(untold_, [&](const auto& entry) { return std::ranges::find(active, entry.first) == active.end(); });
  for (const std::string& id : active) {
    const auto told = is_active_.find(id);
    if (told != is_active_.end() && told->second) continue;
    if (++untold_[id] < kStatesToBelieve) continue;
    is_active_[id] = true;
    untold_.erase(id);
    StoredFault stored;
    stored.run = run_;
    stored.at = at;
    stored.id = id;
    stored.state = "confirmed";
    stored.detail = "named active by the safety state; the fault's own message was missed";
    entries.emplace_back(std::move(stored));
  }
  return entries;
}

}  // namespace ocelli::launch
