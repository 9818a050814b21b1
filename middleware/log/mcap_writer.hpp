#pragma once
// Writes MCAP recordings. Messages gather in chunks in memory; each chunk reaches the file as a whole, with a CRC and
// with the schemas and channels it uses, so that a killed recorder loses at most the open chunk and a damaged file
// loses only the damaged chunks. The same calls give the same bytes: no clock, no random number goes into the file.
// Not thread-safe. Must not know: topics, CDR.

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/compression.hpp"
#include "ocelli/middleware/log/mcap_format.hpp"

namespace ocelli::log {

/// Parts of a file that readers can do without. Leaving one out saves little and costs its readers much; the choice
/// exists to check readers against every combination.
struct McapParts {
  bool chunks = true;
  bool message_indexes = true;
  bool chunk_indexes = true;
  bool statistics = true;
  bool repeated_schemas = true;
  bool repeated_channels = true;
  bool attachment_indexes = true;
  bool metadata_indexes = true;
  bool summary_offsets = true;
};

struct McapWriterOptions {
  /// A chunk closes when it holds this many bytes before compression. Larger: better compression, fewer syncs; but as
  /// many bytes of memory here and in readers, and as many lost by a crash.
  std::size_t chunk_size = 4U << 20U;
  /// A chunk closes before a message logged this much later than its first. Shorter: a crash loses less of slow topics.
  /// Call flush() where messages may stop coming.
  Duration chunk_time = 1s;
  /// None: as fast as the disk. lz4 and zstd cost processor time and save space
  /// on structured data; a chunk that does not shrink is stored as it is.
  Compression compression = Compression::kNone;
  /// fdatasync after each chunk: what is written survives a power cut, for a few ms per chunk on an SSD. Without it a
  /// killed process loses nothing more, but a dead computer up to half a minute.
  bool sync_each_chunk = true;
  std::string profile = {};
  std::string library = "ocelli";
  McapParts parts = {};
};

class McapWriter {
 public:
  /// Replaces an existing file; begins with magic and header.
  static Result<McapWriter> create(const std::filesystem::path& path, McapWriterOptions options = {});
  McapWriter(McapWriter&&) noexcept;
  McapWriter& operator=(McapWriter&&) noexcept;
  /// Closes the file; call close() to learn whether that worked.
  ~McapWriter();

  /// The same schema again gives the same id. Errors: kExhausted after 65535 schemas.
  [[nodiscard]] Result<SchemaId> add_schema(std::string_view name, std::string_view encoding, std::string_view text);
  /// Precondition: the schema is kNone or from add_schema. Errors: kExhausted after 65535 channels.
  [[nodiscard]] Result<ChannelId> add_channel(std::string_view topic, std::string_view message_encoding,
                                              SchemaId schema, StringMap metadata = {});

  /// The data is copied, so the caller may reuse it. Precondition: the channel is from add_channel. Errors: what the
  /// file system said, kExhausted when full. After an error every call but close() fails with it; what was in the file
  /// before stays valid.
  [[nodiscard]] Status write(ChannelId channel, std::uint32_t sequence, Time log_time, Time publish_time, Bytes data);
  /// Data in several pieces: body and trailer need not be joined first.
  [[nodiscard]] Status write(ChannelId channel, std::uint32_t sequence, Time log_time, Time publish_time,
                             std::span<const Bytes> parts);
  [[nodiscard]] Status add_attachment(std::string_view name, std::string_view media_type, Time log_time,
                                      Time create_time, Bytes data);
  [[nodiscard]] Status add_metadata(std::string_view name, StringMap entries);

  /// Closes the open chunk, if there is one, and writes it out.
  [[nodiscard]] Status flush();
  /// Writes the summary and closes the file. After an earlier error it still tries to leave a whole file with what had
  /// been written, and returns that error. A second call does nothing.
  [[nodiscard]] Status close();

  /// Of what was written out and is in the open chunk.
  [[nodiscard]] const Statistics& statistics() const;
  /// Bytes in the file (without the open chunk).
  [[nodiscard]] std::uint64_t file_size() const;

 private:
  struct State;
  explicit McapWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ocelli::log
