#include "ocelli/middleware/node/shell.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/core/stamp.hpp"
#include "ocelli/middleware/node/decode.hpp"

namespace ocelli::node {
namespace {

constexpr std::size_t kMostKept = 1024;     // messages of a window
constexpr std::size_t kMostProblems = 100;  // between two take_problems()

LineageEnd end_of(const Origin& origin) { return {origin.topic, origin.sequence, origin.sensed_at()}; }

void widen(Lineage& lineage, const SampleHeader& header) {
  const bool is_older = !lineage.oldest.is_set() || header.oldest.sensed_at_ns < lineage.oldest.sensed_at_ns;
  const bool is_newer = !lineage.newest.is_set() || header.newest.sensed_at_ns > lineage.newest.sensed_at_ns;
  if (is_older) lineage.oldest = header.oldest;
  if (is_newer) lineage.newest = header.newest;
}

void widen(Lineage& lineage, const Lineage& other) {
  if (other.oldest.is_set() && (!lineage.oldest.is_set() || other.oldest.sensed_at_ns < lineage.oldest.sensed_at_ns))
    lineage.oldest = other.oldest;
  if (other.newest.is_set() && (!lineage.newest.is_set() || other.newest.sensed_at_ns > lineage.newest.sensed_at_ns))
    lineage.newest = other.newest;
}

Observation observation_of(EntityId entity, const SampleHeader& header, ObservationKind kind) {
  Observation observation;
  observation.kind = kind;
  observation.entity = entity;
  observation.topic = header.topic;
  observation.writer = header.writer;
  observation.sequence = header.sequence;
  observation.sensed_at = header.sensed_at();
  observation.published_at = header.published_at();
  observation.oldest = end_of(header.oldest);
  observation.newest = end_of(header.newest);
  return observation;
}

/// A latched value holds until it is replaced, however old it is.
bool is_state(const BoundInput& input) {
  return input.spec.policy == InputPolicy::kLatest && input.spec.kind->qos == topics::Qos::kState;
}

/// A step that worked on bytes which their writer has overtaken may have seen anything.
Status check_intact(const StepInputs& inputs, const std::vector<BoundInput>& ports) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const SamplePtr& sample : inputs[i])
      if (!sample->intact())
        return error(ErrorCode::kTimeout, "{} #{} was overwritten in its ring while the step ran", ports[i].topic,
                     sample->header.sequence);
  return ok();
}

/// Refuses stamps from the future: for a node, time is what its inputs say. Published itself in the future is as bad.
Status check_stamp(const Received& received) {
  const SampleHeader& header = received.sample->header;
  if (is_ahead(header.published_at(), received.received_at))
    return error(ErrorCode::kCorrupt, "published at {} ns, received {} ns: expected at most {} ms later",
                 header.published_at_ns, to_ns(received.received_at), to_milliseconds(kMostAhead));
  const Time sent_at = std::min(header.published_at(), received.received_at);
  if (!is_ahead(header.sensed_at(), sent_at)) return ok();
  return error(ErrorCode::kCorrupt, "stamped {} ns, sent at {} ns: expected at most {} ms later", header.sensed_at_ns,
               to_ns(sent_at), to_milliseconds(kMostAhead));
}

/// Adds a line for each name in `given` that no spec has.
template <class Value, class Specs>
void check_ports(const std::map<std::string, Value>& given, const Specs& specs, std::string_view node,
                 std::string_view what, std::vector<std::string>& mistakes) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  for (const auto& [port, value] : given)
    if (std::find(names.begin(), names.end(), port) == names.end())
      mistakes.push_back(fmt::format("node '{}' has no {} '{}': it has {}", node, what, port, fmt::join(names, ", ")));
}

/// A trigger has no age; the others need one to be of use.
void check_ages(const std::map<std::string, Duration>& ages, const std::vector<InputSpec>& specs, std::string_view node,
                std::vector<std::string>& mistakes) {
  for (const InputSpec& spec : specs) {
    const auto age = ages.find(std::string(spec.name));
    if (age == ages.end()) continue;
    if (spec.policy == InputPolicy::kTrigger)
      mistakes.push_back(fmt::format("node '{}': input '{}' is the trigger, it has no maximum age", node, spec.name));
    else if (age->second <= Duration{})
      mistakes.push_back(fmt::format("node '{}': maximum age of '{}' is {} s: expected more than 0 s", node, spec.name,
                                     to_seconds(age->second)));
  }
}

