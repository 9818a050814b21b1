#include "ocelli/middleware/bus/bus.hpp"

#include <algorithm>
#include <random>

#include "ocelli/middleware/bus/topic_state.hpp"
#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {

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

}  // namespace

[[gnu::hot]] SampleHeader make_header(TopicId topic, std::uint32_t writer, std::uint64_t sequence, Time published_at,
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

[[gnu::hot]] BufferPool& RawPublisher::pool() const {
  return topic_.ring == nullptr ? default_pool() : static_cast<BufferPool&>(*topic_.ring);
}
const std::string& RawPublisher::topic() const { return topic_.name; }
const topics::TopicKind& RawPublisher::kind() const { return *topic_.kind; }
std::size_t RawPublisher::remote_readers() const { return topic_.writer == nullptr ? 0 : topic_.writer->readers(); }
std::uint64_t RawPublisher::failed_writes() const { return topic_.failed_writes; }

[[gnu::hot]] SampleHeader RawPublisher::publish(std::shared_ptr<const void> value, ConstBufferPtr cdr,
                                                const PublishInfo& info) {
  OCELLI_EXPECT((value == nullptr) != (cdr == nullptr));
  Sample sample{make_header(topic_.id, writer_, ++sequence_, bus_.clock().now(), info), topic_.kind, std::move(value),
                std::move(cdr)};
  if (sample.cdr != nullptr) sample.header.body_length = static_cast<std::uint32_t>(sample.cdr->bytes().size());
  const SampleHeader header = sample.header;
  const Duration delay{topic_.delay_ns.load(std::memory_order_relaxed)};
  // Behind those that wait, and never beside one that is being sent: a ring has one writer.
  if (delay > Duration::zero() || topic_.delayed.load(std::memory_order_acquire) > 0) {
    last_due_ = std::max(last_due_, header.published_at() + delay);
    topic_.delayed.fetch_add(1, std::memory_order_relaxed);
    bus_.delays_->add(last_due_, [&bus = bus_, &topic = topic_, sample] {
      bus.send(topic, sample);
      topic.delayed.fetch_sub(1, std::memory_order_release);
    });
  } else {
    bus_.send(topic_, std::move(sample));
  }
  return header;
}

[[gnu::hot]] void Bus::send(TopicState& topic, Sample sample) {
  if (!topic.is_kept_here.load(std::memory_order_acquire)) return send_outside(topic, sample);
  const auto shared = make_recycled<Sample>(std::move(sample));
  deliver(topic, shared, Integrity::kTrusted);
  send_outside(topic, *shared);
}

[[gnu::hot]] void Bus::send_outside(TopicState& topic, const Sample& sample) {
  if (topic.writer == nullptr) return;
  const bool is_latched = topic.kind->qos == topics::Qos::kState;
  const bool has_ring_readers = topic.ring != nullptr && (is_latched || topic.writer->ring_readers() > 0);
  if (!has_ring_readers && !topic.writer->is_wanted()) return;
  const ConstBufferPtr cdr = has_ring_readers ? cdr_of(sample, *topic.ring) : cdr_of(sample);
  SampleHeader header = sample.header;
  // Nobody outside gets a message that cannot be protected: they would have to believe it unchecked.
  if (!protect(header, *topic.kind, cdr->bytes()))
    return count_failure(topic, fmt::format("a message of {} bytes is longer than E2E profile P{:02} protects: it does "
                                            "not leave this process",
                                            cdr->bytes().size(), static_cast<int>(topic.kind->e2e)));
  const bool is_beside = has_ring_readers && !topic.ring->commit(header, cdr);
  if (is_beside) {
    header.flags |= SampleHeader::kBesideRing;
    SampleHeader mark = header;
    static_cast<void>(protect(mark, *topic.kind, {}));
    topic.ring->commit_mark(mark);
    static_cast<void>(protect(header, *topic.kind, cdr->bytes()));  // it did a moment ago
  }
  if (has_ring_readers) topic.wake_readers();
  if (!is_beside && !topic.writer->is_wanted()) return;
  if (const Status status = topic.writer->write(header, cdr->bytes()); !status)
    count_failure(topic,
                  fmt::format("{}: it does not reach those who hear this over the network", status.error().message));
}

/// Told once per topic, counted always.
void Bus::count_failure(TopicState& topic, const std::string& reason) {
  if (topic.failed_writes.fetch_add(1, std::memory_order_relaxed) == 0)
    report(fmt::format("topic '{}': {}", topic.name, reason));
}

Bus::Bus(const Clock& clock, std::unique_ptr<NetworkLane> network)
    : clock_(clock), network_(std::move(network)), delays_(std::make_unique<DelayLine>(clock)) {}

Bus::~Bus() {
  delays_.reset();
  for (auto& [name, topic] : topics_) topic->network.reset();  // no ring is opened from here on
  for (auto& [name, topic] : topics_)
    for (ReadRing& ring : topic->rings)
      for (auto& [waiter, input] : ring.inputs) waiter->detach(input);
  waiting_.request_stop();
  if (waiter_ != nullptr) waiter_->notify();
}

void Bus::on_problem(std::function<void(const std::string&)> report) {
  if (network_ != nullptr) network_->on_problem(report);
  report_ = std::move(report);
}

void Bus::report(const std::string& problem) const {
  if (report_) report_(problem);
}

void Bus::set_ring_size(const std::string& topic, const RingSize& size) {
  const std::lock_guard lock(mutex_);
  ring_sizes_[topic] = size;
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
  auto publisher = std::make_unique<RawPublisher>(*this, *state);
  if (network_ != nullptr && state->writer == nullptr) OCELLI_TRY(open_writer(*state));
  return publisher;
}

Status Bus::open_writer(TopicState& topic) {
  std::vector<std::byte> announcement;
  RingSize size;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = ring_sizes_.find(topic.name); found != ring_sizes_.end()) size = found->second;
  }
  OCELLI_ASSIGN(const RingGeometry geometry, ring_geometry(topic.name, *topic.kind, size));
  auto ring = RingWriter::create(topic.name, geometry, ring_identity(topic.name, *topic.kind));
  if (ring) {
    topic.ring = std::move(*ring);
    announcement = to_bytes(topic.ring->address());
  } else {
    report(ring.error().message);  // everybody outside gets it over the network
  }
  OCELLI_ASSIGN(topic.writer, network_->open_writer(topic.name, *topic.kind, announcement));
  return ok();
}

