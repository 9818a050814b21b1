#include "ocelli/middleware/topics/restamp.hpp"

#include <algorithm>
#include <cstring>

namespace ocelli::topics {

ConstBufferPtr restamped(const Buffer& cdr, Time stamp) {
  const auto bytes = cdr.bytes();
  BufferPtr copy = default_pool().take(bytes.size());
  copy->resize(0, bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy->bytes().begin());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(stamp);
  const auto whole = static_cast<std::int32_t>(seconds.time_since_epoch().count());
  const auto rest = static_cast<std::uint32_t>((stamp - seconds).count());
  if (bytes.size() >= 12) {
    std::memcpy(copy->bytes().data() + 4, &whole, 4);
    std::memcpy(copy->bytes().data() + 8, &rest, 4);
  }
  return copy;
}

}  // namespace ocelli::topics
