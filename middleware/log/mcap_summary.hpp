#pragma once
// What an MCAP file says about itself behind its data: schemas, channels, statistics and where everything lies.
// Shared by writer and reader. Must not know: files.

#include <map>
#include <vector>

#include "ocelli/middleware/log/mcap_format.hpp"

namespace ocelli::log {

struct McapParts;

struct Summary {
  std::map<SchemaId, Schema> schemas;
  std::map<ChannelId, Channel> channels;
  Statistics statistics;
  std::vector<MetadataIndex> metadata_indexes;
  std::vector<AttachmentIndex> attachment_indexes;
  std::vector<ChunkIndex> chunk_indexes;

  /// Takes messages of a channel back, whose chunk did not reach the file.
  void retract(ChannelId channel, std::uint64_t messages);

  /// Appends summary, summary offsets and footer as they stand in a file from `begin`, the offset behind DataEnd.
  void append_to(ByteVector& out, std::uint64_t begin, const McapParts& parts) const;
};

}  // namespace ocelli::log
