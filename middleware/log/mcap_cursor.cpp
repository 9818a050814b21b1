// Merges the blocks of a recording by log time: a block is read when its first message may be the next one.

#include <algorithm>
#include <queue>
#include <set>

#include "ocelli/middleware/log/mcap_reader.hpp"

namespace ocelli::log {
namespace {

/// One message of a loaded block.
struct Entry {
  Time time;
  std::size_t offset = 0;  // of the record in the block's bytes
};

struct Loaded {
  const McapBlock* block = nullptr;
  std::vector<Entry> entries;  // in the order of delivery
  std::size_t next = 0;
  BlockBytes bytes;  // empty owner: given back to save memory, to be read again
};

/// The next message of one loaded block; the smallest comes first, blocks of equal time as they stand in the file.
struct Turn {
  Time time;
  std::size_t loaded = 0;
  std::uint64_t offset = 0;
  friend bool operator<(const Turn& a, const Turn& b) {
    return a.time != b.time ? a.time > b.time : a.offset > b.offset;  // std::priority_queue puts the largest first
  }
};

}  // namespace

struct McapCursor::State {
  [[nodiscard]] bool is_wanted(const McapBlock& block) const;
  [[nodiscard]] bool is_next_block_due() const;
  [[nodiscard]] Status load_next();
  [[nodiscard]] Status list(Loaded& loaded);
  [[nodiscard]] Status fetch(Loaded& loaded);
  [[nodiscard]] Result<McapMessage> take_turn();
  [[nodiscard]] tl::unexpected<Error> damaged(const McapBlock& block, const Error& why);
  void give_back(const Loaded& except);
  void push_turn(std::size_t index);

