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
  /// `known`: last states of this run's faults, where the store was there before.
  FaultLedger(std::string run, std::span<const StoredFault> known);

  [[nodiscard]] StoreEntry on_fault(const ocelli::msg::Fault& fault);
  /// A change of mode, and faults that two states in a row name active and no message has told of.
  [[nodiscard]] std::vector<StoreEntry> on_state(const ocelli::msg::SafetyState& state);

 private:
  std::string run_;
  std::map<std::string, bool> is_active_;  // by fault, as far as messages have told
  std::map<std::string, int> untold_;      // states in a row that named it active
  std::string mode_;
};

}  // namespace ocelli::launch
