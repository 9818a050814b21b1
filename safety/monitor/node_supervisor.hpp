#pragma once
// Alive, deadline and logical supervision of one node, fed from its observations. An activation is one indication; the
// reception of its trigger starts the deadline (or the end of the step before, if that is later), the end of its step
// ends it.

#include <algorithm>
#include <optional>
#include <vector>

#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/supervision.hpp"

namespace ocelli::safety {

/// What supervision takes of an observation.
struct Indication {
  Indication(const Observation& observation)
      : observed_at(observation.observed_at),
        started_at(observation.started_at),
        sequence(observation.sequence),
        topic(observation.topic),
        kind(observation.kind) {}

  Time observed_at;
  Time started_at;
  std::uint64_t sequence;
  TopicId topic;
  ObservationKind kind;
};

class NodeSupervisor {
 public:
  static Result<NodeSupervisor> create(const NodeConfig& config);

  /// Its cycles begin with its first activation, at the latest then.
  void start_by(Time latest) { start_by_ = latest; }
  /// Observations of this node, in the order of their time stamps.
  void observe(const Indication& indication);
  /// `settled`: what was stamped until then has been observed.
  void tick(Time settled);
  void lose_data();
  /// A fresh start, as after a restart of the process.
  void reset();

  [[nodiscard]] bool is_configured() const { return alive_ || deadline_ || logical_; }
  /// The worst of the three.
  [[nodiscard]] LocalStatus status() const;
  [[nodiscard]] const std::optional<AliveSupervision>& alive() const { return alive_; }
  [[nodiscard]] const std::optional<DeadlineSupervision>& deadline() const { return deadline_; }
  [[nodiscard]] const std::optional<LogicalSupervision>& logical() const { return logical_; }
  [[nodiscard]] std::uint32_t last_count() const { return last_count_; }
  [[nodiscard]] std::uint64_t cycles() const { return cycles_; }

 private:
  NodeSupervisor(const NodeConfig& config, const std::optional<CheckpointGraph>& graph);
  void count(Time at);
  void time_step(const Indication& indication);
  void follow(const Indication& indication);
  void end_cycles(Time until);

  Duration cycle_;
  std::optional<AliveSupervision> alive_;
  std::optional<DeadlineSupervision> deadline_;
  std::optional<LogicalSupervision> logical_;
  struct Checkpoint {
    ObservationKind kind{};
    TopicId topic{};
  };
  std::vector<Checkpoint> checkpoints_;
  TopicId trigger_{};
  std::uint64_t triggered_sequence_ = 0;
  std::optional<Time> start_by_;
  std::optional<Time> cycle_ends_;  // set at the start
  std::uint32_t count_ = 0;         // of the running cycle
  std::uint32_t last_count_ = 0;
  std::uint64_t cycles_ = 0;
};

}  // namespace ocelli::safety
