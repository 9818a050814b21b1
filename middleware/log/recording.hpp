#pragma once
// Ocelli's recordings: MCAP files whose messages are what the bus carried, byte for byte: CDR body, padding to 4, and
// the sample header as a trailer, which foreign readers ignore. A channel is a topic instance; its metadata name the
// topic kind and say whether its messages carry E2E protection, so that damage cannot make a message pass for one that
// never had any: a topic of which only some do has two channels. Log time = published_at, publish time = sensed_at.
// Must not know: the bus, clocks.

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/log/mcap_reader.hpp"
#include "ocelli/middleware/log/mcap_writer.hpp"
#include "ocelli/middleware/topics/source.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::log {

/// Keys of a channel's metadata.
inline constexpr const char* kKindKey = "ocelli.kind";        // name of the topic kind, "lidar/points"
inline constexpr const char* kQosKey = "ocelli.qos";          // "sensor", "state", "event"
inline constexpr const char* kTrailerKey = "ocelli.trailer";  // version of the sample header behind each body
inline constexpr const char* kE2eKey = "ocelli.e2e";          // "protected": every message was; "none": none was

class RecordingWriter {
 public:
  static Result<RecordingWriter> create(const std::filesystem::path& path, McapWriterOptions options = {});

  /// `header.body_length` may be 0 (never encoded before); else it must be the length of `cdr`. Errors: as
  /// McapWriter::write, and kInvalidArgument when a topic changes its kind. `is_corrupt`: it was found so when it was
  /// received, and whoever replays it must find it so again, whatever its header says.
  [[nodiscard]] Status write(const SourceTopic& topic, const SampleHeader& header, Bytes cdr, bool is_corrupt = false);
  /// What the recording says about itself: launch file, versions, seeds.
  [[nodiscard]] Status add_metadata(std::string_view name, StringMap entries);
  [[nodiscard]] Status add_attachment(std::string_view name, std::string_view media_type, Bytes data);
  [[nodiscard]] Status flush() { return writer_.flush(); }
  [[nodiscard]] Status close() { return writer_.close(); }
  [[nodiscard]] const Statistics& statistics() const { return writer_.statistics(); }

 private:
  explicit RecordingWriter(McapWriter writer) : writer_(std::move(writer)) {}
  struct Known {
    const topics::TopicKind* kind = nullptr;
    std::array<std::optional<ChannelId>, 2> channels;  // of messages without and with protection
  };
  [[nodiscard]] Result<ChannelId> channel_of(const SourceTopic& topic, bool is_protected);

  McapWriter writer_;
  std::map<std::string, Known, std::less<>> topics_;
};

struct RecordedTopic {
  std::string name;
  const topics::TopicKind* kind = nullptr;  // null: not one of ours, or of a newer version
  std::string schema_name;
  std::uint64_t messages = 0;
};

struct RecordedMessage {
  std::size_t topic = 0;               // index into Recording::topics()
  std::optional<SampleHeader> header;  // nothing: written by a foreign recorder, or damaged
  bool is_damaged = false;             // the recording says that a (protected) trailer follows, and there is no such
  Bytes body;                          // encapsulated CDR; valid while `owner` is held
  Time log_time;                       // published
  Time publish_time;                   // sensed
  std::shared_ptr<const void> owner;
};

class Recording;

class RecordingCursor {
 public:
  /// As McapCursor::next.
  [[nodiscard]] Result<std::optional<RecordedMessage>> next();
  /// Topics that an error of next() concerns; all when that is not known.
  [[nodiscard]] std::vector<std::size_t> damaged_topics() const;
  [[nodiscard]] const McapDamage& damage() const { return cursor_.damage(); }

 private:
  friend class Recording;
  RecordingCursor(McapCursor cursor, std::map<ChannelId, std::size_t> topics)
      : cursor_(std::move(cursor)), topics_(std::move(topics)) {}
  McapCursor cursor_;
  std::map<ChannelId, std::size_t> topics_;
};

class Recording {
 public:
  /// Any MCAP file opens; topics that are not Ocelli's have no kind.
  static Result<Recording> open(const std::filesystem::path& path, McapLimits limits = {});

  /// In the order of their first appearance in the file.
  [[nodiscard]] const std::vector<RecordedTopic>& topics() const { return topics_; }
  [[nodiscard]] const McapReader& mcap() const { return reader_; }
  /// log_time of the first and last message; nothing when there is no message.
  [[nodiscard]] std::optional<SourceRange> range() const;
  [[nodiscard]] RecordingCursor messages(McapQuery query = {}) const;

 private:
  explicit Recording(McapReader reader);
  McapReader reader_;
  std::vector<RecordedTopic> topics_;
  std::map<ChannelId, std::size_t> topic_of_channel_;
};

/// The generated message. Precondition: it is of the tag's kind.
template <class Tag>
[[nodiscard]] Result<typename Tag::Type> decode(const RecordedMessage& message) {
  typename Tag::Type value;
  OCELLI_TRY(topics::decode(message.body, value));
  return value;
}

}  // namespace ocelli::log
