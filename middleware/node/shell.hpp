#pragma once
// Everything around a node's step, the same for every executor: choosing inputs by policy and age, lineage, degraded
// marks, and one observation per received message and per activation. No thread, no bus, no clock of its own.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/middleware/node/any_node.hpp"

namespace ocelli::node {

using ObservationSink = std::function<void(const Observation&)>;

/// How a launch file binds a node. Ports that are not named use the kind's own topic name.
struct Binding {
  std::map<std::string, std::string> inputs;   // port → topic
  std::map<std::string, std::string> outputs;  // port → topic
  std::map<std::string, Duration> max_age;     // port → maximum age, or length of a window
};

struct BoundInput {
  InputSpec spec;
  std::string topic;
  Duration span;
};

struct BoundOutput {
  OutputSpec spec;
  std::string topic;
};

/// One run of step, from the moment its inputs are fixed.
struct Activation {
  Time started_at;
  SamplePtr trigger;
  StepInputs inputs;
  Lineage lineage;
  bool is_degraded = false;
  StepResult result;
};

/// What a finished activation sends.
struct Outgoing {
  std::size_t output;  // index into NodeShell::outputs()
  std::shared_ptr<const void> value;
  ConstBufferPtr cdr;
  PublishInfo info;
};

class NodeShell {
 public:
  /// Error, all mistakes at once, when the binding names ports that the node does not have or an age that is none.
  static Result<std::unique_ptr<NodeShell>> create(std::string name, std::unique_ptr<AnyNode> node,
                                                   const Binding& binding);

  /// AnyNode::choice(); its error names the node.
  [[nodiscard]] Result<std::string> choice() const;

  /// Loads what the node needs; once, before the first activation.
  Status prepare(const Conditions& conditions);

  /// Takes one message for one input. Returns the sample that starts an activation, or null. Messages that are corrupt,
  /// do not decode, or are stamped in the future (core/stamp.hpp) are observed and dropped. A
  /// trigger that the node passes over is an activation that took no time.
  SamplePtr accept(std::size_t input, const Received& received, const ObservationSink& observe);

  /// Fixes the inputs of an activation that starts at `now`.
  [[nodiscard]] Activation begin(SamplePtr trigger, Time now);

  /// Runs the step (on any thread; never two activations of one shell at once).
  void run(Activation& activation) { activation.result = node_->step(activation.inputs); }

  /// AnyNode::needs_new_process().
  [[nodiscard]] bool needs_new_process() const { return node_->needs_new_process(); }

  /// What to publish; observes the activation as ended at `now`.
  [[nodiscard]] std::vector<Outgoing> finish(Activation& activation, Time now, const ObservationSink& observe);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] EntityId id() const { return entity_id(name_); }
  [[nodiscard]] const std::vector<BoundInput>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<BoundOutput>& outputs() const { return outputs_; }
  /// Error messages of failed steps and bad inputs since the last call, for the log of the process.
  [[nodiscard]] std::vector<std::string> take_problems() { return std::exchange(problems_, {}); }

 private:
  NodeShell() = default;
  void note(std::string problem);
  void count_left_out(std::uint64_t measurements);
  [[nodiscard]] std::size_t trigger_of(TopicId topic) const;
  void keep_lineage(Activation& activation, bool has_output);

  std::string name_;
  std::unique_ptr<AnyNode> node_;
  std::vector<BoundInput> inputs_;
  std::vector<BoundOutput> outputs_;
  std::vector<std::deque<SamplePtr>> histories_;  // per input
  std::vector<Time> last_used_;                   // per input: sensed_at of the newest sample of the last activation
  Lineage unanswered_;                            // of several triggers: what went in since the last output
  std::vector<std::string> problems_;
  std::uint64_t left_out_ = 0;   // measurements, by all steps
  std::uint64_t next_told_ = 1;  // of them
};

/// The observation that a message was published; quality values are those of sensor data, empty otherwise.
[[nodiscard]] Observation observe_publish(EntityId entity, const SampleHeader& header, Time now);

}  // namespace ocelli::node
