#include "ocelli/launch/live_host.hpp"

#include <algorithm>

#include "ocelli/launch/live_faults.hpp"
#include "ocelli/launch/live_monitor.hpp"
#include "ocelli/launch/live_recorder.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/launch/received_message.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/middleware/bus/scheduling.hpp"
#include "ocelli/middleware/node/live_executor.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kStopPoll = 50ms;  // how long a stop request may wait
constexpr int kMonitorPriority = 20;
constexpr int kNodePriority = 10;

/// Monitor before nodes before those in the background; recorder and fault store take what is left.
void set_priority(const LiveSettings& settings, const LaunchFile& launch, const std::string& process) {
  if (process == kRecorderProcess || process == kFaultStoreProcess) return;
  const bool is_background = launch.scheduling_of(process) == Scheduling::kBackground;
  const int priority = process == kMonitorProcess ? kMonitorPriority
                       : is_background            ? kBackgroundPriority
                                                  : kNodePriority;
  const bool is_realtime = settings.is_realtime && try_realtime(priority);
  if (is_background && !is_realtime) go_background();
}

/// Injections that concern this process are carried out here; others are not ours.
void apply_injection(const ocelli::msg::Injection& injection, node::LiveExecutor& executor, Bus& bus) {
  if (injection.kind() == "freeze") executor.inject_freeze(injection.target(), injection.is_active());
  if (injection.kind() == "lose") executor.inject_loss(injection.target(), injection.is_active());
  const Duration delay = injection.is_active() ? from_seconds(injection.magnitude()) : Duration{};
  if (injection.kind() == "slow") executor.inject_slow_inference(injection.target(), delay);
  if (injection.kind() == "delay") bus.inject_delay(injection.target(), delay);
}

Status run_nodes(const LiveSettings& settings, const LaunchFile& launch, const std::string& process, Bus& bus,
                 int ready_fd) {
  OCELLI_ASSIGN(auto executor,
                node::LiveExecutor::create(
                    bus, [](std::string_view who, const std::string& problem) { spdlog::warn("{}: {}", who, problem); },
                    &stop_requested()));
  for (const NodeEntry& entry : launch.nodes) {
    if (entry.process != process) continue;
    OCELLI_ASSIGN(auto shell, make_shell(entry, launch.file));
    OCELLI_TRY(executor->add_node(std::move(shell)));
  }
  const SourceContext context = source_context(launch, settings.seed, from_ns(settings.begin_ns));
  // All recordings of a run keep their distance; a process that is started again goes on where the drive is.
  const node::Replay replay{Duration{settings.drive_begin_ns - settings.drive_ns}, context.begin};
  for (const SourceEntry& entry : launch.sources) {
    if (entry.process != process) continue;
    OCELLI_ASSIGN(OpenedSource opened, open_source(entry, context));
    for (const std::string& note : opened.notes) spdlog::warn("{}: {}", entry.name, note);
    const auto range = opened.source->range();
    const bool is_recorded = range && range->begin != context.begin;
    OCELLI_TRY(executor->add_source(entry.name, std::move(opened.source), is_recorded ? replay : node::Replay{}));
  }
  Signal signal;
  OCELLI_ASSIGN(auto injections, bus.subscribe<topics::Injections>({}, &signal));
  executor->start();
  report_ready(ready_fd);
  const bool has_sources = std::any_of(launch.sources.begin(), launch.sources.end(),
                                       [&](const SourceEntry& entry) { return entry.process == process; });
  while (!stop_requested() && executor->lost_node().empty() && !(has_sources && executor->are_sources_finished())) {
    signal.wait_for(kStopPoll);
    while (const auto received = injections->take()) {
      ocelli::msg::Injection injection;
      if (read(*received, injection)) apply_injection(injection, *executor, bus);
    }
  }
  const std::string lost = executor->lost_node();
  executor->stop();
  if (lost.empty()) return ok();
  return error(ErrorCode::kUnavailable, "node '{}' cannot go on in this process: it ends, to be started again", lost);
}

}  // namespace

Status run_host(const LiveSettings& settings, const std::string& process, int ready_fd) {
  die_with_parent();
  handle_stop_signals();
  set_up_log(process);
  OCELLI_ASSIGN(const LaunchFile launch, find_launch(settings.launch));
  set_priority(settings, launch, process);
  const LiveClock clock{Duration{settings.clock_offset_ns}};
  OCELLI_ASSIGN(auto lane, open_dds_lane(dds_config(settings, process)));
  Bus bus(clock, std::move(lane));
  bus.on_problem([](const std::string& problem) { spdlog::warn("bus: {}", problem); });
  for (const TopicEntry& entry : launch.overrides) bus.set_ring_size(entry.name, launch.ring_size_of(entry.name));
  if (process == kMonitorProcess) return run_monitor(settings, launch, bus, ready_fd);
  if (process == kRecorderProcess) return run_recorder(settings, launch, bus, ready_fd);
  if (process == kFaultStoreProcess) return run_fault_store(settings, launch, bus, ready_fd);
  return run_nodes(settings, launch, process, bus, ready_fd);
}

}  // namespace ocelli::launch
