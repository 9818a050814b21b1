#include "ocelli/middleware/log/mcap_summary.hpp"

#include <algorithm>
#include <cstring>

#include "ocelli/middleware/log/mcap_writer.hpp"

namespace ocelli::log {
namespace {

const Schema& record_of(const std::pair<const SchemaId, Schema>& item) { return item.second; }
const Channel& record_of(const std::pair<const ChannelId, Channel>& item) { return item.second; }
template <class Record>
const Record& record_of(const Record& item) {
  return item;
}

/// Appends the records of one opcode and remembers where they lie.
template <class Records>
void append_group(ByteVector& out, std::uint64_t begin, Opcode opcode, const Records& records, bool is_wanted,
                  std::vector<SummaryOffset>& offsets) {
  const std::size_t group_begin = out.size();
  if (is_wanted)
    for (const auto& item : records) append(out, record_of(item));
  if (out.size() > group_begin) offsets.push_back({opcode, begin + group_begin, out.size() - group_begin});
}

}  // namespace

void Summary::retract(ChannelId channel, std::uint64_t messages) {
  statistics.messages -= messages;
  auto& count = statistics.channel_messages[channel];
  count -= messages;
  if (count == 0) statistics.channel_messages.erase(channel);
  statistics.begin = chunk_indexes.empty() ? kNoTime : chunk_indexes.front().begin;
  statistics.end = statistics.begin;
  for (const ChunkIndex& chunk : chunk_indexes) {
    statistics.begin = std::min(statistics.begin, chunk.begin);
    statistics.end = std::max(statistics.end, chunk.end);
  }
}

void Summary::append_to(ByteVector& out, std::uint64_t begin, const McapParts& parts) const {
  std::vector<Statistics> statistics_group(1, statistics);
  statistics_group[0].schemas = static_cast<std::uint16_t>(schemas.size());
  statistics_group[0].channels = static_cast<std::uint32_t>(channels.size());
  const std::size_t out_begin = out.size();
  begin -= out_begin;
  std::vector<SummaryOffset> offsets;
  append_group(out, begin, Opcode::kSchema, schemas, parts.repeated_schemas, offsets);
  append_group(out, begin, Opcode::kChannel, channels, parts.repeated_channels, offsets);
  append_group(out, begin, Opcode::kStatistics, statistics_group, parts.statistics, offsets);
  append_group(out, begin, Opcode::kMetadataIndex, metadata_indexes, parts.metadata_indexes, offsets);
  append_group(out, begin, Opcode::kAttachmentIndex, attachment_indexes, parts.attachment_indexes, offsets);
  append_group(out, begin, Opcode::kChunkIndex, chunk_indexes, parts.chunk_indexes, offsets);

  Footer footer;
  footer.summary_start = out.size() > out_begin ? begin + out_begin : 0;
  if (parts.summary_offsets && !offsets.empty()) {
    footer.summary_offset_start = begin + out.size();
    for (const SummaryOffset& offset : offsets) append(out, offset);
  }
  append(out, footer);
  const std::uint32_t crc = crc32(0, Bytes(out).subspan(out_begin, out.size() - out_begin - sizeof(std::uint32_t)));
  std::memcpy(out.data() + out.size() - sizeof(crc), &crc, sizeof(crc));
}

}  // namespace ocelli::log
