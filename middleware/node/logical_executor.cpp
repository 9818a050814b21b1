#include "ocelli/middleware/node/logical_executor.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <thread>
#include <tuple>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/node/decode.hpp"
#include "ocelli/middleware/node/quality.hpp"

namespace ocelli::node {
namespace {

constexpr int kSourcePriority = std::numeric_limits<int>::min();
constexpr int kTickPriority = std::numeric_limits<int>::max();
constexpr std::size_t kReadAhead = 16;
constexpr std::size_t kMostPending = 64;  // triggers waiting for a busy node

/// What a published message needs to become a sample, deterministic: the writer number is derived from the topic.
struct TopicWriter {
  const topics::TopicKind* kind = nullptr;
  std::uint64_t sequence = 0;
};

struct Event {
  Time at;
  int priority;
  std::uint32_t topic;
  std::uint64_t sequence;
  std::uint64_t order;  // of creation, the last resort
  std::function<void()> act;

  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(a.at, a.priority, a.topic, a.sequence, a.order) <
           std::tie(b.at, b.priority, b.topic, b.sequence, b.order);
  }
};

}  // namespace

class LogicalExecutor::Engine {
 public:
  Engine(LogicalOptions options, LogicalHooks hooks)
      : options_(std::move(options)), hooks_(std::move(hooks)), pool_(options_.threads, options_.schedule_seed) {
    if (!hooks_.on_observation) hooks_.on_observation = [](const Observation&) {};
  }

  void add_source(std::string name, std::unique_ptr<Source> source) {
    sources_.push_back({std::move(name), std::make_unique<SourceReader>(std::move(source), kReadAhead), {}});
    for (const SourceTopic& topic : sources_.back().reader->topics()) writers_[topic.name].kind = topic.kind;
  }

  void add_node(std::unique_ptr<NodeShell> shell, Duration exec_time, int priority) {
    auto node = std::make_unique<NodeState>();
    node->exec_time = exec_time;
    node->priority = priority;
    for (std::size_t i = 0; i < shell->inputs().size(); ++i)
      readers_[shell->inputs()[i].topic].push_back({node.get(), i, {}});
    for (const BoundOutput& output : shell->outputs()) writers_[output.topic].kind = output.spec.kind;
    node->shell = std::move(shell);
    nodes_.push_back(std::move(node));
  }

  void publish(const topics::TopicKind& kind, const std::string& topic, std::shared_ptr<const void> value) {
    writers_[topic].kind = &kind;
    send(topic, std::move(value), nullptr, {.sensed_at = now_, .lineage = {}, .flags = 0}, EntityId::kNone);
  }

  std::optional<SourceRange> range() const {
    std::optional<SourceRange> all;
    for (const SourceState& source : sources_) {
      const auto range = source.reader->range();
      if (!range) continue;
      if (!all) all = range;
      all->begin = std::min(all->begin, range->begin);
      all->end = std::max(all->end, range->end);
    }
    return all;
  }

  Status run() {
    for (const auto& node : nodes_)
      OCELLI_TRY(node->shell->prepare({.has_deadlines = false, .is_stopping = options_.is_stopping}));
    for (std::size_t i = 0; i < sources_.size(); ++i) fetch(i);
    if (!events_.empty() && hooks_.on_tick) add_tick(events_.begin()->at);
    const Time first = events_.empty() ? Time{} : events_.begin()->at;
    const auto wall_first = std::chrono::steady_clock::now();
    while (!events_.empty()) {
      if (hooks_.should_stop && hooks_.should_stop()) break;
      auto event = events_.extract(events_.begin());
      now_ = event.value().at;
      if (options_.rate > 0.0) {
        const auto wall = std::chrono::duration<double>(to_seconds(now_ - first) / options_.rate);
        std::this_thread::sleep_until(wall_first + std::chrono::duration_cast<std::chrono::nanoseconds>(wall));
      }
      event.value().act();
      if (hooks_.on_progress) hooks_.on_progress(now_);
    }
    for (const auto& node : nodes_)
      if (node->done.valid()) node->done.wait();
    if (failure_) return error(*failure_);
    return ok();
  }

