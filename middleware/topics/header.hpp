#pragma once
// The header that every sample carries: identity, times, lineage, protection. In memory it stands beside the payload;
// on the network and in files the same 112 bytes follow the CDR body as a trailer, which foreign readers ignore
// (docs/decisions/0003). All numbers little-endian.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "ocelli/middleware/core/ids.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

/// One end of a lineage: the message of a source that something was made from.
struct Origin {
  TopicId topic{};
  std::uint32_t reserved = 0;
  std::uint64_t sequence = 0;
  std::int64_t sensed_at_ns = 0;

  [[nodiscard]] Time sensed_at() const { return from_ns(sensed_at_ns); }
  [[nodiscard]] bool is_set() const { return topic != TopicId::kNone; }
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct SampleHeader {
  TopicId topic{};
  std::uint32_t writer = 0;          // one life of one writer: a restarted writer has another number
  std::uint64_t sequence = 0;        // 1, 2, 3 … per writer
  std::int64_t sensed_at_ns = 0;     // acquisition; for derived data: of the newest origin
  std::int64_t published_at_ns = 0;  // taken at publish(), after the payload was written
  Origin oldest;                     // lineage; a source's message is its own origin
  Origin newest;
  std::uint32_t flags = 0;
  std::uint32_t body_length = 0;    // exact CDR length, without padding and trailer
  std::array<std::byte, 20> e2e{};  // counter, id, length and checksum, as the E2E profile lays them out
  std::uint8_t e2e_profile = 0;     // number of the AUTOSAR profile; 0: not protected
  std::uint8_t version = kVersion;  // of this header; another one may have another size
  std::uint16_t magic = 0x6F43;     // "Co", last so that a trailer is found from the end

  static constexpr std::uint8_t kVersion = 2;
  static constexpr std::uint32_t kDegraded = 1;    // made with an input missing or too old
  static constexpr std::uint32_t kBesideRing = 2;  // did not fit into the ring of its writer: came over the network

  [[nodiscard]] Time sensed_at() const { return from_ns(sensed_at_ns); }
  [[nodiscard]] Time published_at() const { return from_ns(published_at_ns); }
};

static_assert(sizeof(Origin) == 24 && sizeof(SampleHeader) == 112);
static_assert(std::is_trivially_copyable_v<SampleHeader>);
static_assert(std::endian::native == std::endian::little, "the trailer is written as it lies in memory");

/// Body padded to 4 + trailer.
[[nodiscard]] constexpr std::size_t framed_size(std::size_t body_length) {
  return (body_length + 3) / 4 * 4 + sizeof(SampleHeader);
}

/// Writes `body` padding and the trailer behind it. `frame` holds framed_size(header.body_length) bytes, the first
/// body_length of which are the body.
void write_trailer(const SampleHeader& header, std::span<std::byte> frame);

/// The trailer of a received frame; nothing when there is none (a foreign writer). Up to 3 bytes of transport padding
/// after the trailer are allowed.
[[nodiscard]] std::optional<SampleHeader> read_trailer(std::span<const std::byte> frame);

}  // namespace ocelli
