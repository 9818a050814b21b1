#pragma once
// A node without its type, as the shells and executors handle it. `erase(MyNode(config))` makes one.

#include <memory>
#include <string_view>
#include <vector>

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/middleware/node/reflect.hpp"

namespace ocelli::node {

struct InputSpec {
  std::string_view name;
  const topics::TopicKind* kind;
  InputPolicy policy;
  Duration span;             // maximum age (Latest) or length (Window)
  std::size_t waiting;       // of a trigger: messages that wait while a step runs; 0: the kind's queue
  bool is_optional = false;  // its absence degrades nothing
};

struct OutputSpec {
  std::string_view name;
  const topics::TopicKind* kind;
};

/// What an activation works on: per input port the samples chosen by its policy, oldest first, values decoded.
using StepInputs = std::vector<std::vector<SamplePtr>>;

struct StepOutput {
  std::size_t port;
  std::shared_ptr<const void> value;
  ConstBufferPtr cdr;
  std::optional<Time> sensed_at;
  bool is_degraded = false;
};

struct StepResult {
  Status status;
  std::vector<StepOutput> outputs;  // empty when the step failed
  std::uint64_t left_out = 0;       // measurements that the step could not use
};

class AnyNode {
 public:
  virtual ~AnyNode() = default;
  [[nodiscard]] virtual std::string_view kind_name() const = 0;
  [[nodiscard]] virtual const std::vector<InputSpec>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<OutputSpec>& outputs() const = 0;
  /// What the node will work with on this machine, as a sentence for people; "" when it has no choice. Error: it has
  /// nothing to work with. Loads nothing.
  [[nodiscard]] virtual Result<std::string> choice() const = 0;
  /// Loads what the node needs; once, before the first step.
  virtual Status prepare(const Conditions& conditions) = 0;
  /// Whether the node works on this trigger; one that it passes over costs nothing. Never at the same time as another.
  virtual bool takes(Time sensed_at) = 0;
  /// Whether every step will fail until the node runs in a new process; asked after each step.
  [[nodiscard]] virtual bool needs_new_process() const = 0;
  /// Runs the node's step; an exception from a library below it becomes a failed status.
  virtual StepResult step(const StepInputs& inputs) = 0;
};

namespace detail {

template <class Port>
consteval bool is_optional() {
  return requires { Port::kIsOptional; };
}

template <class In, std::size_t... I>
std::vector<InputSpec> input_specs(std::index_sequence<I...>) {
  using Ports = decltype(members_of(std::declval<In&>()));
  return {InputSpec{member_name<In, I>(),
                    &topics::kind_of<typename std::remove_reference_t<std::tuple_element_t<I, Ports>>::Topic>(),
                    std::remove_reference_t<std::tuple_element_t<I, Ports>>::kPolicy,
                    std::remove_reference_t<std::tuple_element_t<I, Ports>>::kSpan,
                    std::remove_reference_t<std::tuple_element_t<I, Ports>>::kWaiting,
                    is_optional<std::remove_reference_t<std::tuple_element_t<I, Ports>>>()}...};
}

template <class In, std::size_t... I>
consteval std::size_t count_triggers(std::index_sequence<I...>) {
  using Ports = decltype(members_of(std::declval<In&>()));
  return (0 + ... + (std::remove_reference_t<std::tuple_element_t<I, Ports>>::kPolicy == InputPolicy::kTrigger));
}

template <class Out, std::size_t... I>
std::vector<OutputSpec> output_specs(std::index_sequence<I...>) {
  using Ports = decltype(members_of(std::declval<Out&>()));
  return {OutputSpec{member_name<Out, I>(),
                     &topics::kind_of<typename std::remove_reference_t<std::tuple_element_t<I, Ports>>::Topic>()}...};
}

template <class N>
class ErasedNode final : public AnyNode {
  static_assert(count_triggers<typename N::In>(std::make_index_sequence<kMemberCount<typename N::In>>{}) >= 1,
                "a node has a Trigger");

 public:
  explicit ErasedNode(N node) : node_(std::move(node)) {}
  [[nodiscard]] std::string_view kind_name() const override { return N::kName; }
  [[nodiscard]] const std::vector<InputSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<OutputSpec>& outputs() const override { return outputs_; }

  [[nodiscard]] Result<std::string> choice() const override {
    if constexpr (requires(const N& node) { node.choice(); })
      return node_.choice();
    else
      return std::string();
  }

  Status prepare(const Conditions& conditions) override {
    if constexpr (requires(N & node) { node.prepare(conditions); })
      return node_.prepare(conditions);
    else
      return ok();
  }

  bool takes(Time sensed_at) override {
    if constexpr (requires(N & node) { node.takes(sensed_at); })
      return node_.takes(sensed_at);
    else
      return true;
  }

  [[nodiscard]] bool needs_new_process() const override {
    if constexpr (requires(const N& node) { node.needs_new_process(); })
      return node_.needs_new_process();
    else
      return false;
  }

  StepResult step(const StepInputs& inputs) override {
    std::size_t index = 0;
    std::apply([&](auto&... port) { (port.bind(inputs[index++]), ...); }, members_of(in_));
    typename N::Out out;
    StepResult result;
    try {
      result.status = node_.step(in_, out);
    } catch (const std::exception& problem) {
      result.status = error(ErrorCode::kInternal, "{}: exception in step: {}", N::kName, problem.what());
    } catch (...) {
      result.status = error(ErrorCode::kInternal, "{}: unknown exception in step", N::kName);
    }
    std::apply([&](const auto&... port) { ((result.left_out += port.left_out()), ...); }, members_of(out));
    if (result.status) collect(out, result.outputs);
    return result;
  }

 private:
  static void collect(typename N::Out& out, std::vector<StepOutput>& outputs) {
    std::size_t index = 0;
    const auto collect_one = [&](auto& port) {
      StepOutput output{index++, port.take_value(), port.take_cdr(), port.sensed_at(), port.is_degraded()};
      if (output.value != nullptr || output.cdr != nullptr) outputs.push_back(std::move(output));
    };
    std::apply([&](auto&... port) { (collect_one(port), ...); }, members_of(out));
  }

  N node_;
  typename N::In in_;
  const std::vector<InputSpec> inputs_ =
      input_specs<typename N::In>(std::make_index_sequence<kMemberCount<typename N::In>>{});
  const std::vector<OutputSpec> outputs_ =
      output_specs<typename N::Out>(std::make_index_sequence<kMemberCount<typename N::Out>>{});
};

}  // namespace detail

template <class N>
[[nodiscard]] std::unique_ptr<AnyNode> erase(N node) {
  return std::make_unique<detail::ErasedNode<N>>(std::move(node));
}

}  // namespace ocelli::node
