// The data in a chain's output is older than the age budget: something upstream repeats or waits.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class ChainStale final : public Detector {
 public:
  ChainStale(ChainTracker& chain, Duration period) : chain_(chain), period_(period) {}

  int interests() const override { return kTicks; }

  Verdict tick(const Tick&) override {
    const ChainOutcome outcome = chain_.take_age();
    if (outcome.hits + outcome.misses == 0) return {};
    const double worst_ms = to_milliseconds(outcome.worst);
    const double budget_ms = to_milliseconds(chain_.config().age_budget);
    return outcome.misses == 0 ? pre_passed(outcome.evidence_at, worst_ms, budget_ms)
                               : pre_failed(outcome.evidence_at, worst_ms, budget_ms, "data age");
  }

  Observability observability() const override { return {chain_.config().age_budget + period_, period_}; }

 private:
  ChainTracker& chain_;
  Duration period_;
};

}  // namespace

DetectorResult make_chain_stale(const DetectorSetup& setup) {
  if (setup.chain->config().age_budget <= Duration::zero())
    return error(ErrorCode::kInvalidArgument, "'chain_stale' needs an age_budget of chain '{}'", setup.fault->target);
  return std::make_unique<ChainStale>(*setup.chain, setup.chain_period);
}

}  // namespace ocelli::safety
