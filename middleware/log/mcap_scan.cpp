// The walk over all records of a file: how files without a usable summary open. A record that makes no sense ends a
// readable stretch; the walk goes on at the next chunk (or end of data) that does.

#include <algorithm>
#include <cstring>
#include <set>

#include "ocelli/middleware/log/compression.hpp"
#include "ocelli/middleware/log/mcap_index.hpp"

namespace ocelli::log {
namespace {

constexpr std::uint64_t kWindow = 1ULL << 20U;
constexpr std::uint64_t kLongestRun = 4ULL << 20U;  // of message records outside chunks, read as one block
constexpr std::size_t kMostProblems = 1000;         // a file of garbage must not fill the memory with complaints

/// Reads ahead, so that small records do not cost a system call each.
class Window {
 public:
  explicit Window(const InputBytes& input) : input_(input) {}

  /// Valid until the next call. Precondition: offset + size <= input.size().
  [[nodiscard]] Result<Bytes> at(std::uint64_t offset, std::uint64_t size) {
    if (offset < begin_ || offset + size > begin_ + bytes_.size()) {
      bytes_.resize(std::min(std::max(size, kWindow), input_.size() - offset));
      begin_ = offset;
      if (auto done = input_.read(offset, bytes_); !done) return bytes_.clear(), error(done.error());
    }
    return Bytes(bytes_).subspan(offset - begin_, size);
  }

 private:
  const InputBytes& input_;
  std::uint64_t begin_ = 0;
  ByteVector bytes_;
};

class Scanner {
 public:
  Scanner(const InputBytes& input, const McapLimits& limits) : input_(input), limits_(limits), window_(input) {}

  [[nodiscard]] Result<McapIndex> run();

 private:
  enum class Step { kGoOn, kEnd, kLost };

  [[nodiscard]] Result<Step> step();
  [[nodiscard]] Result<Step> take_record(Opcode opcode, std::uint64_t length);
  [[nodiscard]] Result<Step> take_cut_record(Opcode opcode);
  [[nodiscard]] Status take_attachment(std::uint64_t length);
  [[nodiscard]] Status resume();
  [[nodiscard]] bool is_resumable(Bytes bytes, std::uint64_t offset) const;
  [[nodiscard]] Result<bool> is_followed_by_record(std::uint64_t offset);
  void take_chunk(McapBlock block);
  bool take_message(Bytes body, std::uint64_t offset, std::uint64_t length);
  bool take_description(Opcode opcode, Bytes body);
  bool take_metadata(Bytes body, std::uint64_t length);
  void count(const Message& message, McapBlock& block, bool is_first);
  void check_data_end(Bytes body);
  template <class... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args);
  template <class Id, class Record>
  bool keep(Bytes body, std::map<Id, Record>& records);