Result<std::shared_ptr<Subscription>> Bus::subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                     Signal* signal, std::size_t depth) {
  return add_subscription(kind, topic, signal, own_waiter(), depth);
}

Result<std::shared_ptr<Subscription>> Bus::subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                     const std::shared_ptr<RingWaiter>& waiter, std::size_t depth) {
  return add_subscription(kind, topic, waiter.get(), waiter, depth);
}

Result<std::shared_ptr<Subscription>> Bus::add_subscription(const topics::TopicKind& kind, const std::string& topic,
                                                            Notifiable* signal, std::shared_ptr<RingWaiter> waiter,
                                                            std::size_t depth) {
  OCELLI_ASSIGN(TopicState* const state, state_of(kind, topic));
  auto subscription = std::make_shared<Subscription>(state->name, kind, depth == 0 ? kind.depth : depth, signal,
                                                     std::move(waiter), clock_.now());
  bool needs_network = false;
  {
    const std::lock_guard lock(state->mutex);
    state->subscriptions.push_back(subscription);
    state->is_kept_here.store(true, std::memory_order_release);
    if (state->latched != nullptr) subscription->deliver({state->latched, clock_.now(), Integrity::kTrusted, 0});
    if (subscription->waiter() != nullptr) listen(*state, *subscription);
    needs_network = network_ != nullptr && state->network == nullptr;
  }
  // Whoever drops this handle may end the signal next, even while a lane holds the subscription for a last delivery.
  Subscription* const raw = subscription.get();
  const auto close = [kept = std::move(subscription)](Subscription* closing) { closing->close(); };
  std::shared_ptr<Subscription> handle(raw, close);
  if (needs_network) OCELLI_TRY(open_reader(*state));
  return handle;
}

Status Bus::open_reader(TopicState& topic) {
  ReaderEvents events;
  events.on_frame = [this, &topic](NetworkFrame frame) { on_frame(topic, std::move(frame)); };
  events.on_writer = [this, &topic](const PeerId& peer, std::span<const std::byte> announcement) {
    return on_writer(topic, peer, announcement);
  };
  events.on_writer_gone = [this, &topic](const PeerId& peer) { on_writer_gone(topic, peer); };
  events.on_problem = [this, &topic](const std::string& problem) {
    report(fmt::format("topic '{}': {}", topic.name, problem));
  };
  OCELLI_ASSIGN(auto reader, network_->open_reader(topic.name, *topic.kind, std::move(events)));
  const std::lock_guard lock(topic.mutex);
  topic.network = std::move(reader);
  return ok();
}

std::shared_ptr<RingWaiter> Bus::own_waiter() {
  if (network_ == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  if (waiter_ == nullptr) {
    waiter_ = std::make_shared<RingWaiter>();
    waiting_ = std::jthread([waiter = waiter_](const std::stop_token& stop) {
      constexpr Duration kStopPoll = 1s;
      while (!stop.stop_requested()) waiter->wait_for(kStopPoll);
    });
  }
  return waiter_;
}

[[gnu::hot]] void Bus::deliver(TopicState& topic, const SamplePtr& sample, Integrity integrity) {
  const Time now = clock_.now();
  const std::lock_guard lock(topic.mutex);
  topic.deliver({sample, now, integrity, 0}, nullptr);
}

void Bus::on_frame(TopicState& topic, NetworkFrame frame) {
  auto sample = make_recycled<Sample>();
  sample->kind = topic.kind;
  Integrity integrity = Integrity::kUnprotected;
  bool is_beside = false;
  const auto header = read_trailer(frame.bytes->bytes());
  if (header.has_value()) {
    is_beside = (header->flags & SampleHeader::kBesideRing) != 0;
    if (frame.is_from_ring_writer && !is_beside) return;
    const auto body = frame.bytes->bytes().first(header->body_length);
    integrity = check_protection(*header, topic.id, *topic.kind, body);
    sample->header = *header;
    frame.bytes->truncate(header->body_length);
    is_beside = is_beside && frame.is_from_ring_writer && integrity != Integrity::kCorrupt;
    // Of writers that announced a ring only: who has none is never heard twice, and may say what it likes of others.
    if (integrity != Integrity::kCorrupt && !is_beside && !frame.is_foreign) {
      const std::lock_guard lock(topic.mutex);
      topic.from_network.note(header->writer, header->sequence);
    }
  } else {
    sample->header = foreign_header(topic.id, frame);
    if (!frame.is_foreign) integrity = Integrity::kCorrupt;  // our writers send a trailer: it was damaged
  }
  sample->cdr = std::move(frame.bytes);
  if (!is_beside) return deliver(topic, sample, integrity);
  const std::lock_guard lock(topic.mutex);  // the ring says when its turn is
  topic.beside.put(sample, integrity);
  for (const ReadRing& ring : topic.rings)
    for (const auto& [waiter, input] : ring.inputs) waiter->notify();
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
