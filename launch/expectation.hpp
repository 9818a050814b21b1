#pragma once
// What an injected fault must lead to: the fault that names it, and the ones that may follow from it because data flows
// from there. Everything else that is confirmed meanwhile is unexpected.

#include "ocelli/launch/injection_plan.hpp"
#include "ocelli/launch/launch_file.hpp"
#include "ocelli/launch/report/run_info.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::launch {

/// `supervised`: the monitor's configuration, which says the mode that a fault leads to. Errors: a node of the launch
/// file cannot be made, modes that the monitor refuses.
[[nodiscard]] Result<report::ExpectedFault> expectation(const PlannedInjection& injection, const LaunchFile& launch,
                                                        const safety::MonitorConfig& supervised);

}  // namespace ocelli::launch
