#include "ocelli/safety/monitor/node_supervisor.hpp"

namespace ocelli::safety {
namespace {

constexpr ObservationKind observed_as(CheckpointKind kind) {
  switch (kind) {
    case CheckpointKind::kReceive: return ObservationKind::kReceive;
    case CheckpointKind::kPublish: return ObservationKind::kPublish;
    case CheckpointKind::kActivation: break;
  }
  return ObservationKind::kActivation;
}

}  // namespace

Result<NodeSupervisor> NodeSupervisor::create(const NodeConfig& config) {
  std::optional<CheckpointGraph> graph;
  if (!config.checkpoints.empty()) {
    OCELLI_ASSIGN(graph, CheckpointGraph::create(config.checkpoints));
  }
  if (config.alive.cycle > Duration::zero() && config.alive.min > config.alive.max)
    return error(ErrorCode::kInvalidArgument, "alive: min {} is above max {}", config.alive.min, config.alive.max);
  if (config.deadline > Duration::zero() && config.min_time > config.deadline)
    return error(ErrorCode::kInvalidArgument, "min_time {} ms is above deadline {} ms",
                 to_milliseconds(config.min_time), to_milliseconds(config.deadline));
  return NodeSupervisor(config, graph);
}

NodeSupervisor::NodeSupervisor(const NodeConfig& config, const std::optional<CheckpointGraph>& graph)
    : cycle_(config.alive.cycle), trigger_(config.trigger.empty() ? TopicId::kNone : topic_id(config.trigger)) {
  const AliveConfig& alive = config.alive;
  if (alive.cycle > Duration::zero()) alive_.emplace(alive.min, alive.max, alive.tolerance);
  if (config.deadline > Duration::zero()) deadline_.emplace(config.min_time, config.deadline);
  if (graph) logical_.emplace(*graph);
  for (const CheckpointConfig& checkpoint : config.checkpoints)
    checkpoints_.push_back({observed_as(checkpoint.kind), topic_id(checkpoint.topic)});
}

void NodeSupervisor::observe(const Indication& indication) {
  if (alive_ && indication.kind == ObservationKind::kActivation) count(indication.observed_at);
  if (deadline_) time_step(indication);
  if (logical_) follow(indication);
}

void NodeSupervisor::count(Time at) {
  if (!cycle_ends_) cycle_ends_ = at + cycle_;
  end_cycles(at);
  ++count_;
}

void NodeSupervisor::time_step(const Indication& indication) {
  if (indication.kind == ObservationKind::kReceive && indication.topic == trigger_) {
    triggered_sequence_ = indication.sequence;
    deadline_->start(indication.observed_at);
  }
  if (indication.kind != ObservationKind::kActivation) return;
  deadline_->start(indication.started_at);  // only if its reception was not seen
  deadline_->end(indication.observed_at);
  const bool is_next_waiting = indication.topic == trigger_ && indication.sequence < triggered_sequence_;
  if (is_next_waiting) deadline_->start(indication.observed_at);
}

void NodeSupervisor::follow(const Indication& indication) {
  for (std::uint32_t i = 0; i < checkpoints_.size(); ++i)
    if (checkpoints_[i].kind == indication.kind && checkpoints_[i].topic == indication.topic) logical_->reach(i);
}

void NodeSupervisor::tick(Time settled) {
  if (deadline_) deadline_->tick(settled);
  if (!alive_) return;
  if (!cycle_ends_ && start_by_ && settled >= *start_by_) cycle_ends_ = *start_by_ + cycle_;
  if (cycle_ends_) end_cycles(settled);
}

/// Judges the cycles that are over at `until`; of those without any indication as many as can change the status.
void NodeSupervisor::end_cycles(Time until) {
  if (until < *cycle_ends_) return;
  const std::int64_t over = (until - *cycle_ends_) / cycle_ + 1;
  *cycle_ends_ += over * cycle_;
  cycles_ += static_cast<std::uint64_t>(over);
  for (std::int64_t left = std::min<std::int64_t>(over, alive_->memory() + 1); left > 0; --left) {
    last_count_ = std::exchange(count_, 0);
    alive_->end_cycle(last_count_);
  }
}

void NodeSupervisor::reset() {
  if (alive_) alive_->reset();
  if (deadline_) deadline_->reset();
  if (logical_) logical_->reset();
  cycle_ends_.reset();
  count_ = 0;
}

void NodeSupervisor::lose_data() {
  if (alive_) alive_->lose_data();
  if (deadline_) deadline_->lose_data();
  if (logical_) logical_->lose_data();
}

LocalStatus NodeSupervisor::status() const {
  LocalStatus worst = LocalStatus::kOk;
  if (alive_) worst = std::max(worst, alive_->status());
  if (deadline_) worst = std::max(worst, deadline_->status());
  if (logical_) worst = std::max(worst, logical_->status());
  return worst;
}

}  // namespace ocelli::safety
