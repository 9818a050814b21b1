#pragma once
// What an injected fault must lead to: the fault that names it, and the ones that may follow from it because data flows
// from there. Everything else that is confirmed meanwhile is unexpected.

#include "ocelli/launch/injection_plan.hpp"
#include "ocelli/launch/launch_file.hpp"
#include "ocelli/launch/report/run_info.hpp"
#include "ocelli/safety/monitor/monitor.hpp"

namespace ocelli::launch {

/// `monitor` says the modes that faults lead to, and how soon. A topic that is delayed for longer than whoever fuses it
/// waits is missing there. Errors: a node of the launch file cannot be made, no fault would tell of the injection.
[[nodiscard]] Result<report::ExpectedFault> expectation(const PlannedInjection& injection, const LaunchFile& launch,
                                                        const safety::Monitor& monitor);

/// Patterns of the faults that the silence of `topics` for a whole run may lead to. Error: a node cannot be made.
[[nodiscard]] Result<std::vector<std::string>> faults_without(const std::vector<std::string>& topics,
                                                              const LaunchFile& launch);

}  // namespace ocelli::launch
