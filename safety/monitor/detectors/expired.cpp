// The local supervision status of a node: FAILED is suspicious, EXPIRED is a fault until the node is restarted.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Expired final : public Detector {
 public:
  Expired(const NodeSupervisor& supervisor, const NodeConfig& node) : supervisor_(supervisor), node_(node) {}

  int interests() const override { return kTicks; }

  Verdict tick(const Tick& tick) override {
    const LocalStatus status = supervisor_.status();
    const bool is_news = status != last_ || supervisor_.cycles() != cycles_;
    last_ = status;
    cycles_ = supervisor_.cycles();
    if (!is_news) return {};
    const Report report = status == LocalStatus::kOk       ? Report::kPassed
                          : status == LocalStatus::kFailed ? Report::kPreFailed
                                                           : Report::kFailed;
    return {report, tick.now, static_cast<double>(status), 0.0, status == LocalStatus::kOk ? "" : culprit()};
  }

  // A cycle that was good before the onset can still end well; then tolerance + 1 bad ones must follow.
  Observability observability() const override {
    const Duration alive = node_.alive.cycle * (static_cast<std::int64_t>(node_.alive.tolerance) + 2);
    const Duration step = node_.period + node_.deadline;
    return {std::max(alive, step), std::max(node_.alive.cycle, node_.period)};
  }

 private:
  const char* culprit() const {
    if (supervisor_.logical() && supervisor_.logical()->status() != LocalStatus::kOk) return "logical";
    if (supervisor_.deadline() && supervisor_.deadline()->status() != LocalStatus::kOk) return "deadline";
    return "alive";
  }

  const NodeSupervisor& supervisor_;
  NodeConfig node_;
  LocalStatus last_ = LocalStatus::kOk;
  std::uint64_t cycles_ = 0;
};

}  // namespace

DetectorResult make_expired(const DetectorSetup& setup) {
  if (!setup.supervisor->is_configured())
    return error(ErrorCode::kInvalidArgument, "'expired' needs alive, deadline or checkpoints of node '{}'",
                 setup.node->name);
  if (setup.node->trigger.empty() && !setup.supervisor->alive() && setup.supervisor->deadline())
    return error(ErrorCode::kInvalidArgument,
                 "'expired' needs the trigger of node '{}' or its alive supervision: with a deadline alone a step that "
                 "never ends is not seen",
                 setup.node->name);
  return std::make_unique<Expired>(*setup.supervisor, *setup.node);
}

}  // namespace ocelli::safety
