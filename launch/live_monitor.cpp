#include "ocelli/launch/live_monitor.hpp"

#include <array>
#include <atomic>
#include <thread>

#include "ocelli/launch/monitor_bridge.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/launch/received_message.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/middleware/node/live_executor.hpp"

namespace ocelli::launch {
namespace {

constexpr std::size_t kQueueCapacity = 16384;
constexpr Duration kIdleWait = 20ms;
constexpr auto kPublishPoll = std::chrono::milliseconds(2);

/// Reports from the tick thread to the publishing one: one writer, one reader, fixed memory.
class ReportQueue {
 public:
  /// The slot to fill, or null when the publisher is far behind.
  MonitorReport* begin_push() {
    if (tail_ - head_.load(std::memory_order_acquire) == slots_.size()) return nullptr;
    return &slots_[tail_ % slots_.size()];
  }
  void end_push() { published_.store(++tail_, std::memory_order_release); }
  const MonitorReport* front() const {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    return head == published_.load(std::memory_order_acquire) ? nullptr : &slots_[head % slots_.size()];
  }
  void pop() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  std::vector<MonitorReport> slots_ = std::vector<MonitorReport>(64);
  std::uint64_t tail_ = 0;
  std::atomic<std::uint64_t> published_ = 0;
  std::atomic<std::uint64_t> head_ = 0;
};

/// Receiving thread.
void receive(Subscription& subscription, Signal& signal, safety::ObservationQueue& queue,
             const std::atomic<bool>& is_stopping) {
  ocelli::msg::ObservationBatch batch;
  while (!is_stopping) {
    drain_observations(subscription, queue, batch);
    signal.wait_for(kIdleWait);
  }
}

/// Tick thread: allocates nothing, takes no lock, throws nothing.
void tick(safety::Monitor& monitor, safety::ObservationQueue& queue, ReportQueue& reports, const Clock& clock,
          bool is_begun, std::atomic<bool>& is_recovery_requested, const std::atomic<bool>& is_stopping) {
  MonitorReporter reporter;
  Observation observation;
  auto next = std::chrono::steady_clock::now();
  while (!is_stopping) {
    while (queue.pop(observation)) monitor.observe(observation);
    monitor.count_lost(queue.take_overflows());
    if (!is_begun && !begin_announced()) monitor.put_off_start();
    if (end_announced()) monitor.stand_down();
    if (is_recovery_requested.exchange(false)) monitor.request_recovery();
    const Time now = clock.now();
    monitor.tick(now);
    if (MonitorReport* report = reports.begin_push(); report != nullptr && reporter.fill(monitor, now, *report))
      reports.end_push();
    next = std::max(next + monitor.config().tick_period, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

/// Whether somebody has asked for recovery; who did is in the log.
bool take_request(Subscription& requests) {
  bool is_requested = false;
  ocelli::msg::RecoveryRequest request;
  while (const auto received = requests.take()) {
    if (!read(*received, request)) {
      spdlog::warn("a request for recovery cannot be read and is ignored");
      continue;
    }
    spdlog::warn("recovery requested by '{}'", request.requester());
    is_requested = true;
  }
  return is_requested;
}

}  // namespace

void drain_observations(Subscription& subscription, safety::ObservationQueue& queue,
                        ocelli::msg::ObservationBatch& batch) {
  while (const auto received = subscription.take()) {
    if (received->lost > 0) queue.count_lost(received->lost);
    if (!read(*received, batch)) {
      queue.count_lost(1);
      continue;
    }
    for (const auto& message : batch.observations()) queue.push(node::from_message(message));
  }
}

Status run_monitor(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd) {
  OCELLI_ASSIGN(const auto sources, source_topics(launch, settings.seed));
  OCELLI_ASSIGN(const auto topics, launch.topics(sources));
  OCELLI_ASSIGN(const safety::MonitorConfig config, monitor_config(launch, topics));
  OCELLI_ASSIGN(const auto monitor, safety::Monitor::create(config));
  if (!settings.mode_before.empty())
    OCELLI_TRY(monitor->resume(settings.mode_before, from_ns(settings.mode_before_since_ns)));
  OCELLI_ASSIGN(const auto requests, bus.subscribe<topics::RecoveryRequests>());
  OCELLI_ASSIGN(const auto faults, bus.publish<topics::Faults>());
  OCELLI_ASSIGN(const auto states, bus.publish<topics::SafetyState>());
  Signal signal;
  OCELLI_ASSIGN(const auto subscription, bus.subscribe<topics::Observations>({}, &signal));
  safety::ObservationQueue queue(kQueueCapacity);
  ReportQueue reports;
  std::atomic<bool> is_stopping = false;
  std::thread receiver([&] { receive(*subscription, signal, queue, is_stopping); });
  const bool is_begun = settings.begin_ns != 0;  // a monitor that is started again
  std::atomic<bool> is_recovery_requested = false;
  std::thread ticker(
      [&] { tick(*monitor, queue, reports, bus.clock(), is_begun, is_recovery_requested, is_stopping); });
  report_ready(ready_fd);
  while (!stop_requested()) {
    std::this_thread::sleep_for(kPublishPoll);
    if (take_request(*requests)) is_recovery_requested = true;
    for (const MonitorReport* report = reports.front(); report != nullptr; report = reports.front()) {
      for (std::size_t i = 0; i < report->event_count; ++i) {
        const auto message = to_message(report->events[i], *monitor);
        spdlog::warn("fault {}: {} ({:.1f} {}, limit {:.1f}) {}", message.id(),
                     safety::to_string(report->events[i].state), message.value(), message.unit(), message.limit(),
                     message.detail());
        faults->publish(message, {.sensed_at = report->at, .lineage = {}, .flags = 0});
      }
      if (report->has_state)
        states->publish(to_message(*report, *monitor), {.sensed_at = report->at, .lineage = {}, .flags = 0});
      reports.pop();
    }
  }
  is_stopping = true;
  receiver.join();
  ticker.join();
  return ok();
}

}  // namespace ocelli::launch
