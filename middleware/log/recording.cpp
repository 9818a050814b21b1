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

const std::string kTrailerVersion = std::to_string(SampleHeader::kVersion);
constexpr const char* kProtected = "protected";

std::string_view value_of(const StringMap& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string_view{} : std::string_view(found->second);
}

/// Whether the message is body, padding of zeros and the trailer, and nothing else: as RecordingWriter writes it.
bool is_framed(Bytes message, const std::optional<SampleHeader>& header) {
  if (!header || message.size() != framed_size(header->body_length)) return false;
  const auto padding = message.first(message.size() - sizeof(SampleHeader)).subspan(header->body_length);
  return std::ranges::all_of(padding, [](std::byte value) { return value == std::byte{0}; });
}

}  // namespace

Result<RecordingWriter> RecordingWriter::create(const std::filesystem::path& path, McapWriterOptions options) {
  OCELLI_ASSIGN(McapWriter writer, McapWriter::create(path, std::move(options)));
  return RecordingWriter(std::move(writer));
}

Result<ChannelId> RecordingWriter::channel_of(const SourceTopic& topic, bool is_protected) {
  Known& known = topics_.try_emplace(topic.name, Known{topic.kind, {}}).first->second;
  if (known.kind != topic.kind)
    return error(ErrorCode::kInvalidArgument, "topic '{}' is recorded as {}: expected no {}", topic.name,
                 known.kind->name, topic.kind->name);
  auto& channel = known.channels.at(is_protected ? 1 : 0);
  if (channel) return *channel;
  const topics::Codec& codec = topic.kind->codec();
  OCELLI_ASSIGN(const SchemaId schema, writer_.add_schema(codec.type_name, "omgidl", codec.schema));
  StringMap metadata{{kKindKey, std::string(topic.kind->name)},
                     {kQosKey, std::string(qos_name(topic.kind->qos))},
                     {kTrailerKey, kTrailerVersion},
                     {kE2eKey, is_protected ? kProtected : "none"}};
  OCELLI_ASSIGN(channel, writer_.add_channel(topic.name, "cdr", schema, std::move(metadata)));
  return *channel;
}

Status RecordingWriter::write(const SourceTopic& topic, const SampleHeader& header, Bytes cdr, bool is_corrupt) {
  if (topic.kind == nullptr)
    return error(ErrorCode::kInvalidArgument, "topic '{}' has no kind: its messages cannot be recorded", topic.name);
  if (header.body_length != 0 && header.body_length != cdr.size())
    return error(ErrorCode::kInvalidArgument, "topic '{}', message {}: the header says {} bytes, the body has {}",
                 topic.name, header.sequence, header.body_length, cdr.size());
  OCELLI_ASSIGN(const ChannelId channel, channel_of(topic, header.e2e_profile != 0 || is_corrupt));
  SampleHeader trailer = header;
  trailer.body_length = static_cast<std::uint32_t>(cdr.size());
  constexpr std::array<std::byte, 4> kPadding{};
  const std::size_t padding = framed_size(cdr.size()) - sizeof(trailer) - cdr.size();
  const std::array<Bytes, 3> parts = {cdr, Bytes(kPadding).first(padding), std::as_bytes(std::span(&trailer, 1))};
  return writer_.write(channel, static_cast<std::uint32_t>(header.sequence), header.published_at(), header.sensed_at(),
                       parts);
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
    const auto same = std::ranges::find_if(topics_, [&](const RecordedTopic& other) {
      return other.kind != nullptr && other.kind == topic.kind && other.name == topic.name;
    });
    topic_of_channel_[id] = static_cast<std::size_t>(same - topics_.begin());
    if (same == topics_.end())
      topics_.push_back(std::move(topic));
    else
      same->messages += topic.messages;
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
  const Channel& channel = *message->channel;
  out.header = channel.message_encoding == "cdr" ? read_trailer(message->data) : std::nullopt;
  // Ours says which trailer it has, and whether with protection; of an older version it is not known.
  const bool is_ours = value_of(channel.metadata, kTrailerKey) == kTrailerVersion;
  const bool is_protected = value_of(channel.metadata, kE2eKey) == kProtected;
  out.is_damaged = is_ours && (!is_framed(message->data, out.header) || (is_protected && out.header->e2e_profile == 0));
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
    if (!damaged.empty() && std::ranges::find(damaged, channel) == damaged.end()) continue;
    if (std::ranges::find(out, topic) == out.end()) out.push_back(topic);
  }
  return out;
}

}  // namespace ocelli::log
