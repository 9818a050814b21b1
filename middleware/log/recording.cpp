#include "ocelli/middleware/log/recording.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ocelli::log {
namespace {

std::string_view qos_name(topics::Qos qos) {
  switch (qos) {
    case topics::Qos::kSensor: return "sensor";
    case topics::Qos::kState: return "state";
    case topics::Qos::kEvent: return "event";
  }
  return "unknown";
}

}  // namespace

Result<RecordingWriter> RecordingWriter::create(const std::filesystem::path& path, McapWriterOptions options) {
  OCELLI_ASSIGN(McapWriter writer, McapWriter::create(path, std::move(options)));
  return RecordingWriter(std::move(writer));
}

Result<RecordingWriter::Known> RecordingWriter::add_topic(const SourceTopic& topic) {
  if (topic.kind == nullptr)
    return error(ErrorCode::kInvalidArgument, "topic '{}' has no kind: its messages cannot be recorded", topic.name);
  if (const auto place = topics_.find(topic.name); place != topics_.end()) {
    if (place->second.kind == topic.kind) return place->second;
    return error(ErrorCode::kInvalidArgument, "topic '{}' is recorded as {}: expected no {}", topic.name,
                 place->second.kind->name, topic.kind->name);
  }
  const topics::Codec& codec = topic.kind->codec();
  OCELLI_ASSIGN(const SchemaId schema, writer_.add_schema(codec.type_name, "omgidl", codec.schema));
  StringMap metadata{{kKindKey, std::string(topic.kind->name)},
                     {kQosKey, std::string(qos_name(topic.kind->qos))},
                     {kTrailerKey, std::to_string(SampleHeader{}.version)}};
  OCELLI_ASSIGN(const ChannelId channel, writer_.add_channel(topic.name, "cdr", schema, std::move(metadata)));
  return topics_.emplace(topic.name, Known{channel, topic.kind}).first->second;
}

Status RecordingWriter::write(const SourceTopic& topic, const SampleHeader& header, Bytes cdr) {
  OCELLI_ASSIGN(const Known known, add_topic(topic));
  if (header.body_length != 0 && header.body_length != cdr.size())
    return error(ErrorCode::kInvalidArgument, "topic '{}', message {}: the header says {} bytes, the body has {}",
                 topic.name, header.sequence, header.body_length, cdr.size());
  SampleHeader trailer = header;
  trailer.body_length = static_cast<std::uint32_t>(cdr.size());
  constexpr std::array<std::byte, 4> kPadding{};
  const std::size_t padding = framed_size(cdr.size()) - sizeof(trailer) - cdr.size();
  const std::array<Bytes, 3> parts = {cdr, Bytes(kPadding).first(padding), std::as_bytes(std::span(&trailer, 1))};
  return writer_.write(known.channel, static_cast<std::uint32_t>(header.sequence), header.published_at(),
                       header.sensed_at(), parts);
}

Status RecordingWriter::add_metadata(std::string_view name, StringMap entries) {
  return writer_.add_metadata(name, std::move(entries));
}

Status RecordingWriter::add_attachment(std::string_view name, std::string_view media_type, Bytes data) {
  return writer_.add_attachment(name, media_type, kNoTime, kNoTime, data);
}

Recording::Recording(McapReader reader) : reader_(std::move(reader)) {
  for (const auto& [id, channel] : reader_.channels()) {
    RecordedTopic topic{channel.topic, nullptr, {}, 0};
    if (const auto schema = reader_.schemas().find(channel.schema); schema != reader_.schemas().end())
      topic.schema_name = schema->second.name;
    const auto key = channel.metadata.find(kKindKey);
    const topics::TopicKind* kind = key == channel.metadata.end() ? nullptr : topics::find_kind(key->second);
    // A kind whose type changed since is another kind.
    if (kind != nullptr && kind->codec().type_name == topic.schema_name && channel.message_encoding == "cdr")
      topic.kind = kind;
    const auto& counts = reader_.statistics().channel_messages;
    if (const auto count = counts.find(id); count != counts.end()) topic.messages = count->second;
    topic_of_channel_[id] = topics_.size();
    topics_.push_back(std::move(topic));
  }
}

Result<Recording> Recording::open(const std::filesystem::path& path, McapLimits limits) {
  OCELLI_ASSIGN(McapReader reader, McapReader::open(path, limits));
  return Recording(std::move(reader));
}

std::optional<SourceRange> Recording::range() const {
  const Statistics& all = reader_.statistics();
  if (all.messages == 0) return std::nullopt;
  return SourceRange{all.begin, all.end};
}

RecordingCursor Recording::messages(McapQuery query) const {
  return {reader_.messages(std::move(query)), topic_of_channel_};
}

Result<std::optional<RecordedMessage>> RecordingCursor::next() {
  OCELLI_ASSIGN(auto message, cursor_.next());
  if (!message) return std::nullopt;
  RecordedMessage out;
  out.topic = topics_.at(message->channel->id);
  out.header = message->channel->message_encoding == "cdr" ? read_trailer(message->data) : std::nullopt;
  out.body = out.header ? message->data.first(out.header->body_length) : message->data;
  out.log_time = message->log_time;
  out.publish_time = message->publish_time;
  out.owner = std::move(message->owner);
  return std::optional(std::move(out));
}

std::vector<std::size_t> RecordingCursor::damaged_topics() const {
  std::vector<std::size_t> out;
  for (const auto& [channel, topic] : topics_) {
    const auto& damaged = cursor_.damage().channels;
    if (damaged.empty() || std::ranges::find(damaged, channel) != damaged.end()) out.push_back(topic);
  }
  return out;
}

}  // namespace ocelli::log
