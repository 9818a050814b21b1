#include "ocelli/middleware/node/live_executor.hpp"

#include <algorithm>
#include <map>

#include "ocelli/middleware/core/stamp.hpp"
#include "ocelli/middleware/node/decode.hpp"
#include "ocelli/middleware/node/quality.hpp"
#include "ocelli/middleware/topics/restamp.hpp"

namespace ocelli::node {
namespace {

constexpr std::size_t kReadAhead = 128;  // messages: enough for one slow scan among 100 Hz neighbours
constexpr Duration kIdleWait = 100ms;    // how long a stop request may wait
constexpr Duration kLongestPause = 60s;  // of a source

}  // namespace

struct LiveExecutor::LiveSource {
  struct Output {
    std::unique_ptr<RawPublisher> publisher;
    std::atomic<bool> is_frozen = false;
    std::atomic<bool> is_lost = false;
    ConstBufferPtr last;  // payload that a freeze repeats
  };
  std::string name;
  std::unique_ptr<SourceReader> reader;
  std::vector<std::unique_ptr<Output>> outputs;  // by SourceMessage::topic
};

struct LiveExecutor::LiveNode {
  std::unique_ptr<NodeShell> shell;
  Signal signal;
  std::vector<bool> is_trigger;  // by input
  std::vector<std::shared_ptr<Subscription>> inputs;
  std::vector<std::unique_ptr<RawPublisher>> outputs;
  std::atomic<Duration> inference_delay{};
  std::atomic<bool> is_lost = false;
};

Result<std::unique_ptr<ObservationOutlet>> ObservationOutlet::open(Bus& bus) {
  OCELLI_ASSIGN(auto publisher, bus.publish<topics::Observations>());
  return std::unique_ptr<ObservationOutlet>(new ObservationOutlet(std::move(publisher)));
}

void ObservationOutlet::add(const Observation& observation) {
  const std::lock_guard lock(mutex_);
  batch_.observations().push_back(to_message(observation));
}

void ObservationOutlet::flush() {
  const std::lock_guard lock(mutex_);
  if (batch_.observations().empty()) return;
  const Time newest = from_ns(batch_.observations().back().observed_at());
  publisher_->publish(std::move(batch_), {.sensed_at = newest, .lineage = {}, .flags = 0});
  batch_ = {};
}

LiveExecutor::LiveExecutor(Bus& bus, std::function<void(std::string_view, const std::string&)> on_problem,
                           std::atomic<bool>* is_stopping)
    : bus_(bus), on_problem_(std::move(on_problem)), is_stopping_(is_stopping != nullptr ? *is_stopping : own_stop_) {}

LiveExecutor::~LiveExecutor() { stop(); }

Result<std::unique_ptr<LiveExecutor>> LiveExecutor::create(
    Bus& bus, std::function<void(std::string_view, const std::string&)> on_problem, std::atomic<bool>* is_stopping) {
  std::unique_ptr<LiveExecutor> executor(new LiveExecutor(bus, std::move(on_problem), is_stopping));
  OCELLI_ASSIGN(executor->outlet_, ObservationOutlet::open(bus));
  return executor;
}

Status LiveExecutor::add_source(std::string name, std::unique_ptr<Source> source, const Replay& replay) {
  auto live = std::make_unique<LiveSource>();
  live->name = std::move(name);
  for (const SourceTopic& topic : source->topics()) {
    auto& output = live->outputs.emplace_back(std::make_unique<LiveSource::Output>());
    OCELLI_ASSIGN(output->publisher, bus_.publish(*topic.kind, topic.name));
  }
  live->reader = std::make_unique<SourceReader>(std::move(source), kReadAhead, replay);
  sources_.push_back(std::move(live));
  return ok();
}

Status LiveExecutor::add_node(std::unique_ptr<NodeShell> shell) {
  auto live = std::make_unique<LiveNode>();
  OCELLI_TRY(
      shell->prepare({.has_deadlines = true, .inference_delay = &live->inference_delay, .is_stopping = &is_stopping_}));
  for (const BoundOutput& output : shell->outputs()) {
    OCELLI_ASSIGN(auto publisher, bus_.publish(*output.spec.kind, output.topic));
    live->outputs.push_back(std::move(publisher));
  }
  for (const BoundInput& input : shell->inputs()) {
    live->is_trigger.push_back(input.spec.policy == InputPolicy::kTrigger);
    OCELLI_ASSIGN(auto subscription, bus_.subscribe(*input.spec.kind, input.topic, &live->signal, input.spec.waiting));
    live->inputs.push_back(std::move(subscription));
  }
  live->shell = std::move(shell);
  nodes_.push_back(std::move(live));
  return ok();
}

void LiveExecutor::start() {
  running_sources_ = static_cast<int>(sources_.size());
  for (auto& node : nodes_) threads_.emplace_back([this, &node = *node] { run_node(node); });
  for (auto& source : sources_)
    threads_.emplace_back([this, &source = *source] {
      run_source(source);
      --running_sources_;
    });
}

void LiveExecutor::stop() {
  is_stopping_ = true;
  for (auto& node : nodes_) node->signal.notify();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  nodes_.clear();
  sources_.clear();
}

std::string LiveExecutor::lost_node() const {
  const auto lost = std::ranges::find_if(nodes_, [](const auto& node) { return node->is_lost.load(); });
  return lost == nodes_.end() ? "" : (*lost)->shell->name();
}

void LiveExecutor::inject_freeze(const std::string& topic, bool is_frozen) {
  inject(topic, [is_frozen](LiveSource::Output& output) { output.is_frozen = is_frozen; });
}

void LiveExecutor::inject_slow_inference(const std::string& node, Duration delay) {
#ifdef OCELLI_INJECTION
  for (auto& live : nodes_)
    if (live->shell->name() == node) live->inference_delay = delay;
#else
  static_cast<void>(node);
  static_cast<void>(delay);
#endif
}

void LiveExecutor::inject_loss(const std::string& topic, bool is_lost) {
  inject(topic, [is_lost](LiveSource::Output& output) { output.is_lost = is_lost; });
}

template <class Change>
void LiveExecutor::inject(const std::string& topic, const Change& change) {
#ifdef OCELLI_INJECTION
  for (auto& source : sources_)
    for (std::size_t i = 0; i < source->outputs.size(); ++i)
      if (source->reader->topics()[i].name == topic) change(*source->outputs[i]);
#else
  static_cast<void>(topic);
  static_cast<void>(change);
#endif
}

void LiveExecutor::run_source(LiveSource& source) {
  Signal pause;
  while (!is_stopping_) {
    auto next = source.reader->next();
    if (!next) return on_problem_(source.name, next.error().message);
    if (!next->has_value()) return;
    const Time due = (*next)->recorded ? (*next)->recorded->published_at() : (*next)->sensed_at;
    // A source is read ahead by little: a stamp further ahead is wrong. It goes out at once, for all to refuse.
    const bool is_wrong = is_later_by(due, bus_.clock().now(), kLongestPause);
    for (Duration wait = due - bus_.clock().now(); !is_wrong && wait > Duration::zero() && !is_stopping_;
         wait = due - bus_.clock().now())
      pause.wait_for(std::min(wait, kIdleWait));
    if (!is_stopping_) release(source, **next);
  }
}

void LiveExecutor::release(LiveSource& source, const SourceMessage& message) {
  LiveSource::Output& output = *source.outputs[message.topic];
  if (output.is_lost) return;
  const EntityId entity = entity_id(source.name);
  const PublishInfo info{.sensed_at = message.sensed_at, .lineage = {}, .flags = 0};
  if (message.problem.has_value()) {
    on_problem_(source.name, fmt::format("{}: {}", output.publisher->topic(), message.problem->message));
    Observation seen;
    seen.kind = ObservationKind::kPublish;
    seen.status = ObservationStatus::kInvalid;
    seen.entity = entity;
    seen.topic = topic_id(output.publisher->topic());
    seen.sensed_at = message.sensed_at;
    seen.published_at = seen.observed_at = bus_.clock().now();
    outlet_->add(seen);
    return outlet_->flush();
  }
  const bool is_frozen = output.is_frozen && output.last != nullptr;
  const ConstBufferPtr cdr = is_frozen ? topics::restamped(*output.last, message.sensed_at) : message.cdr;
  if (!is_frozen) output.last = message.cdr;
  Sample sample;
  sample.kind = &output.publisher->kind();
  sample.header = output.publisher->publish(nullptr, cdr, info);
  Observation seen = observe_publish(entity, sample.header, bus_.clock().now());
  if (sample.kind->quality != topics::Quality::kNone) {
    sample.cdr = cdr;
    if (auto complete = decoded(std::make_shared<const Sample>(std::move(sample)))) {
      const QualityValues quality = quality_of(**complete);
      seen.content_hash = quality.content_hash;
      seen.quality = quality.values;
    } else {
      seen.status = ObservationStatus::kInvalid;
    }
  }
  outlet_->add(seen);
  outlet_->flush();
}

void LiveExecutor::activate(LiveNode& node, std::size_t input, const Received& received,
                            const ObservationSink& observe) {
  SamplePtr trigger = node.shell->accept(input, received, observe);
  if (trigger == nullptr) return;
  Activation activation = node.shell->begin(std::move(trigger), bus_.clock().now());
  node.shell->run(activation);
  for (Outgoing& message : node.shell->finish(activation, bus_.clock().now(), observe)) {
    RawPublisher& output = *node.outputs[message.output];
    Sample sample;
    sample.kind = &output.kind();
    sample.value = message.value;
    const QualityValues quality = message.value == nullptr ? QualityValues{} : quality_of(sample);
    const SampleHeader header = output.publish(std::move(message.value), std::move(message.cdr), message.info);
    Observation seen = observe_publish(node.shell->id(), header, header.published_at());
    seen.content_hash = quality.content_hash;
    seen.quality = quality.values;
    observe(seen);
  }
}

void LiveExecutor::run_node(LiveNode& node) {
  const ObservationSink observe = [this](const Observation& seen) { outlet_->add(seen); };
  while (!is_stopping_) {
    // Everything that has come goes in before the triggers, so that an activation sees the newest of each input.
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      if (!node.is_trigger[i])
        while (const auto received = node.inputs[i]->take()) node.shell->accept(i, *received, observe);
    bool has_run = false;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!node.is_trigger[i]) continue;
      const auto received = node.inputs[i]->take();
      if (received) activate(node, i, *received, observe);
      has_run |= received.has_value();
    }
    for (const std::string& problem : node.shell->take_problems()) on_problem_(node.shell->name(), problem);
    outlet_->flush();
    if (has_run && node.shell->needs_new_process()) node.is_lost = true;
    if (!has_run) node.signal.wait_for(kIdleWait);
  }
}

}  // namespace ocelli::node
