// The monitor itself was not scheduled in time, or its clock went back; detection times do not hold for that while.
#include <utility>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class TickLate final : public Detector {
 public:
  TickLate(Duration tick, Duration max_gap) : tick_(tick), max_gap_(max_gap) {}

  int interests() const override { return kTicks; }
  Verdict tick(const Tick& tick) override {
    if (std::exchange(steps_back_, tick.clock_steps_back) != tick.clock_steps_back)
      return pre_failed(tick.now, 0.0, 0.0, "the clock went back");
    const double gap_ms = to_milliseconds(tick.gap);
    return tick.gap > max_gap_ ? pre_failed(tick.now, gap_ms, to_milliseconds(max_gap_), "monitor not scheduled")
                               : pre_passed(tick.now, gap_ms, to_milliseconds(max_gap_));
  }
  Observability observability() const override { return {max_gap_, tick_}; }

 private:
  Duration tick_;
  Duration max_gap_;
  std::uint64_t steps_back_ = 0;
};

}  // namespace

DetectorResult make_tick_late(const DetectorSetup& setup) {
  const Duration tick = setup.monitor->tick_period;
  return std::make_unique<TickLate>(tick, setup.parameter_ms("max_gap_ms", 5 * tick));
}

}  // namespace ocelli::safety
