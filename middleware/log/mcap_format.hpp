#pragma once
// The records of MCAP (format version 0, https://mcap.dev/spec) and their bytes: u8 opcode, u64 length, body, all
// little-endian, times in ns. Parsing checks every length against the bytes at hand; bytes behind the known members of
// a record are ignored, as the format asks. Must not know: files, chunks' insides, what messages mean.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::log {

enum class Opcode : std::uint8_t {
  kHeader = 0x01,
  kFooter = 0x02,
  kSchema = 0x03,
  kChannel = 0x04,
  kMessage = 0x05,
  kChunk = 0x06,
  kMessageIndex = 0x07,
  kChunkIndex = 0x08,
  kAttachment = 0x09,
  kAttachmentIndex = 0x0A,
  kStatistics = 0x0B,
  kMetadata = 0x0C,
  kMetadataIndex = 0x0D,
  kSummaryOffset = 0x0E,
  kDataEnd = 0x0F,
};

/// At both ends of a file: "\x89MCAP0\r\n".
inline constexpr std::array<std::byte, 8> kMagic = {std::byte{0x89}, std::byte{'M'}, std::byte{'C'},  std::byte{'A'},
                                                    std::byte{'P'},  std::byte{'0'}, std::byte{'\r'}, std::byte{'\n'}};
inline constexpr std::size_t kRecordPrefix = 9;  // opcode and length
inline constexpr std::size_t kFooterBody = 20;

using Bytes = std::span<const std::byte>;
using ByteVector = std::vector<std::byte>;
using StringMap = std::map<std::string, std::string>;

enum class SchemaId : std::uint16_t { kNone = 0 };  // kNone: messages without a schema
enum class ChannelId : std::uint16_t {};

struct HeaderRecord {
  std::string profile;
  std::string library;
};

struct Footer {
  std::uint64_t summary_start = 0;  // 0 = no summary
  std::uint64_t summary_offset_start = 0;
  std::uint32_t summary_crc = 0;  // 0 = not computed, as for every CRC here
};

struct Schema {
  SchemaId id{};
  std::string name;
  std::string encoding;
  std::string text;
  friend bool operator==(const Schema&, const Schema&) = default;
};

struct Channel {
  ChannelId id{};
  SchemaId schema{};
  std::string topic;
  std::string message_encoding;
  StringMap metadata;
  friend bool operator==(const Channel&, const Channel&) = default;
};

struct Message {
  ChannelId channel{};
  std::uint32_t sequence = 0;
  Time log_time;
  Time publish_time;
  Bytes data;  // in place
};

struct Chunk {
  Time begin;
  Time end;
  std::uint64_t uncompressed_size = 0;
  std::uint32_t uncompressed_crc = 0;
  std::string compression;  // "", "lz4", "zstd"
  Bytes records;            // in place, compressed
};

/// Where a channel's messages lie in the uncompressed records of the chunk before it.
struct MessageIndex {
  ChannelId channel{};
  std::vector<std::pair<Time, std::uint64_t>> entries;
};

struct ChunkIndex {
  Time begin;
  Time end;
  std::uint64_t offset = 0;  // of the chunk record in the file
  std::uint64_t length = 0;  // with opcode and length
  std::map<ChannelId, std::uint64_t> message_index_offsets;
  std::uint64_t message_index_length = 0;
  std::string compression;
  std::uint64_t compressed_size = 0;
  std::uint64_t uncompressed_size = 0;
};

/// An attachment without its data, which can be larger than memory.
struct AttachmentHead {
  Time log_time;
  Time create_time;
  std::string name;
  std::string media_type;
  std::uint64_t data_size = 0;
};

struct AttachmentIndex {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  AttachmentHead head;
};

struct Statistics {
  std::uint64_t messages = 0;
  std::uint16_t schemas = 0;
  std::uint32_t channels = 0;
  std::uint32_t attachments = 0;
  std::uint32_t metadata = 0;
  std::uint32_t chunks = 0;
  Time begin;  // both kNoTime when there is no message
  Time end;
  std::map<ChannelId, std::uint64_t> channel_messages;
};

struct Metadata {
  std::string name;
  StringMap entries;
};

struct MetadataIndex {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string name;
};

struct SummaryOffset {
  Opcode group{};
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

struct DataEnd {
  std::uint32_t crc = 0;
};

/// Appends the whole record: opcode, length, body.
void append(ByteVector& out, const HeaderRecord& record);
void append(ByteVector& out, const Footer& record);
void append(ByteVector& out, const Schema& record);
void append(ByteVector& out, const Channel& record);
void append(ByteVector& out, const MessageIndex& record);
void append(ByteVector& out, const ChunkIndex& record);
void append(ByteVector& out, const AttachmentIndex& record);
void append(ByteVector& out, const Statistics& record);
void append(ByteVector& out, const Metadata& record);
void append(ByteVector& out, const MetadataIndex& record);
void append(ByteVector& out, const SummaryOffset& record);
void append(ByteVector& out, const DataEnd& record);
/// Everything of the record before its `data_size` bytes of bulk, which the caller places (`message.data` and
/// `chunk.records` are not looked at).
void append_head(ByteVector& out, const Message& record, std::uint64_t data_size);
void append_head(ByteVector& out, const Chunk& record, std::uint64_t records_size);
/// data_size is the head's; behind the data stand the 4 bytes of the CRC.
void append_head(ByteVector& out, const AttachmentHead& record);

/// False when the body ends before its last member or a length in it is wrong.
[[nodiscard]] bool parse(Bytes body, HeaderRecord& record);
[[nodiscard]] bool parse(Bytes body, Footer& record);
[[nodiscard]] bool parse(Bytes body, Schema& record);
[[nodiscard]] bool parse(Bytes body, Channel& record);
[[nodiscard]] bool parse(Bytes body, Message& record);
[[nodiscard]] bool parse(Bytes body, Chunk& record);
[[nodiscard]] bool parse(Bytes body, MessageIndex& record);
[[nodiscard]] bool parse(Bytes body, ChunkIndex& record);
[[nodiscard]] bool parse(Bytes body, AttachmentIndex& record);
[[nodiscard]] bool parse(Bytes body, Statistics& record);
[[nodiscard]] bool parse(Bytes body, Metadata& record);
[[nodiscard]] bool parse(Bytes body, MetadataIndex& record);
[[nodiscard]] bool parse(Bytes body, SummaryOffset& record);
[[nodiscard]] bool parse(Bytes body, DataEnd& record);
/// The begin of an attachment's body; `data_at` is where its data begins in the body.
[[nodiscard]] bool parse(Bytes body, AttachmentHead& record, std::size_t& data_at);

/// One record within bytes that are at hand.
struct RecordView {
  Opcode opcode{};
  Bytes body;
  std::size_t begin = 0;  // of the opcode, from the start of the bytes
};

/// Walks the records in `bytes`; `end_of_good()` tells how far it came when it returns false.
class RecordWalker {
 public:
  explicit RecordWalker(Bytes bytes) : bytes_(bytes) {}
  /// False at the end, or where the next record does not fit.
  [[nodiscard]] bool next(RecordView& record);
  [[nodiscard]] std::size_t end_of_good() const { return at_; }
  [[nodiscard]] bool is_whole() const { return at_ == bytes_.size(); }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

/// CRC-32 with the zlib polynomial, continued from `crc`.
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, Bytes bytes);

}  // namespace ocelli::log
