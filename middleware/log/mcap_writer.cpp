#include "ocelli/middleware/log/mcap_writer.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/log/mcap_summary.hpp"
#include "ocelli/middleware/log/output_file.hpp"

namespace ocelli::log {
namespace {

/// The records of the chunk that is still growing.
struct OpenChunk {
  ByteVector records;
  Time begin;
  Time end;
  std::map<ChannelId, MessageIndex> indexes;
  std::set<SchemaId> schemas;  // that the chunk holds already

  void clear() {
    records.clear();
    indexes.clear();
    schemas.clear();
  }
};

/// True when `later` is more than `limit` after `earlier`; differences that do not fit into a Duration are.
bool is_beyond(Time earlier, Time later, Duration limit) {
  if (later <= earlier) return false;
  const auto difference = static_cast<std::uint64_t>(to_ns(later)) -
                          static_cast<std::uint64_t>(to_ns(earlier));  // wraps to the right value
  return difference > static_cast<std::uint64_t>(std::max(limit.count(), std::int64_t{0}));
}

}  // namespace

struct McapWriter::State {
  State(OutputFile&& output, McapWriterOptions&& settings) : file(std::move(output)), options(std::move(settings)) {}

  [[nodiscard]] Status put(std::initializer_list<Bytes> pieces);
  [[nodiscard]] Status write(const Message& message, std::span<const Bytes> pieces);
  [[nodiscard]] Status close_chunk();
  [[nodiscard]] Status store_chunk();
  [[nodiscard]] Status finish();
  void describe(ChannelId channel, std::set<SchemaId>& known_schemas, ByteVector& out);
  void count(const Message& message);

  OutputFile file;
  McapWriterOptions options;
  std::optional<Error> failure;
  bool is_open = true;