 private:
  struct SourceState {
    std::string name;
    std::unique_ptr<SourceReader> reader;
    Time last_at;  // of the message fetched last
  };

  struct NodeState {
    std::unique_ptr<NodeShell> shell;
    Duration exec_time;
    int priority;
    std::deque<SamplePtr> pending;
    std::unique_ptr<Activation> running;
    std::future<void> done;
  };

  struct Reader {
    NodeState* node;
    std::size_t input;
    LossCounter losses;
  };

  void add_event(Time at, int priority, std::uint32_t topic, std::uint64_t sequence, std::function<void()> act) {
    events_.insert({at, priority, topic, sequence, ++order_, std::move(act)});
  }

  /// The tick repeats as long as anything else is still to come.
  void add_tick(Time at) {
    add_event(at, kTickPriority, 0, 0, [this, at] {
      hooks_.on_tick(at);
      if (!events_.empty()) add_tick(at + options_.tick);
    });
  }

  /// Puts the next message of a source into the event queue.
  void fetch(std::size_t index) {
    SourceState& source = sources_[index];
    auto next = source.reader->next();
    if (!next) {
      failure_ = next.error().within(source.name);
      return;
    }
    if (!next->has_value()) {
      if (++ended_sources_ == sources_.size() && hooks_.on_sources_end) hooks_.on_sources_end();
      return;
    }
    auto message = std::make_shared<SourceMessage>(std::move(**next));
    Time at = message->recorded ? message->recorded->published_at() : message->sensed_at;
    at = std::max(at, source.last_at);
    source.last_at = at;
    const std::string& topic = source.reader->topics()[message->topic].name;
    add_event(at, kSourcePriority, static_cast<std::uint32_t>(topic_id(topic)), 0, [this, index, message] {
      release(index, *message);
      fetch(index);
    });
  }

  void release(std::size_t index, const SourceMessage& message) {
    const SourceState& source = sources_[index];
    const SourceTopic& topic = source.reader->topics()[message.topic];
    if (message.problem.has_value()) return report_bad_message(source.name, topic, message);
    send(topic.name, nullptr, message.cdr, {.sensed_at = message.sensed_at, .lineage = {}, .flags = 0},
         entity_id(source.name));
  }

  /// A message that could not be read still has its number: the gap and the reason both show.
  void report_bad_message(const std::string& source, const SourceTopic& topic, const SourceMessage& message) {
    TopicWriter& writer = writers_[topic.name];
    const SampleHeader header = make_header(topic_id(topic.name), fnv1a32(topic.name), ++writer.sequence, now_,
                                            {.sensed_at = message.sensed_at, .lineage = {}, .flags = 0});
    Observation seen = observe_publish(entity_id(source), header, now_);
    seen.status = ObservationStatus::kInvalid;
    hooks_.on_observation(seen);
    if (hooks_.on_problem) hooks_.on_problem(source, fmt::format("{}: {}", topic.name, message.problem->message));
  }

  void send(const std::string& topic, std::shared_ptr<const void> value, ConstBufferPtr cdr, const PublishInfo& info,
            EntityId entity) {
    TopicWriter& writer = writers_[topic];
    auto sample = std::make_shared<Sample>();
    sample->kind = writer.kind;
    sample->header = make_header(topic_id(topic), fnv1a32(topic), ++writer.sequence, now_, info);
    sample->value = std::move(value);
    sample->cdr = std::move(cdr);
    SamplePtr shared = std::move(sample);
    if (entity != EntityId::kNone) observe_sent(entity, shared, topic);
    if (hooks_.on_sample) hooks_.on_sample(shared, topic);
    const auto delay = options_.delays.find(topic);
    if (delay == options_.delays.end()) return deliver(topic, shared);
    add_event(now_ + delay->second, kSourcePriority, static_cast<std::uint32_t>(shared->header.topic),
              shared->header.sequence, [this, topic, shared] { deliver(topic, shared); });
  }