  std::shared_ptr<const McapReader::Content> content;
  McapQuery query;
  std::set<ChannelId> channels;
  std::vector<const McapBlock*> blocks;  // in the order of loading
  std::size_t next_block = 0;
  std::vector<Loaded> loaded;  // slots are used again
  std::vector<std::size_t> free_slots;
  std::priority_queue<Turn> turns;
  std::uint64_t cached = 0;
  McapDamage damage;
};

bool McapCursor::State::is_wanted(const McapBlock& block) const {
  if (query.begin && block.end < *query.begin) return false;
  if (query.end && block.begin >= *query.end) return false;
  return block.channels.empty() ||
         std::ranges::any_of(block.channels, [this](ChannelId id) { return channels.contains(id); });
}

bool McapCursor::State::is_next_block_due() const {
  if (next_block == blocks.size()) return false;
  if (turns.empty()) return true;
  return query.order == McapOrder::kLogTime && blocks[next_block]->begin <= turns.top().time;
}

tl::unexpected<Error> McapCursor::State::damaged(const McapBlock& block, const Error& why) {
  damage = {block.begin, block.end, block.channels};
  return error(why.within(content->input->name()));
}

/// Finds the wanted messages of a block whose bytes are there.
Status McapCursor::State::list(Loaded& loaded_block) {
  RecordWalker walker(loaded_block.bytes.records);
  RecordView record;
  std::size_t unknown = 0;
  while (walker.next(record)) {
    Message message;
    if (record.opcode != Opcode::kMessage || !parse(record.body, message)) continue;
    if (!content->index.summary.channels.contains(message.channel)) ++unknown;
    const bool is_wanted = channels.contains(message.channel) && (!query.begin || message.log_time >= *query.begin) &&
                           (!query.end || message.log_time < *query.end);
    if (is_wanted) loaded_block.entries.push_back({message.log_time, record.begin});
  }
  if (query.order == McapOrder::kLogTime) std::ranges::stable_sort(loaded_block.entries, {}, &Entry::time);
  if (!walker.is_whole() && !loaded_block.block->is_cut)
    return error(ErrorCode::kCorrupt, "chunk at byte {}: its content breaks off at {}", loaded_block.block->offset,
                 walker.end_of_good());
  if (unknown > 0)
    return error(ErrorCode::kCorrupt, "chunk at byte {}: {} messages on channels that nothing describes",
                 loaded_block.block->offset, unknown);
  return ok();
}

/// Makes sure that a block's bytes are in memory.
Status McapCursor::State::fetch(Loaded& loaded_block) {
  if (loaded_block.bytes.owner != nullptr) return ok();
  OCELLI_ASSIGN(loaded_block.bytes, load_block(*content->input, content->limits, *loaded_block.block));
  cached += loaded_block.bytes.records.size();
  give_back(loaded_block);
  return ok();
}

/// Frees the blocks that are needed last until the limit holds.
void McapCursor::State::give_back(const Loaded& except) {
  while (cached > content->limits.cached_size) {
    Loaded* last = nullptr;
    for (Loaded& candidate : loaded) {
      if (&candidate == &except || candidate.bytes.owner == nullptr) continue;
      const auto time_of = [](const Loaded& block) { return block.entries[block.next].time; };
      if (last == nullptr || time_of(candidate) > time_of(*last)) last = &candidate;
    }
    if (last == nullptr) return;
    cached -= last->bytes.records.size();
    last->bytes = {};
  }
}

void McapCursor::State::push_turn(std::size_t index) {
  Loaded& block = loaded[index];
  if (block.next < block.entries.size()) {
    turns.push({block.entries[block.next].time, index, block.block->offset});
    return;
  }
  if (block.bytes.owner != nullptr) cached -= block.bytes.records.size();
  block = {};
  free_slots.push_back(index);
}

Status McapCursor::State::load_next() {
  const McapBlock& block = *blocks[next_block++];
  Loaded fresh;
  fresh.block = &block;
  auto bytes = load_block(*content->input, content->limits, block);
  if (!bytes) return damaged(block, bytes.error());
  fresh.bytes = std::move(*bytes);
  const Status listed = list(fresh);
  if (free_slots.empty()) {
    free_slots.push_back(loaded.size());
    loaded.emplace_back();
  }
  const std::size_t index = free_slots.back();
  free_slots.pop_back();
  cached += fresh.bytes.records.size();
  loaded[index] = std::move(fresh);
  if (!loaded[index].entries.empty()) give_back(loaded[index]);
  push_turn(index);
  if (!listed) return damaged(block, listed.error());
  return ok();
}

/// Precondition: there is a turn.
Result<McapMessage> McapCursor::State::take_turn() {
  const std::size_t index = turns.top().loaded;
  turns.pop();
  Loaded& block = loaded[index];
  if (auto there = fetch(block); !there) {
    const McapBlock& lost = *block.block;
    block.next = block.entries.size();
    push_turn(index);
    return damaged(lost, there.error());
  }
  RecordWalker walker(block.bytes.records.subspan(block.entries[block.next].offset));
  RecordView record;
  Message message;
  if (!walker.next(record) || !parse(record.body, message)) {  // the file changed since it was listed
    ++block.next;
    const McapBlock& changed = *block.block;
    push_turn(index);
    return damaged(changed, {ErrorCode::kCorrupt, "the file changed while it was read"});
  }
  McapMessage out{&content->index.summary.channels.at(message.channel),
                  message.sequence,
                  message.log_time,
                  message.publish_time,
                  message.data,
                  block.bytes.owner};
  ++block.next;
  push_turn(index);
  return out;
}

McapCursor::McapCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
McapCursor::McapCursor(McapCursor&&) noexcept = default;
McapCursor& McapCursor::operator=(McapCursor&&) noexcept = default;
McapCursor::~McapCursor() = default;

const McapDamage& McapCursor::damage() const { return state_->damage; }

Result<std::optional<McapMessage>> McapCursor::next() {
  while (state_->is_next_block_due()) OCELLI_TRY(state_->load_next());
  if (state_->turns.empty()) return std::nullopt;
  OCELLI_ASSIGN(McapMessage message, state_->take_turn());
  return std::optional(std::move(message));
}

McapCursor McapReader::messages(McapQuery query) const {
  auto state = std::make_unique<McapCursor::State>();
  state->content = content_;
  for (const auto& [id, channel] : channels()) {
    const bool is_wanted = !query.topics || std::ranges::find(*query.topics, channel.topic) != query.topics->end();
    if (is_wanted) state->channels.insert(id);
  }
  state->query = std::move(query);
  for (const McapBlock& block : content_->index.blocks)
    if (state->is_wanted(block)) state->blocks.push_back(&block);
  if (state->query.order == McapOrder::kLogTime)
    std::ranges::stable_sort(state->blocks, {}, [](const McapBlock* block) { return block->begin; });
  return McapCursor(std::move(state));
}

}  // namespace ocelli::log