/// The topic tells which trigger started an activation.
void check_triggers(const std::vector<BoundInput>& inputs, std::string_view node, std::vector<std::string>& mistakes) {
  std::map<std::string_view, std::string_view> triggers;  // topic → port
  for (const BoundInput& input : inputs) {
    if (input.spec.policy != InputPolicy::kTrigger) continue;
    if (const auto [other, is_new] = triggers.try_emplace(input.topic, input.spec.name); !is_new)
      mistakes.push_back(fmt::format("node '{}': triggers '{}' and '{}' have the same topic '{}'", node, other->second,
                                     input.spec.name, input.topic));
  }
}

template <class Value>
Value value_or(const std::map<std::string, Value>& given, std::string_view key, Value otherwise) {
  const auto found = given.find(std::string(key));
  return found == given.end() ? otherwise : found->second;
}

}  // namespace

Result<std::unique_ptr<NodeShell>> NodeShell::create(std::string name, std::unique_ptr<AnyNode> node,
                                                     const Binding& binding) {
  std::vector<std::string> mistakes;
  check_ports(binding.inputs, node->inputs(), name, "input", mistakes);
  check_ports(binding.max_age, node->inputs(), name, "input", mistakes);
  check_ports(binding.outputs, node->outputs(), name, "output", mistakes);
  check_ages(binding.max_age, node->inputs(), name, mistakes);
  std::unique_ptr<NodeShell> shell(new NodeShell);
  for (const InputSpec& spec : node->inputs())
    shell->inputs_.push_back({spec, value_or(binding.inputs, spec.name, std::string(spec.kind->name)),
                              value_or(binding.max_age, spec.name, spec.span)});
  check_triggers(shell->inputs_, name, mistakes);
  if (!mistakes.empty()) return error(ErrorCode::kInvalidArgument, "{}", fmt::join(mistakes, "; "));
  for (const OutputSpec& spec : node->outputs())
    shell->outputs_.push_back({spec, value_or(binding.outputs, spec.name, std::string(spec.kind->name))});
  shell->histories_.resize(shell->inputs_.size());
  shell->last_used_.resize(shell->inputs_.size(), Time::min());
  shell->name_ = std::move(name);
  shell->node_ = std::move(node);
  return shell;
}

Result<std::string> NodeShell::choice() const {
  auto choice = node_->choice();
  if (!choice) return error(choice.error().within(fmt::format("node '{}'", name_)));
  return choice;
}

Status NodeShell::prepare(const Conditions& conditions) {
  const Status status = node_->prepare(conditions);
  return status ? ok() : Status(error(status.error().within(fmt::format("node '{}'", name_))));
}

void NodeShell::note(std::string problem) {
  if (problems_.size() < kMostProblems) problems_.push_back(std::move(problem));
}

SamplePtr NodeShell::accept(std::size_t input, const Received& received, const ObservationSink& observe) {
  Observation seen = observation_of(id(), received.sample->header, ObservationKind::kReceive);
  seen.observed_at = received.received_at;
  seen.lost = received.lost;
  Result<SamplePtr> sample = error(ErrorCode::kCorrupt, "E2E check failed");
  if (received.integrity == Integrity::kCorrupt) {
    seen.status = ObservationStatus::kCorrupt;
  } else if (const Status stamp = check_stamp(received); !stamp) {
    seen.status = ObservationStatus::kInvalid;
    sample = error(stamp.error());
  } else if (sample = decoded(received.sample); !sample) {
    seen.status = ObservationStatus::kInvalid;
  } else if ((received.sample->header.flags & SampleHeader::kDegraded) != 0) {
    seen.status = ObservationStatus::kDegraded;
  }
  observe(seen);
  if (!sample) {
    note(fmt::format("{} #{}: {}", inputs_[input].topic, received.sample->header.sequence, sample.error().message));
    return nullptr;
  }
  if (inputs_[input].spec.policy == InputPolicy::kTrigger) {
    if (node_->takes((*sample)->header.sensed_at())) return *sample;
    seen.kind = ObservationKind::kActivation;  // nothing to do is done at once
    seen.status = ObservationStatus::kSkipped;
    seen.lost = 0;
    seen.started_at = seen.observed_at;
    observe(seen);
    return nullptr;
  }
  auto& history = histories_[input];
  const bool keeps_many = inputs_[input].spec.policy == InputPolicy::kWindow;
  history.push_back(*std::move(sample));
  while (history.size() > (keeps_many ? kMostKept : 1)) history.pop_front();
  return nullptr;
}

/// Which trigger a topic is; the only one whatever the topic.
std::size_t NodeShell::trigger_of(TopicId topic) const {
  const auto is_trigger = [](const BoundInput& input) { return input.spec.policy == InputPolicy::kTrigger; };
  const auto is_it = [&](const BoundInput& input) { return is_trigger(input) && topic_id(input.topic) == topic; };
  auto found = std::ranges::find_if(inputs_, is_it);
  if (found == inputs_.end()) found = std::ranges::find_if(inputs_, is_trigger);
  return static_cast<std::size_t>(found - inputs_.begin());
}

