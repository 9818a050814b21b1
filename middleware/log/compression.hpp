#pragma once
// Chunk compression: none, lz4 (frame format) and zstd. The only place that knows the two libraries.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/log/mcap_format.hpp"

namespace ocelli::log {

enum class Compression : std::uint8_t { kNone, kLz4, kZstd };

constexpr auto enum_names(Compression) {
  return std::array<std::pair<std::string_view, Compression>, 3>{
      {{"none", Compression::kNone}, {"lz4", Compression::kLz4}, {"zstd", Compression::kZstd}}};
}

/// As it stands in a chunk: "", "lz4", "zstd".
[[nodiscard]] std::string_view mcap_name(Compression compression);
[[nodiscard]] std::optional<Compression> compression_of(std::string_view mcap_name);

/// The compressed bytes, which lie in `scratch` (grown where it is too small) or, for kNone, are `in` itself. Same
/// input, same library version: same output. Errors: kInternal.
[[nodiscard]] Result<Bytes> compress(Compression compression, Bytes in, ByteVector& scratch);

/// Of bytes whose end is missing or damaged: fills the begin of `out` as far as they go and returns how far.
[[nodiscard]] std::size_t decompress_begin(Compression compression, Bytes in, std::span<std::byte> out);

/// Fills `out` exactly; never writes beyond it. Errors: kCorrupt.
[[nodiscard]] Status decompress(Compression compression, Bytes in, std::span<std::byte> out);

}  // namespace ocelli::log
