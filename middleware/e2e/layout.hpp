#pragma once
// Reading and writing the protected fields of a message, and the CRC over the rest of it. Callers have checked that the
// message is as long as the configuration says. Part of protection.cpp; must not know: counters' history, verdicts.

#include <cstddef>
#include <cstdint>
#include <span>

#include "ocelli/middleware/e2e/profile.hpp"

namespace ocelli::e2e::detail {

/// The protected fields, as written in a message.
struct Fields {
  std::uint64_t crc = 0;
  std::uint64_t length = 0;  // 0 where the profile carries none
  std::uint32_t counter = 0;
  std::uint32_t data_id = 0;  // 0 where the profile carries none; mode kNibble: the nibble
  MessageTag tag;
};

/// Everything but the CRC.
void write_fields(const Config& config, const Fields& fields, std::span<std::byte> message);
void write_crc(const Config& config, std::uint64_t crc, std::span<std::byte> message);
[[nodiscard]] Fields read_fields(const Config& config, std::span<const std::byte> message);

/// What the CRC of `message` and the bytes `rest` behind it must be; the bytes of the CRC itself do not count.
[[nodiscard]] std::uint64_t compute_crc(const Config& config, std::uint32_t counter, std::span<const std::byte> message,
                                        std::span<const std::byte> rest = {});

}  // namespace ocelli::e2e::detail
