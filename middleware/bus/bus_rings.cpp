// The part of the bus that reads rings of other processes.
#include <algorithm>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/bus/topic_state.hpp"
#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {
namespace {

/// Views for bulk messages whose readers take them before the ring comes round; copies for everybody else.
RingReader::Mode mode_for(const Subscription& subscription) {
  const bool is_view = subscription.kind().is_bulk && subscription.depth() <= subscription.kind().depth;
  return is_view ? RingReader::Mode::kView : RingReader::Mode::kCopy;
}

constexpr Duration kPatience = 200ms;  // of those behind a message that went beside the ring

/// Precondition: topic.mutex.
BesideMessages::Found take_beside(TopicState& topic, const RingAddress& address, const SampleHeader& mark) {
  std::size_t readers = 1;
  for (ReadRing& ring : topic.rings) {
    if (!(ring.address == address)) continue;
    ring.writer = mark.writer;
    readers = std::max(readers, ring.inputs.size());
  }
  return topic.beside.take(mark, readers);
}

}  // namespace

RingVerdict Bus::on_writer(TopicState& topic, const PeerId& peer, std::span<const std::byte> announcement) {
  const auto address = parse_ring_address(announcement);
  if (!address) return RingVerdict::kForeign;
  if (address->host != this_host()) return RingVerdict::kElsewhere;
  auto map = RingMap::open(*address);
  if (!map) {
    report(fmt::format("topic '{}': {}", topic.name, map.error().message));
    return RingVerdict::kRefused;
  }
  const RingIdentity expected = ring_identity(topic.name, *topic.kind);
  if ((*map)->identity().topic != expected.topic || (*map)->identity().type_hash != expected.type_hash) {
    report(fmt::format("topic '{}': process {} announces a ring of another topic or type than {}", topic.name,
                       address->pid, topic.kind->codec().type_name));
    return RingVerdict::kRefused;
  }
  const std::lock_guard lock(topic.mutex);
  for (ReadRing& ring : topic.rings) {
    if (ring.is_ending || !(ring.address == *address)) continue;
    ring.peers.push_back(peer);
    return RingVerdict::kRead;
  }
  std::int64_t heard_until_ns = 0;
  for (const ReadRing& ring : topic.rings)
    if (ring.address == *address) heard_until_ns = std::max(heard_until_ns, ring.heard_until_ns);
  std::erase_if(topic.rings, [&](const ReadRing& ring) {
    const bool is_read_out =
        ring.is_ending && std::all_of(ring.inputs.begin(), ring.inputs.end(),
                                      [](const auto& entry) { return entry.second.use_count() == 1; });
    const bool comes_again = ring.address == *address;
    if (is_read_out && !comes_again) topic.beside.forget(ring.writer);
    return is_read_out;
  });
  topic.rings.push_back({{peer}, *address, std::move(*map), false, 0, heard_until_ns, {}});
  for (const auto& weak : topic.subscriptions)
    if (const auto subscription = weak.lock(); subscription != nullptr && subscription->waiter() != nullptr)
      listen(topic, *subscription);
  return RingVerdict::kRead;
}

/// Attaches the waiter of the subscription to every ring that it does not listen to yet. Precondition: topic.mutex.
void Bus::listen(TopicState& topic, Subscription& subscription) {
  for (ReadRing& ring : topic.rings) {
    if (ring.is_ending) continue;
    auto& input = ring.inputs[subscription.waiter()];
    if (input != nullptr) {
      if (mode_for(subscription) == RingReader::Mode::kCopy) input->mode = RingReader::Mode::kCopy;
      continue;
    }
    input = std::make_shared<RingInput>(ring.map);
    input->mode = mode_for(subscription);
    if (topic.kind->qos == topics::Qos::kState && ring.heard_until_ns == 0)
      input->reader.rewind_to_newest();
    else
      input->reader.rewind(std::max(to_ns(subscription.created_at()), ring.heard_until_ns));
    input->deliver = [this, &topic, address = ring.address, waiter = subscription.waiter().get(), input = input.get(),
                      begun_at = clock_.now(), missed = std::uint64_t{0}, awaited = std::uint64_t{0},
                      awaited_since = Time{}](RingMessage message) mutable {
      message.skipped += std::exchange(missed, 0);
      const std::uint64_t skipped = message.skipped;
      const std::uint64_t sequence = message.header.sequence;
      const Time published_at = std::max(message.header.published_at(), begun_at);
      const RingOutcome outcome = on_ring_message(topic, address, *waiter, std::move(message));
      if (outcome == RingOutcome::kIsBeside) {
        const Time now = clock_.now();
        if (std::exchange(awaited, sequence) != sequence) awaited_since = now;
        // The writer's clock may be ahead of ours: never longer than from when we first asked for it.
        const Time patient_until = std::min(published_at, awaited_since) + kPatience;
        const bool delays_others = input->reader.has_more() || input->is_ending;
        if (!delays_others || now < patient_until) {
          input->reader.step_back(skipped);
          return delays_others ? RingInput::Progress::kHolds : RingInput::Progress::kRests;
        }
      }
      if (outcome != RingOutcome::kDone) missed = skipped + 1;
      return RingInput::Progress::kDone;
    };
    subscription.waiter()->attach(input);
  }
}

void Bus::on_writer_gone(TopicState& topic, const PeerId& peer) {
  const std::lock_guard lock(topic.mutex);
  for (ReadRing& ring : topic.rings) {
    if (std::erase(ring.peers, peer) == 0 || !ring.peers.empty()) continue;
    ring.is_ending = true;
    ring.heard_until_ns = to_ns(clock_.now());  // up to here it is still delivered
    for (const auto& [waiter, input] : ring.inputs) {
      input->is_ending = true;
      waiter->notify();
    }
  }
}

/// kOvertaken: before anybody got it. kIsBeside: its bytes have not come yet, and nothing newer either.
[[gnu::hot]] Bus::RingOutcome Bus::on_ring_message(TopicState& topic, const RingAddress& ring, const RingWaiter& waiter,
                                                   RingMessage message) {
  auto sample = make_recycled<Sample>();
  sample->kind = topic.kind;
  sample->header = message.header;
  sample->cdr = std::move(message.cdr);
  Integrity integrity = check_protection(sample->header, topic.id, *topic.kind, sample->cdr->bytes());
  if (!sample->intact()) return RingOutcome::kOvertaken;
  const bool is_mark = integrity != Integrity::kCorrupt && (message.header.flags & SampleHeader::kBesideRing) != 0;
  SamplePtr delivered = std::move(sample);
  const Time now = clock_.now();
  const std::lock_guard lock(topic.mutex);
  const bool has_come =
      !topic.from_network.empty() && message.header.sequence <= topic.from_network.of(message.header.writer);
  if (has_come) return RingOutcome::kDone;
  if (is_mark) {
    BesideMessages::Found found = take_beside(topic, ring, message.header);
    const bool is_latched = topic.latched != nullptr && topic.latched->header.writer == message.header.writer &&
                            topic.latched->header.sequence >= message.header.sequence;
    if (found.state != BesideMessages::State::kHere && is_latched) return RingOutcome::kDone;  // whoever came got that
    if (found.state == BesideMessages::State::kNotYet) return RingOutcome::kIsBeside;
    if (found.state == BesideMessages::State::kLost) return RingOutcome::kOvertaken;
    delivered = std::move(found.sample);
    integrity = found.integrity;
  }
  topic.deliver({std::move(delivered), now, integrity, message.skipped}, &waiter);
  return RingOutcome::kDone;
}

}  // namespace ocelli
