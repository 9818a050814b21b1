#pragma once
// What the bulk messages share: the ROS 2 stamp, and placing a message so that its data starts on a 64-byte line.

#include <cstddef>
#include <cstdint>
#include <span>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/cdr_prefix.hpp"

namespace ocelli::topics {

[[nodiscard]] inline Time read_stamp(CdrPrefixReader& in) {
  const auto seconds = in.number<std::int32_t>();
  const auto nanoseconds = in.number<std::uint32_t>();
  return Time{std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds)};
}

inline void write_stamp(CdrPrefixWriter& out, Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out.number(static_cast<std::int32_t>(seconds.time_since_epoch().count()));
  out.number(static_cast<std::uint32_t>((time - seconds).count()));
}

/// Calls `write(out, data_at)` twice: with an empty span to count (returns the size), then for real. Returns data_at.
template <class Write>
[[nodiscard]] Result<std::size_t> place_bulk(const Write& write, BufferPool& pool, BufferPtr& buffer) {
  std::size_t data_at = 0;
  const std::size_t size = write(std::span<std::byte>{}, data_at);
  const std::size_t offset = (64 - data_at % 64) % 64;
  buffer = pool.take(offset + size);
  if (buffer == nullptr) return error(ErrorCode::kExhausted, "no buffer of {} bytes is free", offset + size);
  buffer->resize(offset, size);
  write(buffer->bytes(), data_at);
  return data_at;
}

}  // namespace ocelli::topics