  const InputBytes& input_;
  const McapLimits& limits_;
  Window window_;
  McapIndex index_;
  std::uint64_t at_ = kMagic.size();
  std::uint32_t crc_ = crc32(0, kMagic);
  bool is_crc_known_ = true;  // nothing was skipped so far
};

template <class... Args>
void Scanner::problem(fmt::format_string<Args...> format, Args&&... args) {
  index_.is_recovered = true;
  if (index_.problems.size() < kMostProblems)
    index_.problems.push_back(fmt::format(format, std::forward<Args>(args)...));
}

Result<McapIndex> Scanner::run() {
  while (true) {
    OCELLI_ASSIGN(const Step done, step());
    if (done == Step::kEnd) break;
    if (done == Step::kLost) OCELLI_TRY(resume());
  }
  Statistics& all = index_.summary.statistics;
  all.schemas = static_cast<std::uint16_t>(index_.summary.schemas.size());
  all.channels = static_cast<std::uint32_t>(index_.summary.channels.size());
  all.attachments = static_cast<std::uint32_t>(index_.summary.attachment_indexes.size());
  all.metadata = static_cast<std::uint32_t>(index_.summary.metadata_indexes.size());
  return std::move(index_);
}

Result<Scanner::Step> Scanner::step() {
  const std::uint64_t left = input_.size() - at_;
  if (left < kRecordPrefix) {
    problem("it ends at byte {} without an end of data", input_.size());
    return Step::kEnd;
  }
  OCELLI_ASSIGN(const Bytes prefix, window_.at(at_, kRecordPrefix));
  const auto opcode = static_cast<Opcode>(prefix[0]);
  std::uint64_t length = 0;
  std::memcpy(&length, prefix.data() + 1, 8);
  if (opcode == Opcode{0}) return Step::kLost;
  if (length > left - kRecordPrefix) return take_cut_record(opcode);
  return take_record(opcode, length);
}

Result<Scanner::Step> Scanner::take_record(Opcode opcode, std::uint64_t length) {
  const std::uint64_t whole = kRecordPrefix + length;
  if (opcode == Opcode::kAttachment) {
    OCELLI_TRY(take_attachment(length));
    at_ += whole;
    return Step::kGoOn;
  }
  if (length > limits_.record_size) return Step::kLost;
  OCELLI_ASSIGN(const Bytes record, window_.at(at_, whole));
  const Bytes body = record.subspan(kRecordPrefix);
  bool is_good = true;
  switch (opcode) {
    case Opcode::kHeader: is_good = parse(body, index_.header); break;
    case Opcode::kSchema:
    case Opcode::kChannel: is_good = take_description(opcode, body); break;
    case Opcode::kMessage: is_good = take_message(body, at_, whole); break;
    case Opcode::kMetadata: is_good = take_metadata(body, whole); break;
    case Opcode::kDataEnd: check_data_end(body); return Step::kEnd;
    case Opcode::kFooter: problem("it has a footer at byte {} but no end of data", at_); return Step::kEnd;
    case Opcode::kChunk: break;  // below, because it reads elsewhere
    case Opcode::kMessageIndex: break;
    default: {
      if (opcode > Opcode::kDataEnd && opcode < Opcode{0x80}) {
        OCELLI_ASSIGN(is_good, is_followed_by_record(at_ + whole));
      }
    }
  }
  if (!is_good) return Step::kLost;
  OCELLI_ASSIGN(const Bytes covered, window_.at(at_, whole));
  crc_ = crc32(crc_, covered);
  if (opcode == Opcode::kChunk) take_chunk({true, at_, whole, {}, {}, {}});
  at_ += whole;
  return Step::kGoOn;
}

/// A record whose length reaches beyond the file: the cut, or nonsense.
Result<Scanner::Step> Scanner::take_cut_record(Opcode opcode) {
  if (opcode > Opcode::kDataEnd) return Step::kLost;
  if (opcode == Opcode::kChunk) {
    McapBlock block{true, at_, std::min(input_.size() - at_, limits_.record_size), {}, {}, {}};
    block.is_cut = true;
    const std::uint64_t before = index_.summary.statistics.messages;
    take_chunk(std::move(block));
    problem("the chunk at byte {} is cut: its first {} messages are kept, unchecked", at_,
            index_.summary.statistics.messages - before);
    return Step::kLost;
  }
  problem("the record at byte {} (opcode {:#04x}) is cut or damaged", at_, static_cast<unsigned>(opcode));
  return Step::kLost;
}

Result<bool> Scanner::is_followed_by_record(std::uint64_t offset) {
  if (input_.size() - offset < kRecordPrefix) return false;
  OCELLI_ASSIGN(const Bytes prefix, window_.at(offset, 1));
  return prefix[0] != std::byte{0} && prefix[0] <= static_cast<std::byte>(Opcode::kDataEnd);
}

/// Streams, because an attachment may be larger than memory.
Status Scanner::take_attachment(std::uint64_t length) {
  const std::uint64_t head_size = std::min(kRecordPrefix + length, kWindow);
  OCELLI_ASSIGN(const Bytes head_bytes, window_.at(at_, head_size));
  AttachmentIndex entry{at_, kRecordPrefix + length, {}};
  std::size_t data_at = 0;
  const bool is_good = parse(head_bytes.subspan(kRecordPrefix), entry.head, data_at) && length >= data_at + 4 &&
                       entry.head.data_size <= length - data_at - 4;
  const std::uint64_t covered = kRecordPrefix + data_at + (is_good ? entry.head.data_size : 0);
  std::uint32_t own_crc = 0;
  for (std::uint64_t done = 0; done < kRecordPrefix + length;) {
    const std::uint64_t begin_of_rest = done < kRecordPrefix ? kRecordPrefix : done < covered ? covered : entry.length;
    const std::uint64_t piece = std::min(begin_of_rest - done, kWindow);
    OCELLI_ASSIGN(const Bytes bytes, window_.at(at_ + done, piece));
    crc_ = crc32(crc_, bytes);
    if (done >= kRecordPrefix && done < covered) own_crc = crc32(own_crc, bytes);
    done += piece;
  }
  if (!is_good) return problem("the attachment at byte {} is malformed: skipped", at_), ok();
  OCELLI_ASSIGN(const Bytes stored, window_.at(at_ + covered, 4));
  std::uint32_t expected = 0;
  std::memcpy(&expected, stored.data(), 4);
  if (expected != 0 && expected != own_crc)
    return problem("the attachment '{}' at byte {} has a wrong CRC: skipped", entry.head.name, at_), ok();
  index_.summary.attachment_indexes.push_back(std::move(entry));
  return ok();
}

bool Scanner::take_metadata(Bytes body, std::uint64_t length) {
  Metadata metadata;
  if (!parse(body, metadata)) return false;
  index_.summary.metadata_indexes.push_back({at_, length, std::move(metadata.name)});
  return true;
}

template <class Id, class Record>
bool Scanner::keep(Bytes body, std::map<Id, Record>& records) {
  Record record;
  if (!parse(body, record)) return false;
  const auto [place, is_new] = records.try_emplace(record.id, record);
  if (!is_new && place->second != record)
    problem("id {} is given twice for different things: the first is used", static_cast<unsigned>(record.id));
  return true;
}

bool Scanner::take_description(Opcode opcode, Bytes body) {
  return opcode == Opcode::kSchema ? keep(body, index_.summary.schemas) : keep(body, index_.summary.channels);
}

void Scanner::count(const Message& message, McapBlock& block, bool is_first) {
  block.begin = is_first ? message.log_time : std::min(block.begin, message.log_time);
  block.end = is_first ? message.log_time : std::max(block.end, message.log_time);
  const auto place = std::ranges::lower_bound(block.channels, message.channel);
  if (place == block.channels.end() || *place != message.channel) block.channels.insert(place, message.channel);
  Statistics& all = index_.summary.statistics;
  all.begin = all.messages == 0 ? message.log_time : std::min(all.begin, message.log_time);
  all.end = all.messages == 0 ? message.log_time : std::max(all.end, message.log_time);
  ++all.messages;
  ++all.channel_messages[message.channel];
}

bool Scanner::take_message(Bytes body, std::uint64_t offset, std::uint64_t length) {
  Message message;
  if (!parse(body, message)) return false;
  if (!index_.summary.channels.contains(message.channel)) {
    problem("the message at byte {} is on channel {}, which nothing describes: skipped", offset,
            static_cast<unsigned>(message.channel));
    return true;
  }
  auto& blocks = index_.blocks;
  const bool is_continued = !blocks.empty() && !blocks.back().is_chunk &&
                            blocks.back().offset + blocks.back().length == offset && blocks.back().length < kLongestRun;
  if (!is_continued) blocks.push_back({false, offset, 0, {}, {}, {}});
  blocks.back().length += length;
  count(message, blocks.back(), !is_continued);
  return true;
}

void Scanner::take_chunk(McapBlock block) {
  const auto content = load_block(input_, limits_, block);
  if (!content) return problem("{}: the chunk is skipped", content.error().message);
  RecordWalker walker(content->records);
  RecordView record;
  bool has_messages = false;
  while (walker.next(record)) {
    Message message;
    if (record.opcode == Opcode::kSchema || record.opcode == Opcode::kChannel) {
      if (!take_description(record.opcode, record.body)) problem("chunk at byte {}: a description is malformed", at_);
    } else if (record.opcode == Opcode::kMessage && parse(record.body, message)) {
      if (index_.summary.channels.contains(message.channel)) {
        count(message, block, !has_messages);
        has_messages = true;
      } else {
        problem("chunk at byte {}: a message on channel {}, which nothing describes: skipped", at_,
                static_cast<unsigned>(message.channel));
      }
    }
  }
  if (!walker.is_whole() && !block.is_cut)
    problem("chunk at byte {}: its content breaks off at {}", at_, walker.end_of_good());
  ++index_.summary.statistics.chunks;
  if (has_messages) index_.blocks.push_back(std::move(block));
}

void Scanner::check_data_end(Bytes body) {
  DataEnd end;
  if (!parse(body, end)) return problem("its end of data at byte {} is malformed", at_);
  if (end.crc != 0 && is_crc_known_ && end.crc != crc_)
    problem("the CRC of its data section is {:08x}: expected {:08x}", crc_, end.crc);
}

/// A chunk or end of data whose members agree with each other: garbage that does is once in 2^100.
bool Scanner::is_resumable(Bytes bytes, std::uint64_t offset) const {
  constexpr std::uint64_t kFixed = 8 + 8 + 8 + 4 + 4 + 8;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data() + 1, 8);
  if (bytes[0] == static_cast<std::byte>(Opcode::kDataEnd)) return length == 4;
  if (bytes[0] != static_cast<std::byte>(Opcode::kChunk) || bytes.size() < kRecordPrefix + kFixed + 4) return false;
  if (length < kFixed || length > input_.size() - offset - kRecordPrefix) return false;
  std::uint32_t name_length = 0;
  std::memcpy(&name_length, bytes.data() + kRecordPrefix + 28, 4);
  if (name_length > 4) return false;
  const auto* name = reinterpret_cast<const char*>(bytes.data() + kRecordPrefix + 32);
  if (!compression_of(std::string_view(name, name_length))) return false;
  std::uint64_t records_length = 0;
  std::memcpy(&records_length, bytes.data() + kRecordPrefix + 32 + name_length, 8);
  return records_length == length - kFixed - name_length;
}

/// Goes to the next place that makes sense, or to the end.
Status Scanner::resume() {
  constexpr std::uint64_t kLook = kRecordPrefix + 44;  // what is_resumable looks at
  const std::uint64_t lost_at = at_;
  is_crc_known_ = false;
  for (++at_; input_.size() - at_ >= kRecordPrefix + 4; ++at_) {
    OCELLI_ASSIGN(const Bytes bytes, window_.at(at_, std::min(kLook, input_.size() - at_)));
    if (bytes[0] != static_cast<std::byte>(Opcode::kChunk) && bytes[0] != static_cast<std::byte>(Opcode::kDataEnd))
      continue;
    if (is_resumable(bytes, at_)) return problem("bytes {} to {} are unreadable: skipped", lost_at, at_), ok();
  }
  at_ = input_.size();
  problem("nothing can be read from byte {} on", lost_at);
  return ok();
}

}  // namespace

Result<McapIndex> index_from_scan(const InputBytes& input, const McapLimits& limits) {
  return Scanner(input, limits).run();
}

}  // namespace ocelli::log
