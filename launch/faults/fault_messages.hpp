#pragma once
// From the monitor's messages to entries of the fault store. What a message did not bring (the process was down) is
// taken from the safety state, which names all active faults ten times a second.
// Must not know: the bus, the file.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "ocelli/launch/faults/fault_store.hpp"
#include "ocelli_safety.h"

namespace ocelli::launch {

class FaultLedger {
 public:
  /// Where the store was there before: the last states of this run's faults, and the changes of its mode.
  FaultLedger(std::string run, std::span<const StoredFault> faults, std::span<const StoredMode> modes);

  [[nodiscard]] StoreEntry on_fault(const ocelli::msg::Fault& fault);
  /// A change of mode, and faults that two states in a row name active, or no longer name, and no message has told of.
  [[nodiscard]] std::vector<StoreEntry> on_state(const ocelli::msg::SafetyState& state);

 private:
  struct Told {
    StoredFault last;
    int doubts = 0;  // states in a row, younger than it, that say otherwise
    [[nodiscard]] bool is_active() const { return last.state == "confirmed"; }
  };
  void compare(const std::string& id, bool is_active, Time at, std::vector<StoreEntry>& entries);

  std::string run_;
  std::map<std::string, Told> told_;  // by fault
  StoredMode mode_;
  bool has_heard_mode_ = false;  // in this life
};

}  // namespace ocelli::launch
