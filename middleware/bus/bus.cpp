#include "ocelli/middleware/bus/bus.hpp"

#include <algorithm>
#include <random>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli {

/// What this process knows of one topic instance.
struct TopicState {
  TopicState(std::string name_in, const topics::TopicKind& kind_in) : name(std::move(name_in)), kind(&kind_in) {}

  const std::string name;
  const topics::TopicKind* const kind;
  const TopicId id = topic_id(name);
  std::atomic<std::int64_t> delay_ns = 0;  // injected
  std::atomic<bool> has_publisher = false;
  std::atomic<std::uint64_t> failed_writes = 0;
  std::unique_ptr<NetworkWriter> writer;  // set before the first publish, kept until the bus ends

  std::mutex mutex;  // guards what follows
  std::vector<std::weak_ptr<Subscription>> subscriptions;
  SamplePtr latched;  // last value of a `state` topic
  std::unique_ptr<NetworkReader> network;
};

namespace {

/// A number for this life of this writer: 32 random bits, 0 excluded.
std::uint32_t new_writer_id() {
  static std::mutex mutex;
  static std::random_device device;
  const std::lock_guard lock(mutex);
  std::uint32_t id = 0;
  while (id == 0) id = device();
  return id;
}

constexpr auto kCrc32Profile = static_cast<std::uint16_t>(topics::E2e::kCrc32);

/// Header of a foreign frame: identity from the transport, the acquisition time is unknown.
SampleHeader foreign_header(TopicId topic, const NetworkFrame& frame) {
  SampleHeader header;
  header.topic = topic;
  header.writer = frame.writer;
  header.sequence = frame.sequence;
  header.sensed_at_ns = to_ns(frame.sent_at);
  header.published_at_ns = to_ns(frame.sent_at);
  header.oldest = header.newest = {topic, 0, frame.sequence, header.sensed_at_ns};
  header.body_length = static_cast<std::uint32_t>(frame.bytes->bytes().size());
  return header;
}

Integrity check(const SampleHeader& header, TopicId expected, std::span<const std::byte> body) {
  if (header.topic != expected) return Integrity::kCorrupt;
  if (header.e2e_profile != kCrc32Profile) return Integrity::kUnprotected;
  return frame_crc32(header, body) == header.e2e_crc ? Integrity::kTrusted : Integrity::kCorrupt;
}

}  // namespace

SampleHeader make_header(TopicId topic, std::uint32_t writer, std::uint64_t sequence, Time published_at,
                         const PublishInfo& info) {
  SampleHeader header;
  header.topic = topic;
  header.writer = writer;
  header.sequence = sequence;
  header.sensed_at_ns = to_ns(info.sensed_at);
  header.published_at_ns = to_ns(published_at);
  const Origin self{topic, 0, sequence, header.sensed_at_ns};
  header.oldest = info.lineage.oldest.is_set() ? info.lineage.oldest : self;
  header.newest = info.lineage.newest.is_set() ? info.lineage.newest : self;
  header.flags = info.flags;
  return header;
}

RawPublisher::RawPublisher(Bus& bus, TopicState& topic) : bus_(bus), topic_(topic), writer_(new_writer_id()) {}
RawPublisher::~RawPublisher() { topic_.has_publisher = false; }

const std::string& RawPublisher::topic() const { return topic_.name; }
const topics::TopicKind& RawPublisher::kind() const { return *topic_.kind; }
std::size_t RawPublisher::remote_readers() const { return topic_.writer == nullptr ? 0 : topic_.writer->readers(); }
std::uint64_t RawPublisher::failed_writes() const { return topic_.failed_writes; }

SampleHeader RawPublisher::publish(std::shared_ptr<const void> value, ConstBufferPtr cdr, const PublishInfo& info) {
  OCELLI_EXPECT((value == nullptr) != (cdr == nullptr));
  auto sample = std::make_shared<Sample>();
  sample->kind = topic_.kind;
  sample->value = std::move(value);
  sample->cdr = std::move(cdr);
  sample->header = make_header(topic_.id, writer_, ++sequence_, bus_.clock().now(), info);
  SampleHeader& header = sample->header;
  if (sample->cdr != nullptr) header.body_length = static_cast<std::uint32_t>(sample->cdr->bytes().size());
  const Duration delay{topic_.delay_ns.load(std::memory_order_relaxed)};
  if (delay > Duration::zero() || last_due_ > header.published_at()) {
    last_due_ = std::max(last_due_, header.published_at() + delay);
    bus_.delays_->add(last_due_, [&bus = bus_, &topic = topic_, sample] { bus.send(topic, sample); });
  } else {
    bus_.send(topic_, sample);
  }
  return header;
}

