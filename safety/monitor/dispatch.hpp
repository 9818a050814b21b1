#pragma once
// Who wants the observations of which topic or node: an open hash table from ids to a few short lists each, built once.
// One look-up finds all lists of an id, side by side.

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ocelli::safety {

template <std::size_t kLists>
class Dispatch {
 public:
  using Lists = std::array<std::vector<std::uint32_t>, kLists>;
  struct Slot {
    std::uint32_t key = 0;
    std::array<std::uint32_t, kLists + 1> begins{};  // into items_; a list ends where the next begins
  };

  /// Lists keep the order in which they were filled; keys are ids, never 0.
  void build(const std::map<std::uint32_t, Lists>& entries) {
    slots_.assign(std::bit_ceil(2 * entries.size() + 2), {});
    items_.clear();
    for (const auto& [key, lists] : entries) {
      std::size_t at = start(key);
      while (slots_[at].key != 0) at = next(at);
      slots_[at].key = key;
      for (std::size_t i = 0; i < kLists; ++i) {
        slots_[at].begins[i] = static_cast<std::uint32_t>(items_.size());
        items_.insert(items_.end(), lists[i].begin(), lists[i].end());
      }
      slots_[at].begins[kLists] = static_cast<std::uint32_t>(items_.size());
    }
  }

  /// An unknown key has empty lists.
  [[nodiscard]] const Slot& find(std::uint32_t key) const {
    std::size_t at = start(key);
    while (slots_[at].key != key && slots_[at].key != 0) at = next(at);
    return slots_[at];
  }
  [[nodiscard]] std::span<const std::uint32_t> list(const Slot& slot, std::size_t which) const {
    return {items_.data() + slot.begins[which], slot.begins[which + 1] - slot.begins[which]};
  }

 private:
  [[nodiscard]] std::size_t start(std::uint32_t key) const { return key & (slots_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  std::vector<Slot> slots_ = std::vector<Slot>(2);  // at least one is always empty
  std::vector<std::uint32_t> items_;
};

}  // namespace ocelli::safety
