// One tick of the safety monitor with 200 entities, 100 chains and 1,000 observations: prints p50, p99 and the largest
// of 20,000 ticks (or as many as the argument says), by the wall clock and by this thread's own processor time (which
// leaves out what other programs of a busy machine take).
#include <fmt/core.h>
#include <time.h>

#include <chrono>
#include <cstdlib>

#include "ocelli/safety/monitor/histogram.hpp"
#include "ocelli/safety/monitor/monitor.hpp"
#include "ocelli/tests/safety/monitor/big_vehicle.hpp"

namespace {

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ocelli;
  using namespace ocelli::safety;
  using Clock = std::chrono::steady_clock;
  auto monitor = Monitor::create(test::BigVehicle::config());
  if (!monitor) {
    fmt::print(stderr, "{}\n", monitor.error().message);
    return 1;
  }
  test::BigVehicle vehicle;
  LatencyHistogram whole;
  LatencyHistogram tick_only;
  LatencyHistogram tick_processor;
  const int ticks = argc > 1 ? std::atoi(argv[1]) : 20'000;
  Time now = test::kStart;
  std::size_t events = 0;
  for (int i = 0; i < ticks; ++i) {
    now += test::BigVehicle::kTick;
    const auto& observations = vehicle.observations(now);
    const Clock::time_point begun = Clock::now();
    for (const Observation& observation : observations) (*monitor)->observe(observation);
    const Clock::time_point handed_over = Clock::now();
    const auto processor_begun = processor_time();
    (*monitor)->tick(now);
    tick_processor.record(processor_time() - processor_begun);
    const Clock::time_point ended = Clock::now();
    events += (*monitor)->events().size();
    whole.record(ended - begun);
    tick_only.record(ended - handed_over);
  }
  const auto print = [](const char* name, const LatencyHistogram& histogram) {
    const auto us = [](Duration duration) { return to_seconds(duration) * 1e6; };
    fmt::print("{:<28} p50 {:7.1f} us  p99 {:7.1f} us  p99.9 {:7.1f} us  max {:7.1f} us\n", name,
               us(histogram.quantile(0.5)), us(histogram.quantile(0.99)), us(histogram.quantile(0.999)),
               us(histogram.max()));
  };
  print("monitor_tick", tick_only);
  print("monitor_tick_processor_time", tick_processor);
  print("monitor_tick_with_hand_over", whole);
  fmt::print("{} faults, {} events, target: p99 of monitor_tick at most 200 us\n", (*monitor)->faults().size(), events);
  return 0;
}
