#include "ocelli/middleware/log/mcap_index.hpp"

#include <algorithm>
#include <cstring>

#include "ocelli/middleware/log/compression.hpp"

namespace ocelli::log {
namespace {

constexpr std::size_t kFooterRecord = kRecordPrefix + kFooterBody;
constexpr std::size_t kTail = kFooterRecord + kMagic.size();

/// Where the footer begins, when the file has a proper end.
std::optional<std::uint64_t> find_footer(const InputBytes& input, Footer& footer) {
  if (input.size() < kMagic.size() + kTail) return std::nullopt;
  std::array<std::byte, kTail> tail{};
  if (!input.read(input.size() - kTail, tail)) return std::nullopt;
  RecordWalker walker(Bytes(tail).first(kFooterRecord));
  RecordView record;
  const bool is_footer = walker.next(record) && record.opcode == Opcode::kFooter && walker.is_whole() &&
                         parse(record.body, footer) && std::equal(kMagic.begin(), kMagic.end(), tail.end() - 8);
  if (!is_footer) return std::nullopt;
  return input.size() - kTail;
}

template <class Record>
bool take(Bytes body, std::vector<Record>& records) {
  return parse(body, records.emplace_back());
}

template <class Id, class Record>
bool take(Bytes body, std::map<Id, Record>& records) {
  Record record;
  if (!parse(body, record)) return false;
  const Id id = record.id;
  return records.emplace(id, std::move(record)).second;
}

/// False when a record is malformed.
bool take(const RecordView& record, Summary& summary, bool& has_statistics) {
  switch (record.opcode) {
    case Opcode::kSchema: return take(record.body, summary.schemas);
    case Opcode::kChannel: return take(record.body, summary.channels);
    case Opcode::kStatistics: has_statistics = true; return parse(record.body, summary.statistics);
    case Opcode::kMetadataIndex: return take(record.body, summary.metadata_indexes);
    case Opcode::kAttachmentIndex: return take(record.body, summary.attachment_indexes);
    case Opcode::kChunkIndex: return take(record.body, summary.chunk_indexes);
    default: return true;
  }
}

bool fits(std::uint64_t offset, std::uint64_t length, std::uint64_t end) {
  return offset >= kMagic.size() && length >= kRecordPrefix && offset <= end && length <= end - offset;
}

/// True when the summary tells where everything lies, so that no walk is needed.
bool is_complete(const Summary& summary, std::uint64_t data_end) {
  const Statistics& count = summary.statistics;
  const bool is_counted = count.schemas == summary.schemas.size() && count.channels == summary.channels.size() &&
                          count.attachments == summary.attachment_indexes.size() &&
                          count.metadata == summary.metadata_indexes.size() &&
                          count.chunks == summary.chunk_indexes.size() && (count.chunks > 0 || count.messages == 0);
  const auto is_inside = [&](const auto& index) { return fits(index.offset, index.length, data_end); };
  return is_counted && std::ranges::all_of(summary.chunk_indexes, is_inside) &&
         std::ranges::all_of(summary.attachment_indexes, is_inside) &&
         std::ranges::all_of(summary.metadata_indexes, is_inside);
}

McapBlock block_of(const ChunkIndex& chunk) {
  McapBlock block{true, chunk.offset, chunk.length, chunk.begin, chunk.end, {}};
  for (const auto& [channel, offset] : chunk.message_index_offsets) block.channels.push_back(channel);
  return block;
}

/// The file's first record.
bool read_header(const InputBytes& input, const McapLimits& limits, HeaderRecord& header) {
  std::array<std::byte, kRecordPrefix> prefix{};
  if (!input.read(kMagic.size(), prefix) || prefix[0] != std::byte{0x01}) return false;
  std::uint64_t length = 0;
  std::memcpy(&length, prefix.data() + 1, 8);
  if (length > std::min(limits.record_size, input.size())) return false;
  ByteVector body(length);
  return input.read(kMagic.size() + kRecordPrefix, body) && parse(body, header);
}

Result<BlockBytes> load_chunk(const McapLimits& limits, const McapBlock& block, BlockBytes stored) {
  RecordWalker walker(stored.records);
  RecordView record;
  Chunk chunk;
  if (!walker.next(record) || record.opcode != Opcode::kChunk || !parse(record.body, chunk))
    return error(ErrorCode::kCorrupt, "chunk at byte {}: no chunk record of {} bytes is there", block.offset,
                 block.length);
  const auto compression = compression_of(chunk.compression);
  if (!compression)
    return error(ErrorCode::kUnsupported, "chunk at byte {}: compression '{}': expected '', 'lz4' or 'zstd'",
                 block.offset, chunk.compression);
  if (chunk.uncompressed_size > limits.record_size)
    return error(ErrorCode::kExhausted, "chunk at byte {}: {} bytes uncompressed: the limit is {}", block.offset,
                 chunk.uncompressed_size, limits.record_size);
  BlockBytes content{stored.owner, chunk.records};
  if (*compression != Compression::kNone || chunk.records.size() != chunk.uncompressed_size) {
    const auto bytes = allocate_bytes(chunk.uncompressed_size);
    const std::span<std::byte> out(bytes.get(), chunk.uncompressed_size);
    if (const auto done = decompress(*compression, chunk.records, out); !done)
      return error(done.error().within(fmt::format("chunk at byte {}", block.offset)));
    content = {bytes, out};
  }
  const std::uint32_t crc = chunk.uncompressed_crc == 0 ? 0 : crc32(0, content.records);
  if (crc != chunk.uncompressed_crc)
    return error(ErrorCode::kCorrupt, "chunk at byte {}: CRC {:08x}: expected {:08x}", block.offset, crc,
                 chunk.uncompressed_crc);
  return content;
}

/// The begin of a chunk's records. Its length and the end of its bytes are not there.
Result<BlockBytes> load_cut_chunk(const McapLimits& limits, const McapBlock& block, Bytes stored) {
  constexpr std::size_t kSizeAt = kRecordPrefix + 16;
  constexpr std::size_t kNameAt = kSizeAt + 8 + 4;
  const auto nothing = error(ErrorCode::kCorrupt, "chunk at byte {}: is cut before its first message", block.offset);
  if (stored.size() < kNameAt + 4) return nothing;
  std::uint64_t size = 0;
  std::uint32_t name_length = 0;
  std::memcpy(&size, stored.data() + kSizeAt, sizeof size);
  std::memcpy(&name_length, stored.data() + kNameAt, sizeof name_length);
  const std::size_t records_at = kNameAt + 4 + std::size_t{name_length} + 8;
  if (name_length > 4 || stored.size() < records_at || size > limits.record_size) return nothing;
  const std::string_view name(reinterpret_cast<const char*>(stored.data()) + kNameAt + 4, name_length);
  const auto compression = compression_of(name);
  if (!compression) return nothing;
  const auto bytes = allocate_bytes(size);
  const std::span<std::byte> out(bytes.get(), size);
  return BlockBytes{bytes, out.first(decompress_begin(*compression, stored.subspan(records_at), out))};
}

}  // namespace

std::shared_ptr<std::byte[]> allocate_bytes(std::size_t size) {
  return std::shared_ptr<std::byte[]>(new std::byte[std::max<std::size_t>(size, 1)]);
}

Result<BlockBytes> load_block(const InputBytes& input, const McapLimits& limits, const McapBlock& block) {
  if (block.length > limits.record_size)
    return error(ErrorCode::kExhausted, "block at byte {}: {} bytes: the limit is {}", block.offset, block.length,
                 limits.record_size);
  const auto bytes = allocate_bytes(block.length);
  const std::span<std::byte> all(bytes.get(), block.length);
  OCELLI_TRY(input.read(block.offset, all));
  if (block.is_cut) return load_cut_chunk(limits, block, all);
  BlockBytes stored{bytes, all};
  return block.is_chunk ? load_chunk(limits, block, std::move(stored)) : stored;
}

std::optional<McapIndex> index_from_summary(const InputBytes& input, const McapLimits& limits, std::string& why) {
  Footer footer;
  const auto footer_at = find_footer(input, footer);
  if (!footer_at) return why = "it has no end: the writer was stopped or the file was cut", std::nullopt;
  if (footer.summary_start == 0) return std::nullopt;
  if (footer.summary_start < kMagic.size() || footer.summary_start > *footer_at)
    return why = fmt::format("its footer points to a summary at byte {}", footer.summary_start), std::nullopt;
  const std::uint64_t size = *footer_at - footer.summary_start + kFooterRecord - sizeof(footer.summary_crc);
  if (size > limits.record_size) return why = "its summary is larger than the limit", std::nullopt;
  ByteVector bytes(size);
  if (!input.read(footer.summary_start, bytes)) return why = "its summary cannot be read", std::nullopt;
  if (footer.summary_crc != 0 && crc32(0, bytes) != footer.summary_crc)
    return why = "the CRC of its summary is wrong", std::nullopt;

  McapIndex index;
  bool has_statistics = false;
  RecordWalker walker(Bytes(bytes).first(*footer_at - footer.summary_start));
  RecordView record;
  while (walker.next(record))
    if (!take(record, index.summary, has_statistics)) return why = "a record of its summary is malformed", std::nullopt;
  if (!walker.is_whole()) return why = "its summary is malformed", std::nullopt;
  if (!has_statistics || !is_complete(index.summary, footer.summary_start)) return std::nullopt;
  if (!read_header(input, limits, index.header)) return why = "its first record is no header", std::nullopt;
  for (const ChunkIndex& chunk : index.summary.chunk_indexes) index.blocks.push_back(block_of(chunk));
  std::ranges::stable_sort(index.blocks, {}, &McapBlock::offset);
  return index;
}

Result<McapIndex> index_mcap(const InputBytes& input, const McapLimits& limits) {
  std::array<std::byte, kMagic.size()> magic{};
  if (input.size() < kMagic.size())
    return error(ErrorCode::kCorrupt, "{}: {} bytes: an MCAP file begins with 8 bytes of magic", input.name(),
                 input.size());
  OCELLI_TRY(input.read(0, magic));
  if (magic != kMagic) return error(ErrorCode::kCorrupt, "{}: is not an MCAP file (version 0)", input.name());
  std::string why;
  if (auto index = index_from_summary(input, limits, why)) return std::move(*index);
  OCELLI_ASSIGN(McapIndex index, index_from_scan(input, limits));
  if (!why.empty()) {
    index.is_recovered = true;
    index.problems.insert(index.problems.begin(), why);
  }
  return index;
}

}  // namespace ocelli::log
