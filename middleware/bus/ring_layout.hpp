#pragma once
// Lane 2 as it lies in shared memory: one file per writer, which readers map read-only.
//
//   RingHead | SlotHead × slots | buffer × (slots + kSpareBuffers)
//
// Message n (0, 1, 2 …) has slot head n % slots, which names the buffer with its CDR bytes. A buffer is written again
// only after its message's slot head was taken by a later message, so an unchanged generation proves the bytes.
// Readers trust nothing here: every field is copied once and checked.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ocelli/middleware/bus/futex.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/header.hpp"

namespace ocelli {

inline constexpr std::uint64_t kRingMagic = 0x31676E69726C636FULL;  // "oclring1"
inline constexpr std::uint32_t kSpareBuffers = 4;                   // loans, and messages held in the writer's process
inline constexpr std::uint32_t kMostSlots = 65536;
inline constexpr std::uint64_t kMostCapacity = std::uint64_t{1} << 30U;

struct RingHead {
  std::uint64_t magic = kRingMagic;
  std::uint32_t slots = 0;
  std::uint32_t reserved = 0;
  std::uint64_t capacity = 0;  // bytes of the largest message
  std::uint64_t type_hash = 0;
  TopicId topic{};
  std::uint32_t reserved2 = 0;
  alignas(64) std::atomic<std::uint64_t> published = 0;  // number of messages so far
  futex::Word bell = 0;                                  // its low 32 bits: what readers sleep on
};

struct alignas(64) SlotHead {
  std::atomic<std::uint64_t> generation = 0;  // 2n + 1 while message n is put in, then 2n + 2
  std::uint64_t data_at = 0;                  // of the CDR bytes, from the start of the file
  SampleHeader header;                        // with the length
};

static_assert(sizeof(RingHead) == 128 && sizeof(SlotHead) == 128);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct RingGeometry {
  std::uint32_t slots = 0;
  std::uint64_t capacity = 0;

  [[nodiscard]] std::uint64_t buffers() const { return std::uint64_t{slots} + kSpareBuffers; }
  [[nodiscard]] std::uint64_t slots_at() const { return sizeof(RingHead); }
  [[nodiscard]] std::uint64_t data_at() const;
  /// Not a multiple of the page size, so that small messages do not all fall into the same cache sets.
  [[nodiscard]] std::uint64_t stride() const;
  [[nodiscard]] std::uint64_t file_size() const { return data_at() + buffers() * stride(); }
};

struct RingIdentity {
  TopicId topic{};
  std::uint64_t type_hash = 0;
};

struct ParsedRing {
  RingGeometry geometry;
  RingIdentity identity;
};

/// The head of a file of `file_size` bytes. Error when it is not a ring or does not fit its file.
[[nodiscard]] Result<ParsedRing> parse_ring_head(std::span<const std::byte> head, std::uint64_t file_size);

enum class Access : std::uint8_t { kRead, kWrite };

/// Maps the head, the slots and the start of every buffer of a ring at `base` now, so that small messages meet no page
/// fault, and keeps in memory whatever of the ring is used from now on. Where the kernel cannot (before Linux 5.14) or
/// may not (RLIMIT_MEMLOCK), messages may meet page faults.
void prefault(const std::byte* base, const RingGeometry& geometry, Access access);

/// FNV-1a of the IDL name of a type.
[[nodiscard]] std::uint64_t type_hash(std::string_view type_name);

/// A copy of bytes that another process may be changing: the caller proves afterwards that it did not. Word by word
/// under ThreadSanitizer, which cannot know that proof.
void copy_unsynchronised(std::byte* to, const std::byte* from, std::size_t size);

}  // namespace ocelli
