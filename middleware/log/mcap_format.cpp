#include "ocelli/middleware/log/mcap_format.hpp"

#include <libdeflate.h>

#include <bit>
#include <cstring>
#include <string_view>

namespace ocelli::log {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

/// Writes one record; the length is patched when the writer goes out of scope.
class RecordWriter {
 public:
  RecordWriter(ByteVector& out, Opcode opcode, std::uint64_t bulk_size = 0) : out_(out), bulk_size_(bulk_size) {
    number(opcode);
    length_at_ = out_.size();
    number(std::uint64_t{0});
  }
  ~RecordWriter() {
    const std::uint64_t length = out_.size() - length_at_ - 8 + bulk_size_;
    std::memcpy(out_.data() + length_at_, &length, 8);
  }
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  template <class Number>
  void number(Number value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out_.insert(out_.end(), bytes, bytes + sizeof(Number));
  }
  void time(Time value) { number(static_cast<std::uint64_t>(to_ns(value))); }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    const auto* bytes = reinterpret_cast<const std::byte*>(value.data());
    out_.insert(out_.end(), bytes, bytes + value.size());
  }
  void map(const StringMap& value) {
    std::size_t size = 0;
    for (const auto& [key, item] : value) size += 8 + key.size() + item.size();
    number(static_cast<std::uint32_t>(size));
    for (const auto& [key, item] : value) {
      text(key);
      text(item);
    }
  }
  void counts(const std::map<ChannelId, std::uint64_t>& value) {
    number(static_cast<std::uint32_t>(value.size() * 10));
    for (const auto& [channel, count] : value) {
      number(channel);
      number(count);
    }
  }

 private:
  ByteVector& out_;
  std::size_t length_at_ = 0;
  std::uint64_t bulk_size_;
};

}  // namespace

void append(ByteVector& out, const HeaderRecord& record) {
  RecordWriter body(out, Opcode::kHeader);
  body.text(record.profile);
  body.text(record.library);
}

void append(ByteVector& out, const Footer& record) {
  RecordWriter body(out, Opcode::kFooter);
  body.number(record.summary_start);
  body.number(record.summary_offset_start);
  body.number(record.summary_crc);
}

void append(ByteVector& out, const Schema& record) {
  RecordWriter body(out, Opcode::kSchema);
  body.number(record.id);
  body.text(record.name);
  body.text(record.encoding);
  body.text(record.text);
}

void append(ByteVector& out, const Channel& record) {
  RecordWriter body(out, Opcode::kChannel);
  body.number(record.id);
  body.number(record.schema);
  body.text(record.topic);
  body.text(record.message_encoding);
  body.map(record.metadata);
}

void append_head(ByteVector& out, const Message& record, std::uint64_t data_size) {
  RecordWriter body(out, Opcode::kMessage, data_size);
  body.number(record.channel);
  body.number(record.sequence);
  body.time(record.log_time);
  body.time(record.publish_time);
}

void append_head(ByteVector& out, const Chunk& record, std::uint64_t records_size) {
  RecordWriter body(out, Opcode::kChunk, records_size);
  body.time(record.begin);
  body.time(record.end);
  body.number(record.uncompressed_size);
  body.number(record.uncompressed_crc);
  body.text(record.compression);
  body.number(records_size);
}

void append(ByteVector& out, const MessageIndex& record) {
  RecordWriter body(out, Opcode::kMessageIndex);
  body.number(record.channel);
  body.number(static_cast<std::uint32_t>(record.entries.size() * 16));
  for (const auto& [time, offset] : record.entries) {
    body.time(time);
    body.number(offset);
  }
}

void append(ByteVector& out, const ChunkIndex& record) {
  RecordWriter body(out, Opcode::kChunkIndex);
  body.time(record.begin);
  body.time(record.end);
  body.number(record.offset);
  body.number(record.length);
  body.counts(record.message_index_offsets);
  body.number(record.message_index_length);
  body.text(record.compression);
  body.number(record.compressed_size);
  body.number(record.uncompressed_size);
}

void append_head(ByteVector& out, const AttachmentHead& record) {
  RecordWriter body(out, Opcode::kAttachment, record.data_size + 4);
  body.time(record.log_time);
  body.time(record.create_time);
  body.text(record.name);
  body.text(record.media_type);
  body.number(record.data_size);
}

void append(ByteVector& out, const AttachmentIndex& record) {
  RecordWriter body(out, Opcode::kAttachmentIndex);
  body.number(record.offset);
  body.number(record.length);
  body.time(record.head.log_time);
  body.time(record.head.create_time);
  body.number(record.head.data_size);
  body.text(record.head.name);
  body.text(record.head.media_type);
}

void append(ByteVector& out, const Statistics& record) {
  RecordWriter body(out, Opcode::kStatistics);
  body.number(record.messages);
  body.number(record.schemas);
  body.number(record.channels);
  body.number(record.attachments);
  body.number(record.metadata);
  body.number(record.chunks);
  body.time(record.begin);
  body.time(record.end);
  body.counts(record.channel_messages);
}

void append(ByteVector& out, const Metadata& record) {
  RecordWriter body(out, Opcode::kMetadata);
  body.text(record.name);
  body.map(record.entries);
}

void append(ByteVector& out, const MetadataIndex& record) {
  RecordWriter body(out, Opcode::kMetadataIndex);
  body.number(record.offset);
  body.number(record.length);
  body.text(record.name);
}

void append(ByteVector& out, const SummaryOffset& record) {
  RecordWriter body(out, Opcode::kSummaryOffset);
  body.number(record.group);
  body.number(record.start);
  body.number(record.length);
}

void append(ByteVector& out, const DataEnd& record) {
  RecordWriter body(out, Opcode::kDataEnd);
  body.number(record.crc);
}

bool RecordWalker::next(RecordView& record) {
  if (bytes_.size() - at_ < kRecordPrefix) return false;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes_.data() + at_ + 1, 8);
  if (length > bytes_.size() - at_ - kRecordPrefix) return false;
  record = {static_cast<Opcode>(bytes_[at_]), bytes_.subspan(at_ + kRecordPrefix, length), at_};
  at_ += kRecordPrefix + length;
  return true;
}

std::uint32_t crc32(std::uint32_t crc, Bytes bytes) { return libdeflate_crc32(crc, bytes.data(), bytes.size()); }

}  // namespace ocelli::log
