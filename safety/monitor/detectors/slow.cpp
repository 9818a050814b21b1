// A step that takes longer than its deadline, from the reception of its trigger (or the end of the step before); by
// timer too when the node's trigger is known. Unlike the deadline supervision it forgets: the next good step passes.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Slow final : public Detector {
 public:
  Slow(const NodeConfig& node, Duration deadline)
      : period_(node.period),
        deadline_(deadline),
        trigger_(node.trigger.empty() ? TopicId::kNone : topic_id(node.trigger)) {}

  int interests() const override { return kReceives | kActivations | kTicks; }
  Verdict observe(const Observation& observation) override {
    if (observation.kind == ObservationKind::kReceive) {
      if (observation.topic == trigger_) note_trigger(observation);
      return {};
    }
    const Time started_at = started_at_.value_or(observation.started_at);
    started_at_.reset();
    const bool was_reported = std::exchange(is_reported_, false);
    if (observation.topic == trigger_ && observation.sequence < triggered_sequence_)
      started_at_ = observation.observed_at;
    const Duration took = observation.observed_at - started_at;
    const double took_ms = to_milliseconds(took);
    if (took <= deadline_) return pre_passed(observation.observed_at, took_ms, to_milliseconds(deadline_));
    if (was_reported) return {};
    return pre_failed(started_at + deadline_, took_ms, to_milliseconds(deadline_), "ended late");
  }

  Verdict tick(const Tick& tick) override {
    if (!started_at_ || is_reported_ || tick.settled <= *started_at_ + deadline_) return {};
    is_reported_ = true;
    return pre_failed(*started_at_ + deadline_, to_milliseconds(tick.now - *started_at_), to_milliseconds(deadline_),
                      "has not ended");
  }

  Observability observability() const override { return {period_ + deadline_, period_}; }

 private:
  void note_trigger(const Observation& observation) {
    triggered_sequence_ = observation.sequence;
    if (!started_at_) started_at_ = observation.observed_at;
  }

  Duration period_;
  Duration deadline_;
  TopicId trigger_;
  std::uint64_t triggered_sequence_ = 0;
  std::optional<Time> started_at_;
  bool is_reported_ = false;
};

}  // namespace

DetectorResult make_slow(const DetectorSetup& setup) {
  const Duration deadline = setup.parameter_ms("deadline_ms", setup.node->deadline);
  if (deadline <= Duration::zero())
    return error(ErrorCode::kInvalidArgument, "'slow' needs a deadline of node '{}'", setup.node->name);
  if (setup.node->trigger.empty())
    return error(ErrorCode::kInvalidArgument,
                 "'slow' needs the trigger of node '{}': without it a step that never ends is not seen",
                 setup.node->name);
  return std::make_unique<Slow>(*setup.node, deadline);
}

}  // namespace ocelli::safety
