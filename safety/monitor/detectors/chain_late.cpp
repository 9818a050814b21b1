// Reaction time of a chain above its budget in more than k - m of k consecutive source messages. The tracker finds
// late outputs as well as outputs that do not come at all.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class ChainLate final : public Detector {
 public:
  ChainLate(ChainTracker& chain, Duration period) : chain_(chain), period_(period) {}

  int interests() const override { return kTicks; }

  Verdict tick(const Tick&) override {
    const ChainOutcome outcome = chain_.take_reaction();
    if (outcome.hits + outcome.misses == 0) return {};
    const double worst_ms = to_milliseconds(outcome.worst);
    const double budget_ms = to_milliseconds(chain_.config().reaction_budget);
    return chain_.window().holds() ? pre_passed(outcome.evidence_at, worst_ms, budget_ms)
                                   : pre_failed(outcome.evidence_at, worst_ms, budget_ms, "reaction time");
  }

  Observability observability() const override {
    const ChainConfig& config = chain_.config();
    return {config.reaction_budget + period_ * (config.k - config.m + 1), period_};
  }

 private:
  ChainTracker& chain_;
  Duration period_;
};

}  // namespace

DetectorResult make_chain_late(const DetectorSetup& setup) {
  const ChainConfig& chain = setup.chain->config();
  if (setup.chain_period == Duration::zero() && chain.m < chain.k)
    return error(ErrorCode::kInvalidArgument,
                 "'chain_late' waits for {} late messages of '{}', which has no period: the detection time has no "
                 "bound; expected m = k, or a period",
                 chain.k - chain.m + 1, chain.from);
  return std::make_unique<ChainLate>(*setup.chain, setup.chain_period);
}

}  // namespace ocelli::safety