Activation NodeShell::begin(SamplePtr trigger, Time now) {
  Activation activation;
  activation.started_at = now;
  activation.inputs.resize(inputs_.size());
  const std::size_t starter = trigger_of(trigger->header.topic);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    auto& chosen = activation.inputs[i];
    if (inputs_[i].spec.policy == InputPolicy::kTrigger) {
      if (i == starter) chosen.push_back(trigger);
    } else {
      auto& history = histories_[i];
      const Time oldest = is_state(inputs_[i]) ? Time::min() : now - inputs_[i].span;
      std::erase_if(history,
                    [&](const SamplePtr& sample) { return sample->header.sensed_at() < oldest || !sample->intact(); });
      chosen.assign(history.begin(), history.end());
      if (chosen.empty() && !inputs_[i].spec.is_optional) activation.is_degraded = true;
    }
    // What an earlier activation has seen of a window is not new data: only its rest counts as made from it now.
    const Time seen_before =
        std::exchange(last_used_[i], chosen.empty() ? Time::min() : chosen.back()->header.sensed_at());
    for (const SamplePtr& sample : chosen) {
      if (!is_state(inputs_[i]) && (sample->header.sensed_at() > seen_before || sample == chosen.back()))
        widen(activation.lineage, sample->header);
      if ((sample->header.flags & SampleHeader::kDegraded) != 0) activation.is_degraded = true;
    }
  }
  activation.trigger = std::move(trigger);
  return activation;
}

/// A node with several triggers gathers: what started a step without an output goes into the next output. (A step of an
/// only trigger that gives nothing has passed its message over.)
void NodeShell::keep_lineage(Activation& activation, bool has_output) {
  const auto is_trigger = [](const BoundInput& input) { return input.spec.policy == InputPolicy::kTrigger; };
  if (std::ranges::count_if(inputs_, is_trigger) < 2) return;
  if (has_output)
    widen(activation.lineage, std::exchange(unanswered_, {}));
  else
    widen(unanswered_, activation.lineage);
}

/// Every step tells the monitor; people are told at the first, the tenth, the hundredth.
void NodeShell::count_left_out(std::uint64_t measurements) {
  left_out_ += measurements;
  if (left_out_ < next_told_) return;
  while (next_told_ <= left_out_) next_told_ *= 10;
  note(fmt::format("steps left out {} measurements so far that they could not use", left_out_));
}

std::vector<Outgoing> NodeShell::finish(Activation& activation, Time now, const ObservationSink& observe) {
  std::vector<Outgoing> outgoing;
  for (const StepOutput& output : activation.result.outputs) activation.is_degraded |= output.is_degraded;
  const std::uint32_t flags = activation.is_degraded ? SampleHeader::kDegraded : 0;
  Status status = std::move(activation.result.status);
  if (status) status = check_intact(activation.inputs, inputs_);
  if (status) keep_lineage(activation, !activation.result.outputs.empty());
  for (StepOutput& output : activation.result.outputs) {
    if (output.value != nullptr && status) status = validate(*outputs_[output.port].spec.kind, output.value.get());
    if (!status) break;
    outgoing.push_back(
        {output.port,
         std::move(output.value),
         std::move(output.cdr),
         {output.sensed_at.value_or(activation.trigger->header.sensed_at()), activation.lineage, flags}});
  }
  Observation seen = observation_of(id(), activation.trigger->header, ObservationKind::kActivation);
  seen.started_at = activation.started_at;
  seen.observed_at = now;
  seen.oldest = end_of(activation.lineage.oldest);
  seen.newest = end_of(activation.lineage.newest);
  const std::uint64_t left_out = activation.result.left_out;
  seen.quality[0] = static_cast<double>(left_out);
  count_left_out(left_out);
  if (activation.is_degraded || left_out > 0) seen.status = ObservationStatus::kDegraded;
  if (!status) {
    seen.status = ObservationStatus::kFailed;
    outgoing.clear();  // a failed step is a fault, never an empty list
    note(fmt::format("step failed: {}", status.error().message));
  }
  observe(seen);
  return outgoing;
}

Observation observe_publish(EntityId entity, const SampleHeader& header, Time now) {
  Observation seen = observation_of(entity, header, ObservationKind::kPublish);
  seen.observed_at = now;
  if ((header.flags & SampleHeader::kDegraded) != 0) seen.status = ObservationStatus::kDegraded;
  return seen;
}

}  // namespace ocelli::node
