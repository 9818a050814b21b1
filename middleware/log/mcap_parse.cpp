#include "ocelli/middleware/log/mcap_format.hpp"

#include <cstring>

namespace ocelli::log {
namespace {

/// After a failed read every further read fails, so one check at the end is enough.
class BodyReader {
 public:
  explicit BodyReader(Bytes body) : body_(body) {}

  template <class Number>
  void number(Number& value) {
    const Bytes bytes = take(sizeof(Number));
    if (is_good_) std::memcpy(&value, bytes.data(), sizeof(Number));
  }
  template <class Number>
  [[nodiscard]] Number number() {
    Number value{};
    number(value);
    return value;
  }
  void time(Time& value) { value = from_ns(static_cast<std::int64_t>(number<std::uint64_t>())); }
  void text(std::string& value) {
    const Bytes bytes = take(number<std::uint32_t>());
    if (is_good_) value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  /// An array or map of `length` bytes, to be read by another reader.
  [[nodiscard]] BodyReader array() {
    BodyReader inner(take(number<std::uint32_t>()));
    inner.is_good_ = is_good_;
    return inner;
  }
  void map(StringMap& value) {
    BodyReader inner = array();
    while (inner.has_more()) {
      std::string key;
      std::string item;
      inner.text(key);
      inner.text(item);
      if (inner.is_good()) value.emplace(std::move(key), std::move(item));
    }
    is_good_ = is_good_ && inner.is_good();
  }
  void counts(std::map<ChannelId, std::uint64_t>& value) {
    BodyReader inner = array();
    while (inner.has_more()) {
      const auto channel = inner.number<ChannelId>();
      const auto count = inner.number<std::uint64_t>();
      if (inner.is_good()) value.emplace(channel, count);
    }
    is_good_ = is_good_ && inner.is_good();
  }
  [[nodiscard]] Bytes take(std::uint64_t size) {
    is_good_ = is_good_ && size <= body_.size() - at_;
    if (!is_good_) return {};
    const Bytes bytes = body_.subspan(at_, size);
    at_ += size;
    return bytes;
  }
  [[nodiscard]] Bytes rest() { return take(is_good_ ? body_.size() - at_ : 0); }
  [[nodiscard]] bool has_more() const { return is_good_ && at_ < body_.size(); }
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  Bytes body_;
  std::size_t at_ = 0;
  bool is_good_ = true;
};

}  // namespace

bool parse(Bytes body, HeaderRecord& record) {
  BodyReader in(body);
  in.text(record.profile);
  in.text(record.library);
  return in.is_good();
}

bool parse(Bytes body, Footer& record) {
  BodyReader in(body);
  in.number(record.summary_start);
  in.number(record.summary_offset_start);
  in.number(record.summary_crc);
  return in.is_good();
}

bool parse(Bytes body, Schema& record) {
  BodyReader in(body);
  in.number(record.id);
  in.text(record.name);
  in.text(record.encoding);
  in.text(record.text);
  return in.is_good() && record.id != SchemaId::kNone;
}

bool parse(Bytes body, Channel& record) {
  BodyReader in(body);
  in.number(record.id);
  in.number(record.schema);
  in.text(record.topic);
  in.text(record.message_encoding);
  in.map(record.metadata);
  return in.is_good();
}

bool parse(Bytes body, Message& record) {
  BodyReader in(body);
  in.number(record.channel);
  in.number(record.sequence);
  in.time(record.log_time);
  in.time(record.publish_time);
  record.data = in.rest();
  return in.is_good();
}

bool parse(Bytes body, Chunk& record) {
  BodyReader in(body);
  in.time(record.begin);
  in.time(record.end);
  in.number(record.uncompressed_size);
  in.number(record.uncompressed_crc);
  in.text(record.compression);
  record.records = in.take(in.number<std::uint64_t>());
  return in.is_good();
}

bool parse(Bytes body, MessageIndex& record) {
  BodyReader in(body);
  in.number(record.channel);
  BodyReader entries = in.array();
  while (entries.has_more()) {
    auto& [time, offset] = record.entries.emplace_back();
    entries.time(time);
    entries.number(offset);
  }
  return in.is_good() && entries.is_good();
}

bool parse(Bytes body, ChunkIndex& record) {
  BodyReader in(body);
  in.time(record.begin);
  in.time(record.end);
  in.number(record.offset);
  in.number(record.length);
  in.counts(record.message_index_offsets);
  in.number(record.message_index_length);
  in.text(record.compression);
  in.number(record.compressed_size);
  in.number(record.uncompressed_size);
  return in.is_good();
}

bool parse(Bytes body, AttachmentHead& record, std::size_t& data_at) {
  BodyReader in(body);
  in.time(record.log_time);
  in.time(record.create_time);
  in.text(record.name);
  in.text(record.media_type);
  in.number(record.data_size);
  data_at = in.position();
  return in.is_good();
}

bool parse(Bytes body, AttachmentIndex& record) {
  BodyReader in(body);
  in.number(record.offset);
  in.number(record.length);
  in.time(record.head.log_time);
  in.time(record.head.create_time);
  in.number(record.head.data_size);
  in.text(record.head.name);
  in.text(record.head.media_type);
  return in.is_good();
}

bool parse(Bytes body, Statistics& record) {
  BodyReader in(body);
  in.number(record.messages);
  in.number(record.schemas);
  in.number(record.channels);
  in.number(record.attachments);
  in.number(record.metadata);
  in.number(record.chunks);
  in.time(record.begin);
  in.time(record.end);
  in.counts(record.channel_messages);
  return in.is_good();
}

bool parse(Bytes body, Metadata& record) {
  BodyReader in(body);
  in.text(record.name);
  in.map(record.entries);
  return in.is_good();
}

bool parse(Bytes body, MetadataIndex& record) {
  BodyReader in(body);
  in.number(record.offset);
  in.number(record.length);
  in.text(record.name);
  return in.is_good();
}

bool parse(Bytes body, SummaryOffset& record) {
  BodyReader in(body);
  in.number(record.group);
  in.number(record.start);
  in.number(record.length);
  return in.is_good();
}

bool parse(Bytes body, DataEnd& record) {
  BodyReader in(body);
  in.number(record.crc);
  return in.is_good();
}

}  // namespace ocelli::log
