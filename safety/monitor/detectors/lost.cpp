// Messages that were published and never received: the receivers count the gaps in the sequence. Of a topic without
// period somebody must know when a gap shows: an `event` queue that overflows is full, so the message behind the gap is
// there, and comes when its receiver takes it.
#include <algorithm>
#include <vector>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

/// Each receiver has a window of its own: what one of them gets says nothing about what another one lost.
class Lost final : public Detector {
 public:
  Lost(Duration period, Duration shows_within, double allowed, std::size_t window, std::size_t receivers)
      : period_(period), shows_within_(shows_within), allowed_(allowed) {
    windows_.resize(receivers);
    for (Window& one : windows_) one.lost.resize(window);
  }

  int interests() const override { return kReceives; }
  Verdict observe(const Observation& observation) override {
    Window& own = window_of(observation.entity);
    own.lost[own.next] = observation.lost;
    own.next = (own.next + 1) % own.lost.size();
    own.sum = 0.0;
    for (const double lost : own.lost) own.sum += lost;
    if (own.sum > allowed_) return pre_failed(observation.observed_at, own.sum, allowed_, "gap in the sequence");
    const bool is_bad_elsewhere = std::ranges::any_of(windows_, [&](const Window& w) { return w.sum > allowed_; });
    return is_bad_elsewhere ? Verdict{} : pre_passed(observation.observed_at, own.sum, allowed_);
  }
  // A gap shows at the message after it.
  Observability observability() const override { return {needs_period() ? 2 * period_ : shows_within_, period_}; }
  bool needs_period() const override { return shows_within_ == Duration::zero(); }

 private:
  struct Window {
    EntityId receiver = EntityId::kNone;  // not taken yet
    std::size_t next = 0;
    double sum = 0.0;
    std::vector<double> lost;
  };

  /// In the order in which they are heard; those beyond the configured ones share the last.
  Window& window_of(EntityId receiver) {
    for (Window& one : windows_) {
      if (one.receiver == EntityId::kNone) one.receiver = receiver;
      if (one.receiver == receiver) return one;
    }
    return windows_.back();
  }

  Duration period_;
  Duration shows_within_;  // 0: by the period
  double allowed_;
  std::vector<Window> windows_;
};

}  // namespace

DetectorResult make_lost(const DetectorSetup& setup) {
  const Duration period = setup.topic != nullptr ? setup.topic->period : setup.node->period;
  const bool is_known = setup.topic != nullptr && period == Duration::zero();
  return std::make_unique<Lost>(period, is_known ? setup.topic->loss_shows_within : Duration::zero(),
                                setup.parameter("allowed", 0), static_cast<std::size_t>(setup.parameter("window", 1)),
                                setup.topic == nullptr ? 1 : std::max<std::size_t>(1, setup.topic->receivers.size()));
}

}  // namespace ocelli::safety
