#include "ocelli/middleware/log/mcap_reader.hpp"

#include <cstring>

namespace ocelli::log {
namespace {

/// Reads one record that an index points to; gives its body.
Result<ByteVector> read_record(const McapReader::Content& content, Opcode opcode, std::uint64_t offset,
                               std::uint64_t length) {
  if (length > content.limits.record_size)
    return error(ErrorCode::kExhausted, "record at byte {}: {} bytes: the limit is {}", offset, length,
                 content.limits.record_size);
  ByteVector bytes(length);
  OCELLI_TRY(content.input->read(offset, bytes));
  RecordWalker walker(bytes);
  RecordView record;
  if (!walker.next(record) || record.opcode != opcode || !walker.is_whole())
    return error(ErrorCode::kCorrupt, "record at byte {}: expected opcode {:#04x} and {} bytes", offset,
                 static_cast<unsigned>(opcode), length);
  bytes.erase(bytes.begin(), bytes.begin() + kRecordPrefix);
  return bytes;
}

}  // namespace

Result<McapReader> McapReader::open(const std::filesystem::path& path, McapLimits limits) {
  OCELLI_ASSIGN(auto input, open_input(path));
  return open(std::move(input), limits);
}

Result<McapReader> McapReader::open(std::shared_ptr<const InputBytes> input, McapLimits limits) {
  OCELLI_ASSIGN(McapIndex index, index_mcap(*input, limits));
  return McapReader(std::make_shared<const Content>(Content{std::move(input), limits, std::move(index)}));
}

Result<McapAttachment> McapReader::read_attachment(const AttachmentIndex& entry) const {
  OCELLI_ASSIGN(ByteVector body, read_record(*content_, Opcode::kAttachment, entry.offset, entry.length));
  McapAttachment attachment;
  std::size_t data_at = 0;
  const bool is_good = parse(body, attachment.head, data_at) && body.size() - data_at >= 4 &&
                       attachment.head.data_size <= body.size() - data_at - 4;
  if (!is_good) return error(ErrorCode::kCorrupt, "attachment at byte {}: is malformed", entry.offset);
  const std::size_t covered = data_at + attachment.head.data_size;
  std::uint32_t crc = 0;
  std::memcpy(&crc, body.data() + covered, 4);
  if (const std::uint32_t actual = crc32(0, Bytes(body).first(covered)); crc != 0 && crc != actual)
    return error(ErrorCode::kCorrupt, "attachment '{}' at byte {}: CRC {:08x}: expected {:08x}", attachment.head.name,
                 entry.offset, actual, crc);
  attachment.data.assign(body.begin() + static_cast<std::ptrdiff_t>(data_at),
                         body.begin() + static_cast<std::ptrdiff_t>(covered));
  return attachment;
}

Result<Metadata> McapReader::read_metadata(const MetadataIndex& entry) const {
  OCELLI_ASSIGN(const ByteVector body, read_record(*content_, Opcode::kMetadata, entry.offset, entry.length));
  Metadata metadata;
  if (!parse(body, metadata)) return error(ErrorCode::kCorrupt, "metadata at byte {}: is malformed", entry.offset);
  return metadata;
}

}  // namespace ocelli::log
