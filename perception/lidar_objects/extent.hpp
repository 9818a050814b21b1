#pragma once
// From the least to the greatest of some values.

#include <algorithm>
#include <limits>

namespace ocelli::perception {

struct Extent {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();
  void take(float value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] float size() const { return high - low; }
};

}  // namespace ocelli::perception
