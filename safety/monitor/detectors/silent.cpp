// Dead sensor, crashed or stopped process: no sign of life for longer than max_gap, seen by timer. Signs of life of a
// topic are its messages; of a node its steps and messages (heartbeats only if it has no period: a heartbeat can go on
// while the step hangs). Before the target was first seen, only the end of the start-up time makes it silent.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Silent final : public Detector {
 public:
  Silent(int signs_of_life, Duration max_gap, Duration period)
      : signs_of_life_(signs_of_life), max_gap_(max_gap), period_(period) {}

  int interests() const override { return signs_of_life_ | kTicks; }
  Verdict observe(const Observation& observation) override {
    const Time at = observation.observed_at;
    if (last_seen_ && at <= *last_seen_) return {};
    const double gap_ms = last_seen_ ? to_milliseconds(at - *last_seen_) : 0.0;
    last_seen_ = at;
    next_report_ = at + max_gap_;
    return pre_passed(at, gap_ms, to_milliseconds(max_gap_));
  }

  Verdict tick(const Tick& tick) override {
    if (!last_seen_) {
      if (!tick.is_start_over) return {};
      last_seen_ = tick.start_by - max_gap_;  // as if it had died in time to be overdue now
      next_report_ = *last_seen_ + max_gap_;
    }
    if (tick.settled <= next_report_) return {};
    next_report_ = std::max(next_report_ + period_, tick.settled);
    return pre_failed(*last_seen_ + max_gap_, to_milliseconds(tick.now - *last_seen_), to_milliseconds(max_gap_),
                      "no sign of life");
  }

  Observability observability() const override { return {max_gap_, period_}; }
  bool tells_presence() const override { return true; }

 private:
  int signs_of_life_;
  Duration max_gap_;
  Duration period_;
  std::optional<Time> last_seen_;
  Time next_report_{};
};

}  // namespace

DetectorResult make_silent(const DetectorSetup& setup) {
  const bool is_topic = setup.kind == kTopicTarget;
  const Duration period = is_topic ? setup.topic->period : setup.node->period;
  Duration max_gap = is_topic ? setup.topic->max_gap : setup.node->max_gap;
  if (max_gap == Duration::zero()) max_gap = 2 * period;
  max_gap = setup.parameter_ms("max_gap_ms", max_gap);
  if (max_gap <= Duration::zero())
    return error(ErrorCode::kInvalidArgument, "'silent' needs a period, a max_gap or max_gap_ms for '{}'",
                 setup.fault->target);
  const bool heartbeat_counts = !is_topic && period == Duration::zero();
  const int signs_of_life = is_topic           ? kPublishes | kReceives
                            : heartbeat_counts ? kPublishes | kActivations | kHeartbeats
                                               : kPublishes | kActivations;
  return std::make_unique<Silent>(signs_of_life, max_gap, period > Duration::zero() ? period : max_gap);
}

}  // namespace ocelli::safety
