#include "ocelli/launch/live_faults.hpp"

#include "ocelli/launch/faults/fault_messages.hpp"
#include "ocelli/launch/faults/fault_writer.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/launch/received_message.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kIdleWait = 50ms;
constexpr std::size_t kDepth = 4096;

}  // namespace

Status run_fault_store(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd) {
  OCELLI_ASSIGN(auto store, FaultStore::open(settings.out / kFaultStoreFile, FaultStore::Access::kWrite));
  const std::string& run = settings.run;
  OCELLI_TRY(store.begin_run({run, from_ns(settings.begin_ns), launch.name, OCELLI_VERSION}));
  // After a restart of this process: what it knew.
  OCELLI_ASSIGN(const auto known, store.faults({.run = run, .only_last = true}));
  OCELLI_ASSIGN(const auto modes, store.modes(run));
  FaultLedger ledger(run, known, modes);
  FaultWriter writer(std::move(store), [](const std::string& problem) { spdlog::error("fault store: {}", problem); });
  Signal signal;
  OCELLI_ASSIGN(const auto faults,
                bus.subscribe(topics::kind_of<topics::Faults>(), std::string(topics::Faults::kName), &signal, kDepth));
  OCELLI_ASSIGN(const auto states, bus.subscribe(topics::kind_of<topics::SafetyState>(),
                                                 std::string(topics::SafetyState::kName), &signal, kDepth));
  report_ready(ready_fd);
  std::uint64_t unreadable = 0;
  const auto drain = [&] {
    ocelli::msg::Fault fault;
    while (const auto received = faults->take()) {
      if (read(*received, fault))
        writer.push(ledger.on_fault(fault));
      else
        ++unreadable;
    }
    ocelli::msg::SafetyState state;
    while (const auto received = states->take()) {
      if (!read(*received, state)) {
        ++unreadable;
        continue;
      }
      for (StoreEntry& entry : ledger.on_state(state)) writer.push(std::move(entry));
    }
  };
  while (!stop_requested()) {
    drain();
    signal.wait_for(kIdleWait);
  }
  drain();
  if (const auto lost = faults->lost() + writer.dropped() + unreadable; lost > 0)
    spdlog::warn("fault store: {} entries did not reach it", lost);
  return ok();
}

}  // namespace ocelli::launch