void Bus::send(TopicState& topic, const SamplePtr& sample) {
  deliver(topic, sample, Integrity::kTrusted);
  if (topic.writer == nullptr || !topic.writer->is_wanted()) return;
  const ConstBufferPtr cdr = cdr_of(*sample);
  SampleHeader header = sample->header;
  header.body_length = static_cast<std::uint32_t>(cdr->bytes().size());
  if (topic.kind->e2e == topics::E2e::kCrc32) {
    header.e2e_profile = kCrc32Profile;
    header.e2e_counter = static_cast<std::uint32_t>(header.sequence);
    header.e2e_crc = frame_crc32(header, cdr->bytes());
  }
  if (!topic.writer->write(header, cdr->bytes())) topic.failed_writes.fetch_add(1, std::memory_order_relaxed);
}

Bus::Bus(const Clock& clock, std::unique_ptr<NetworkLane> network)
    : clock_(clock), network_(std::move(network)), delays_(std::make_unique<DelayLine>(clock)) {}

Bus::~Bus() {
  delays_.reset();
  for (auto& [name, topic] : topics_) topic->network.reset();  // readers stop before the queues they feed
}

Result<TopicState*> Bus::state_of(const topics::TopicKind& kind, const std::string& topic) {
  const std::string name = topic.empty() ? std::string(kind.name) : topic;
  const std::lock_guard lock(mutex_);
  auto& state = topics_[name];
  if (state == nullptr) state = std::make_unique<TopicState>(name, kind);
  if (state->kind->name != kind.name)
    return error(ErrorCode::kInvalidArgument, "topic '{}' is of kind {}, not {}", name, state->kind->name, kind.name);
  return state.get();
}

Result<std::unique_ptr<RawPublisher>> Bus::publish(const topics::TopicKind& kind, const std::string& topic) {
  OCELLI_ASSIGN(TopicState* const state, state_of(kind, topic));
  if (state->has_publisher.exchange(true))
    return error(ErrorCode::kInvalidArgument, "topic '{}' has a publisher in this process already", state->name);
  if (network_ != nullptr && state->writer == nullptr) {
    OCELLI_ASSIGN(state->writer, network_->open_writer(state->name, kind));
  }
  return std::make_unique<RawPublisher>(*this, *state);
}

Result<std::shared_ptr<Subscription>> Bus::subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                     Signal* signal, std::size_t depth) {
  OCELLI_ASSIGN(TopicState* const state, state_of(kind, topic));
  auto subscription = std::make_shared<Subscription>(state->name, kind, depth == 0 ? kind.depth : depth, signal);
  bool needs_network = false;
  {
    const std::lock_guard lock(state->mutex);
    state->subscriptions.push_back(subscription);
    if (state->latched != nullptr) subscription->deliver(state->latched, clock_.now(), Integrity::kTrusted);
    needs_network = network_ != nullptr && state->network == nullptr;
  }
  if (needs_network) {
    OCELLI_ASSIGN(auto reader, network_->open_reader(state->name, kind, [this, state](NetworkFrame frame) {
      on_frame(*state, std::move(frame));
    }));
    const std::lock_guard lock(state->mutex);
    state->network = std::move(reader);
  }
  return subscription;
}

void Bus::deliver(TopicState& topic, const SamplePtr& sample, Integrity integrity) {
  const Time now = clock_.now();
  const std::lock_guard lock(topic.mutex);
  if (topic.kind->qos == topics::Qos::kState) topic.latched = sample;
  std::erase_if(topic.subscriptions, [&](const std::weak_ptr<Subscription>& weak) {
    const auto subscription = weak.lock();
    if (subscription != nullptr) subscription->deliver(sample, now, integrity);
    return subscription == nullptr;
  });
}

void Bus::on_frame(TopicState& topic, NetworkFrame frame) {
  auto sample = std::make_shared<Sample>();
  sample->kind = topic.kind;
  Integrity integrity = Integrity::kUnprotected;
  const auto header = read_trailer(frame.bytes->bytes());
  if (header.has_value()) {
    const auto body = frame.bytes->bytes().first(header->body_length);
    integrity = check(*header, topic.id, body);
    sample->header = *header;
    frame.bytes->truncate(header->body_length);
  } else {
    sample->header = foreign_header(topic.id, frame);
  }
  sample->cdr = std::move(frame.bytes);
  deliver(topic, sample, integrity);
}

void Bus::inject_delay(const std::string& topic, Duration delay) {
#ifdef OCELLI_INJECTION
  const std::lock_guard lock(mutex_);
  if (const auto found = topics_.find(topic); found != topics_.end()) found->second->delay_ns = delay.count();
#else
  static_cast<void>(topic);
  static_cast<void>(delay);
#endif
}

}  // namespace ocelli
