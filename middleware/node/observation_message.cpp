// Observation ↔ ocelli::msg::Observation, member by member.
#include "ocelli/middleware/node/live_executor.hpp"

namespace ocelli::node {
namespace {

ocelli::msg::Stamp stamp_of(const LineageEnd& end) {
  ocelli::msg::Stamp stamp;
  stamp.topic(static_cast<std::uint32_t>(end.topic));
  stamp.sequence_number(end.sequence);
  stamp.sensed_at(to_ns(end.sensed_at));
  return stamp;
}

LineageEnd end_of(const ocelli::msg::Stamp& stamp) {
  return {TopicId{stamp.topic()}, stamp.sequence_number(), from_ns(stamp.sensed_at())};
}

}  // namespace

ocelli::msg::Observation to_message(const Observation& seen) {
  ocelli::msg::Observation message;
  message.kind(static_cast<ocelli::msg::ObservationKind>(seen.kind));
  message.status(static_cast<ocelli::msg::ObservationStatus>(seen.status));
  message.entity(static_cast<std::uint32_t>(seen.entity));
  message.topic(static_cast<std::uint32_t>(seen.topic));
  message.sequence_number(seen.sequence);
  message.sensed_at(to_ns(seen.sensed_at));
  message.published_at(to_ns(seen.published_at));
  message.observed_at(to_ns(seen.observed_at));
  message.started_at(to_ns(seen.started_at));
  message.oldest(stamp_of(seen.oldest));
  message.newest(stamp_of(seen.newest));
  message.lost(seen.lost);
  message.writer(seen.writer);
  message.content_hash(seen.content_hash);
  message.quality(seen.quality);
  return message;
}

Observation from_message(const ocelli::msg::Observation& message) {
  Observation seen;
  seen.kind = static_cast<ObservationKind>(message.kind());
  seen.status = static_cast<ObservationStatus>(message.status());
  seen.entity = EntityId{message.entity()};
  seen.topic = TopicId{message.topic()};
  seen.sequence = message.sequence_number();
  seen.sensed_at = from_ns(message.sensed_at());
  seen.published_at = from_ns(message.published_at());
  seen.observed_at = from_ns(message.observed_at());
  seen.started_at = from_ns(message.started_at());
  seen.oldest = end_of(message.oldest());
  seen.newest = end_of(message.newest());
  seen.lost = message.lost();
  seen.writer = message.writer();
  seen.content_hash = message.content_hash();
  seen.quality = message.quality();
  return seen;
}

}  // namespace ocelli::node
