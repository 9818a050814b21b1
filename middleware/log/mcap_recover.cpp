#include <algorithm>

#include "ocelli/middleware/log/mcap_reader.hpp"

namespace ocelli::log {
namespace {

/// Copies one file, remembering what could not be copied.
class Copy {
 public:
  Copy(const McapReader& from, McapWriter& to) : from_(from), to_(to), lost_(from.problems()) {}

  [[nodiscard]] Status run() {
    OCELLI_TRY(copy_descriptions());
    OCELLI_TRY(copy_messages());
    OCELLI_TRY(to_.flush());
    OCELLI_TRY(copy_attachments());
    OCELLI_TRY(copy_metadata());
    if (lost_.empty()) return ok();
    StringMap notes;
    for (std::size_t i = 0; i < lost_.size(); ++i) notes[fmt::format("lost_{:04}", i)] = lost_[i];
    return to_.add_metadata("ocelli.recovered", std::move(notes));
  }
  [[nodiscard]] const std::vector<std::string>& lost() const { return lost_; }

 private:
  [[nodiscard]] Status copy_descriptions() {
    std::map<SchemaId, SchemaId> schemas{{SchemaId::kNone, SchemaId::kNone}};
    for (const auto& [id, schema] : from_.schemas()) {
      OCELLI_ASSIGN(schemas[id], to_.add_schema(schema.name, schema.encoding, schema.text));
    }
    for (const auto& [id, channel] : from_.channels()) {
      const auto schema = schemas.find(channel.schema);
      if (schema == schemas.end()) lost_.push_back(fmt::format("the schema of '{}' is lost", channel.topic));
      OCELLI_ASSIGN(channels_[id],
                    to_.add_channel(channel.topic, channel.message_encoding,
                                    schema == schemas.end() ? SchemaId::kNone : schema->second, channel.metadata));
    }
    return ok();
  }

  [[nodiscard]] Status copy_messages() {
    McapCursor cursor = from_.messages({.order = McapOrder::kFile});
    while (true) {
      auto message = cursor.next();
      if (!message) {
        lost_.push_back(message.error().message);
        continue;
      }
      if (!*message) return ok();
      const McapMessage& m = **message;
      OCELLI_TRY(to_.write(channels_.at(m.channel->id), m.sequence, m.log_time, m.publish_time, m.data));
    }
  }

  [[nodiscard]] Status copy_attachments() {
    for (const AttachmentIndex& entry : from_.attachments()) {
      const auto attachment = from_.read_attachment(entry);
      if (!attachment) {
        lost_.push_back(attachment.error().message);
        continue;
      }
      const AttachmentHead& head = attachment->head;
      OCELLI_TRY(to_.add_attachment(head.name, head.media_type, head.log_time, head.create_time, attachment->data));
    }
    return ok();
  }

  [[nodiscard]] Status copy_metadata() {
    for (const MetadataIndex& entry : from_.metadata()) {
      const auto metadata = from_.read_metadata(entry);
      if (metadata) {
        OCELLI_TRY(to_.add_metadata(metadata->name, metadata->entries));
      } else {
        lost_.push_back(metadata.error().message);
      }
    }
    return ok();
  }

  const McapReader& from_;
  McapWriter& to_;
  std::vector<std::string> lost_;
  std::map<ChannelId, ChannelId> channels_;
};

}  // namespace

Result<std::vector<std::string>> recover_mcap(const std::filesystem::path& in, const std::filesystem::path& out,
                                              McapWriterOptions options) {
  OCELLI_ASSIGN(const McapReader reader, McapReader::open(in));
  std::error_code ignored;
  if (std::filesystem::equivalent(in, out, ignored))
    return error(ErrorCode::kInvalidArgument, "{}: cannot be recovered into itself", in.string());
  options.profile = reader.header().profile;
  OCELLI_ASSIGN(McapWriter writer, McapWriter::create(out, std::move(options)));
  Copy copy(reader, writer);
  OCELLI_TRY(copy.run());
  OCELLI_TRY(writer.close());
  return copy.lost();
}

}  // namespace ocelli::log
