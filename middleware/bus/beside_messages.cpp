#include "ocelli/middleware/bus/beside_messages.hpp"

#include <algorithm>

namespace ocelli {

BesideMessages::Writer* BesideMessages::find(std::uint32_t id) {
  const auto found = std::ranges::find(writers_, id, &Writer::id);
  return found == writers_.end() ? nullptr : &*found;
}

void BesideMessages::put(SamplePtr sample, Integrity integrity) {
  const std::uint32_t id = sample->header.writer;
  Writer* writer = find(id);
  if (writer == nullptr) {
    if (writers_.size() == kMostWriters) writers_.erase(writers_.begin());
    writer = &writers_.emplace_back(Writer{id, {}});
  }
  if (writer->messages.size() >= depth_) writer->messages.pop_front();
  writer->messages.push_back({std::move(sample), integrity});
}

BesideMessages::Found BesideMessages::take(const SampleHeader& mark, std::size_t readers) {
  Writer* const writer = find(mark.writer);
  if (writer == nullptr) return {};
  const auto found = std::ranges::find_if(
      writer->messages, [&](const Kept& kept) { return kept.sample->header.sequence >= mark.sequence; });
  if (found == writer->messages.end()) return {};
  if (found->sample->header.sequence != mark.sequence) return {State::kLost, nullptr};
  Found result{State::kHere, found->sample, found->integrity};
  if (++found->taken >= readers) writer->messages.erase(found);
  return result;
}

std::size_t BesideMessages::size() const {
  std::size_t sum = 0;
  for (const Writer& writer : writers_) sum += writer.messages.size();
  return sum;
}

void BesideMessages::forget(std::uint32_t writer) {
  std::erase_if(writers_, [&](const Writer& one) { return one.id == writer; });
}

void NewestOfWriters::note(std::uint32_t writer, std::uint64_t sequence) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.writer == writer; });
  if (entries_.size() == kMostWriters) entries_.erase(entries_.begin());
  entries_.push_back({writer, sequence});
}

std::uint64_t NewestOfWriters::of(std::uint32_t writer) const {
  const auto found = std::ranges::find(entries_, writer, &Entry::writer);
  return found == entries_.end() ? 0 : found->sequence;
}

}  // namespace ocelli
