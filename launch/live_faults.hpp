#pragma once
// The fault store's process of a live run: hears the faults and modes of the monitor, keeps them in faults.sqlite of
// the run folder. Nothing waits for it: it only listens.

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/middleware/bus/bus.hpp"

namespace ocelli::launch {

inline constexpr const char* kFaultStoreFile = "faults.sqlite";

Status run_fault_store(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd);

}  // namespace ocelli::launch
