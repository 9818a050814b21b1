#pragma once
// The order of a tick's observations by their time stamps. Stable; takes the same bounded time however they came
// (a radix sort over those bytes in which the stamps differ); takes no memory after reserve().

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ocelli/middleware/core/observation.hpp"

namespace ocelli::safety {

class StampOrder {
 public:
  struct Item {
    std::uint64_t after_earliest_ns = 0;
    std::uint32_t place = 0;  // of the observation
  };

  void reserve(std::size_t most_observations);
  /// Places from the earliest observed_at to the latest; valid until the next call. Not more than reserved.
  [[nodiscard]] std::span<const Item> sort(std::span<const Observation> observations);

 private:
  void sort_by_byte(int shift);

  std::vector<Item> items_;
  std::vector<Item> scratch_;
};

}  // namespace ocelli::safety