  Summary summary;
  OpenChunk chunk;
  std::set<ChannelId> loose_channels;  // described outside chunks, when the file has none
  std::set<SchemaId> loose_schemas;
  ByteVector scratch;
  ByteVector compressed;
};

Status McapWriter::State::put(std::initializer_list<Bytes> pieces) {
  if (failure) return error(*failure);
  if (auto appended = file.append(pieces); !appended) {
    failure = appended.error();
    return appended;
  }
  return ok();
}

void McapWriter::State::describe(ChannelId id, std::set<SchemaId>& known_schemas, ByteVector& out) {
  const Channel& channel = summary.channels.at(id);
  if (channel.schema != SchemaId::kNone && known_schemas.insert(channel.schema).second)
    append(out, summary.schemas.at(channel.schema));
  append(out, channel);
}

void McapWriter::State::count(const Message& message) {
  Statistics& all = summary.statistics;
  all.begin = all.messages == 0 ? message.log_time : std::min(all.begin, message.log_time);
  all.end = all.messages == 0 ? message.log_time : std::max(all.end, message.log_time);
  ++all.messages;
  ++all.channel_messages[message.channel];
}

Status McapWriter::State::write(const Message& message, std::span<const Bytes> pieces) {
  std::uint64_t size = 0;
  for (const Bytes piece : pieces) size += piece.size();
  if (!options.parts.chunks) {
    scratch.clear();
    if (loose_channels.insert(message.channel).second) describe(message.channel, loose_schemas, scratch);
    append_head(scratch, message, size);
    for (const Bytes piece : pieces) scratch.insert(scratch.end(), piece.begin(), piece.end());
    OCELLI_TRY(put({scratch}));
    count(message);
    return ok();
  }
  if (!chunk.records.empty() && is_beyond(chunk.begin, message.log_time, options.chunk_time)) OCELLI_TRY(close_chunk());
  const bool is_first = chunk.records.empty();
  const auto [index, is_new] = chunk.indexes.try_emplace(message.channel);
  if (is_new) describe(message.channel, chunk.schemas, chunk.records);
  index->second.channel = message.channel;
  index->second.entries.emplace_back(message.log_time, chunk.records.size());
  append_head(chunk.records, message, size);
  for (const Bytes piece : pieces) chunk.records.insert(chunk.records.end(), piece.begin(), piece.end());
  chunk.begin = is_first ? message.log_time : std::min(chunk.begin, message.log_time);
  chunk.end = is_first ? message.log_time : std::max(chunk.end, message.log_time);
  count(message);
  return chunk.records.size() >= options.chunk_size ? close_chunk() : ok();
}

Status McapWriter::State::close_chunk() {
  if (failure) return error(*failure);
  if (chunk.records.empty()) return ok();
  if (auto stored = store_chunk(); !stored) {
    failure = stored.error();
    for (const auto& [channel, index] : chunk.indexes) summary.retract(channel, index.entries.size());
    chunk.clear();
    return stored;
  }
  chunk.clear();
  if (!options.sync_each_chunk) return ok();
  auto synced = file.sync();
  if (!synced) failure = synced.error();
  return synced;
}

Status McapWriter::State::store_chunk() {
  Chunk record{chunk.begin, chunk.end, chunk.records.size(), crc32(0, chunk.records), {}, chunk.records};
  OCELLI_ASSIGN(const Bytes shrunk, compress(options.compression, chunk.records, compressed));
  if (shrunk.size() < chunk.records.size()) {
    record.compression = mcap_name(options.compression);
    record.records = shrunk;
  }
  ChunkIndex index;
  index.begin = record.begin;
  index.end = record.end;
  index.offset = file.size();
  index.compression = record.compression;
  index.compressed_size = record.records.size();
  index.uncompressed_size = record.uncompressed_size;

  scratch.clear();
  append_head(scratch, record, record.records.size());
  index.length = scratch.size() + record.records.size();
  ByteVector indexes;
  if (options.parts.message_indexes) {
    for (const auto& [channel, entries] : chunk.indexes) {
      index.message_index_offsets[channel] = index.offset + index.length + indexes.size();
      append(indexes, entries);
    }
    index.message_index_length = indexes.size();
  }
  OCELLI_TRY(put({scratch, record.records, indexes}));
  summary.chunk_indexes.push_back(std::move(index));
  ++summary.statistics.chunks;
  return ok();
}

Status McapWriter::State::finish() {
  OCELLI_TRY(close_chunk());
  scratch.clear();
  append(scratch, DataEnd{file.crc()});
  summary.append_to(scratch, file.size() + scratch.size(), options.parts);
  OCELLI_TRY(put({scratch, kMagic}));
  OCELLI_TRY(file.sync());
  return file.close();
}

McapWriter::McapWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
McapWriter::McapWriter(McapWriter&&) noexcept = default;

McapWriter& McapWriter::operator=(McapWriter&& other) noexcept {
  if (this == &other) return *this;
  if (state_ != nullptr) static_cast<void>(close());
  state_ = std::move(other.state_);
  return *this;
}

McapWriter::~McapWriter() {
  if (state_ != nullptr) static_cast<void>(close());
}

Result<McapWriter> McapWriter::create(const std::filesystem::path& path, McapWriterOptions options) {
  OCELLI_ASSIGN(OutputFile file, OutputFile::create(path));
  auto state = std::make_unique<State>(std::move(file), std::move(options));
  append(state->scratch, HeaderRecord{state->options.profile, state->options.library});
  OCELLI_TRY(state->put({kMagic, state->scratch}));
  state->chunk.records.reserve(state->options.parts.chunks ? state->options.chunk_size : 0);
  return McapWriter(std::move(state));
}

Result<SchemaId> McapWriter::add_schema(std::string_view name, std::string_view encoding, std::string_view text) {
  auto& schemas = state_->summary.schemas;
  for (const auto& [id, schema] : schemas)
    if (schema.name == name && schema.encoding == encoding && schema.text == text) return id;
  if (schemas.size() == std::numeric_limits<std::uint16_t>::max())
    return error(ErrorCode::kExhausted, "schema '{}': a recording holds at most 65535 schemas", name);
  const SchemaId id{static_cast<std::uint16_t>(schemas.size() + 1)};
  schemas[id] = {id, std::string(name), std::string(encoding), std::string(text)};
  return id;
}

Result<ChannelId> McapWriter::add_channel(std::string_view topic, std::string_view message_encoding, SchemaId schema,
                                          StringMap metadata) {
  auto& channels = state_->summary.channels;
  OCELLI_EXPECT(schema == SchemaId::kNone || state_->summary.schemas.contains(schema));
  if (channels.size() == std::numeric_limits<std::uint16_t>::max())
    return error(ErrorCode::kExhausted, "channel '{}': a recording holds at most 65535 channels", topic);
  const ChannelId id{static_cast<std::uint16_t>(channels.size() + 1)};
  channels[id] = {id, schema, std::string(topic), std::string(message_encoding), std::move(metadata)};
  return id;
}

Status McapWriter::write(ChannelId channel, std::uint32_t sequence, Time log_time, Time publish_time, Bytes data) {
  return write(channel, sequence, log_time, publish_time, std::span<const Bytes>(&data, 1));
}

Status McapWriter::write(ChannelId channel, std::uint32_t sequence, Time log_time, Time publish_time,
                         std::span<const Bytes> parts) {
  OCELLI_EXPECT(state_->is_open && state_->summary.channels.contains(channel));
  if (state_->failure) return error(*state_->failure);
  return state_->write({channel, sequence, log_time, publish_time, {}}, parts);
}

Status McapWriter::add_attachment(std::string_view name, std::string_view media_type, Time log_time, Time create_time,
                                  Bytes data) {
  AttachmentIndex index;
  index.head = {log_time, create_time, std::string(name), std::string(media_type), data.size()};
  index.offset = state_->file.size();
  ByteVector head;
  append_head(head, index.head);
  const std::uint32_t crc = crc32(crc32(0, Bytes(head).subspan(kRecordPrefix)), data);
  const Bytes crc_bytes = std::as_bytes(std::span(&crc, 1));
  index.length = head.size() + data.size() + crc_bytes.size();
  OCELLI_TRY(state_->put({head, data, crc_bytes}));
  state_->summary.attachment_indexes.push_back(std::move(index));
  ++state_->summary.statistics.attachments;
  return ok();
}

Status McapWriter::add_metadata(std::string_view name, StringMap entries) {
  MetadataIndex index{state_->file.size(), 0, std::string(name)};
  ByteVector record;
  append(record, Metadata{std::string(name), std::move(entries)});
  index.length = record.size();
  OCELLI_TRY(state_->put({record}));
  state_->summary.metadata_indexes.push_back(std::move(index));
  ++state_->summary.statistics.metadata;
  return ok();
}

Status McapWriter::flush() { return state_->close_chunk(); }

Status McapWriter::close() {
  if (!state_->is_open) return ok();
  // A failed write was taken back, so what is in the file can still be closed properly; each error but the first is
  // only another face of it.
  std::optional<Error> first = std::exchange(state_->failure, std::nullopt);
  Status finished = state_->finish();
  if (!finished && !first && state_->failure) {
    first = std::exchange(state_->failure, std::nullopt);
    static_cast<void>(state_->finish());
  }
  state_->is_open = false;
  if (first) return error(*first);
  return finished;
}

const Statistics& McapWriter::statistics() const { return state_->summary.statistics; }
std::uint64_t McapWriter::file_size() const { return state_->file.size(); }

}  // namespace ocelli::log
