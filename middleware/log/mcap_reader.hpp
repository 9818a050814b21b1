#pragma once
// Reads MCAP recordings. A whole file opens by its summary; one that was cut or damaged anywhere opens by a walk over
// its bytes with what it had, and says what is lost. Every CRC that a file carries is checked before its content is
// handed out; nothing in a file can make the reader crash or take more memory than the limits.
// Must not know: topics, CDR.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/mcap_index.hpp"
#include "ocelli/middleware/log/mcap_writer.hpp"

namespace ocelli::log {

enum class McapOrder {
  kLogTime,  // by log time; equal times as they stand in the file
  kFile,     // as they stand in the file
};

struct McapQuery {
  std::optional<Time> begin = {};                       // inclusive
  std::optional<Time> end = {};                         // exclusive
  std::optional<std::vector<std::string>> topics = {};  // nothing = all
  McapOrder order = McapOrder::kLogTime;
};

struct McapMessage {
  const Channel* channel = nullptr;  // lives as long as its reader or cursor
  std::uint32_t sequence = 0;
  Time log_time;
  Time publish_time;
  Bytes data;  // valid while `owner` is held
  std::shared_ptr<const void> owner;
};

/// A stretch of a recording that could not be read.
struct McapDamage {
  Time begin;  // log times that the file claims for it
  Time end;
  std::vector<ChannelId> channels;  // empty = not known
};

struct McapAttachment {
  AttachmentHead head;
  ByteVector data;
};

/// Hands messages out one by one. Memory: the blocks whose times overlap, at most McapLimits::cached_size of them at
/// once (blocks beyond that are read again when their turn comes).
class McapCursor {
 public:
  McapCursor(McapCursor&&) noexcept;
  McapCursor& operator=(McapCursor&&) noexcept;
  ~McapCursor();

  /// Nothing at the end. An error tells of one damaged stretch (damage() has the details); the next call goes on
  /// behind it.
  [[nodiscard]] Result<std::optional<McapMessage>> next();
  [[nodiscard]] const McapDamage& damage() const;

 private:
  friend class McapReader;
  struct State;
  explicit McapCursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class McapReader {
 public:
  /// Errors: kNotFound, kUnavailable, kCorrupt when it is not an MCAP file at all.
  static Result<McapReader> open(const std::filesystem::path& path, McapLimits limits = {});
  static Result<McapReader> open(std::shared_ptr<const InputBytes> input, McapLimits limits = {});

  /// The file had no proper end, or parts of it are lost; problems() says which.
  [[nodiscard]] bool is_recovered() const { return index().is_recovered; }
  [[nodiscard]] const std::vector<std::string>& problems() const { return index().problems; }

  [[nodiscard]] const HeaderRecord& header() const { return index().header; }
  [[nodiscard]] const std::map<SchemaId, Schema>& schemas() const { return index().summary.schemas; }
  [[nodiscard]] const std::map<ChannelId, Channel>& channels() const { return index().summary.channels; }
  [[nodiscard]] const Statistics& statistics() const { return index().summary.statistics; }
  [[nodiscard]] const std::vector<AttachmentIndex>& attachments() const { return index().summary.attachment_indexes; }
  [[nodiscard]] const std::vector<MetadataIndex>& metadata() const { return index().summary.metadata_indexes; }

  /// The cursor outlives the reader.
  [[nodiscard]] McapCursor messages(McapQuery query = {}) const;
  /// Errors: kCorrupt (CRC), kExhausted (larger than the limits), kUnavailable.
  [[nodiscard]] Result<McapAttachment> read_attachment(const AttachmentIndex& entry) const;
  [[nodiscard]] Result<Metadata> read_metadata(const MetadataIndex& entry) const;

  struct Content {
    std::shared_ptr<const InputBytes> input;
    McapLimits limits;
    McapIndex index;
  };

 private:
  explicit McapReader(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  [[nodiscard]] const McapIndex& index() const { return content_->index; }
  std::shared_ptr<const Content> content_;
};

/// Writes what can be read of `in` as a whole file with the same messages in the same order. What was lost becomes
/// metadata "ocelli.recovered" and is returned. Errors: of opening and writing; `out` must be another file.
[[nodiscard]] Result<std::vector<std::string>> recover_mcap(const std::filesystem::path& in,
                                                            const std::filesystem::path& out,
                                                            McapWriterOptions options = {});

}  // namespace ocelli::log