  /// Sensor data is decoded here once, so that its quality values are known and no reader decodes it again.
  void observe_sent(EntityId entity, SamplePtr& sample, const std::string& topic) {
    Observation seen = observe_publish(entity, sample->header, now_);
    if (sample->kind->quality != topics::Quality::kNone) {
      if (auto complete = decoded(sample)) {
        sample = *complete;
        const QualityValues quality = quality_of(*sample);
        seen.content_hash = quality.content_hash;
        seen.quality = quality.values;
      } else {
        seen.status = ObservationStatus::kInvalid;
        if (hooks_.on_problem) hooks_.on_problem(topic, complete.error().message);
      }
    }
    hooks_.on_observation(seen);
  }

  void deliver(const std::string& topic, const SamplePtr& sample) {
    const auto readers = readers_.find(topic);
    if (readers == readers_.end()) return;
    for (Reader& reader : readers->second) {
      NodeState& node = *reader.node;
      const Received received{sample, now_, Integrity::kTrusted, reader.losses.count(sample->header)};
      SamplePtr trigger = node.shell->accept(reader.input, received, hooks_.on_observation);
      report_problems(node);
      if (trigger == nullptr) continue;
      const std::size_t waiting = node.shell->inputs()[reader.input].spec.waiting;
      if (node.running != nullptr && node.pending.size() >= (waiting == 0 ? kMostPending : waiting)) drop_oldest(node);
      node.pending.push_back(std::move(trigger));
      start(node);
    }
  }

  /// A node that is slower than its trigger: what it never gets to is lost, and said to be.
  void drop_oldest(NodeState& node) {
    Observation seen = observe_publish(node.shell->id(), node.pending.front()->header, now_);
    seen.kind = ObservationKind::kReceive;
    seen.lost = 1;
    hooks_.on_observation(seen);
    node.pending.pop_front();
  }

  void start(NodeState& node) {
    if (node.running != nullptr || node.pending.empty()) return;
    node.running = std::make_unique<Activation>(node.shell->begin(std::move(node.pending.front()), now_));
    node.pending.pop_front();
    node.done = pool_.submit([&node] { node.shell->run(*node.running); });
    const SampleHeader& header = node.running->trigger->header;
    add_event(now_ + node.exec_time, node.priority, static_cast<std::uint32_t>(header.topic), header.sequence,
              [this, &node] { complete(node); });
  }

  void complete(NodeState& node) {
    node.done.get();
    const auto activation = std::move(node.running);
    std::vector<Outgoing> outgoing = node.shell->finish(*activation, now_, hooks_.on_observation);
    report_problems(node);
    for (Outgoing& message : outgoing)
      send(node.shell->outputs()[message.output].topic, std::move(message.value), std::move(message.cdr), message.info,
           node.shell->id());
    start(node);
  }

  void report_problems(NodeState& node) {
    for (const std::string& problem : node.shell->take_problems())
      if (hooks_.on_problem) hooks_.on_problem(node.shell->name(), problem);
  }

  const LogicalOptions options_;
  LogicalHooks hooks_;
  std::vector<SourceState> sources_;
  std::size_t ended_sources_ = 0;
  std::vector<std::unique_ptr<NodeState>> nodes_;
  std::map<std::string, std::vector<Reader>> readers_;
  std::map<std::string, TopicWriter> writers_;
  std::set<Event> events_;
  std::uint64_t order_ = 0;
  Time now_{};
  std::optional<Error> failure_;
  JobPool pool_;  // last: its threads end before what they work on
};

LogicalExecutor::LogicalExecutor(LogicalOptions options, LogicalHooks hooks)
    : engine_(std::make_unique<Engine>(std::move(options), std::move(hooks))) {}
LogicalExecutor::~LogicalExecutor() = default;

void LogicalExecutor::add_source(std::string name, std::unique_ptr<Source> source) {
  engine_->add_source(std::move(name), std::move(source));
}
void LogicalExecutor::add_node(std::unique_ptr<NodeShell> shell, Duration exec_time, int priority) {
  engine_->add_node(std::move(shell), exec_time, priority);
}
void LogicalExecutor::publish(const topics::TopicKind& kind, const std::string& topic,
                              std::shared_ptr<const void> value) {
  engine_->publish(kind, topic, std::move(value));
}
Status LogicalExecutor::run() { return engine_->run(); }
std::optional<SourceRange> LogicalExecutor::range() const { return engine_->range(); }

}  // namespace ocelli::node
