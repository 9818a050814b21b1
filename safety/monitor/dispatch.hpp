#pragma once
// Who wants the observations of which topic or node: an open hash table from ids to short lists, built once.

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ocelli::safety {

class Dispatch {
 public:
  /// Lists keep the order in which they were filled; keys are ids, never 0.
  void build(const std::map<std::uint32_t, std::vector<std::uint32_t>>& lists) {
    slots_.assign(std::bit_ceil(2 * lists.size() + 2), {});
    items_.clear();
    for (const auto& [key, list] : lists) {
      std::size_t at = start(key);
      while (slots_[at].key != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {key, static_cast<std::uint32_t>(items_.size()), static_cast<std::uint32_t>(list.size())};
      items_.insert(items_.end(), list.begin(), list.end());
    }
  }

  [[nodiscard]] std::span<const std::uint32_t> find(std::uint32_t key) const {
    for (std::size_t at = start(key); slots_[at].key != 0; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].key == key) return {&items_[slots_[at].first], slots_[at].count};
    return {};
  }

 private:
  struct Slot {
    std::uint32_t key = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  [[nodiscard]] std::size_t start(std::uint32_t key) const { return key & (slots_.size() - 1); }

  std::vector<Slot> slots_ = std::vector<Slot>(2);  // at least one is always empty
  std::vector<std::uint32_t> items_;
};

}  // namespace ocelli::safety
