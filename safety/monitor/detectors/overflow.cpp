// The monitor lost observations: it cannot vouch for anything that happened meanwhile.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Overflow final : public Detector {
 public:
  explicit Overflow(Duration tick) : tick_(tick) {}

  int interests() const override { return kTicks; }
  Verdict tick(const Tick& tick) override {
    const std::uint64_t lost = tick.lost_observations - std::exchange(lost_, tick.lost_observations);
    return lost > 0 ? pre_failed(tick.now, static_cast<double>(lost), 0.0, "observations lost")
                    : pre_passed(tick.now, 0.0, 0.0);
  }
  Observability observability() const override { return {tick_, tick_}; }

 private:
  Duration tick_;
  std::uint64_t lost_ = 0;
};

}  // namespace

DetectorResult make_overflow(const DetectorSetup& setup) {
  return std::make_unique<Overflow>(setup.monitor->tick_period);
}

}  // namespace ocelli::safety
