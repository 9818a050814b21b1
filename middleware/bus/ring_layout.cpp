#include "ocelli/middleware/bus/ring_layout.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace ocelli {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kLine = 64;

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

std::uint64_t RingGeometry::data_at() const { return round_up(slots_at() + slots * sizeof(SlotHead), kPage); }
std::uint64_t RingGeometry::stride() const { return round_up(capacity, kLine) + kLine; }

Result<ParsedRing> parse_ring_head(std::span<const std::byte> head, std::uint64_t file_size) {
  if (head.size() < sizeof(RingHead)) return error(ErrorCode::kCorrupt, "ring of {} bytes: too short", head.size());
  const auto read = [&](std::size_t at, auto& value) { std::memcpy(&value, head.data() + at, sizeof(value)); };
  std::uint64_t magic = 0;
  ParsedRing ring;
  read(offsetof(RingHead, magic), magic);
  read(offsetof(RingHead, slots), ring.geometry.slots);
  read(offsetof(RingHead, capacity), ring.geometry.capacity);
  read(offsetof(RingHead, type_hash), ring.identity.type_hash);
  read(offsetof(RingHead, topic), ring.identity.topic);
  if (magic != kRingMagic) return error(ErrorCode::kCorrupt, "not a ring: magic {:#x}", magic);
  const RingGeometry& geometry = ring.geometry;
  if (geometry.slots < 2 || geometry.slots > kMostSlots || geometry.capacity > kMostCapacity)
    return error(ErrorCode::kCorrupt, "ring of {} slots of {} bytes: expected 2 to {} slots of at most {} bytes",
                 geometry.slots, geometry.capacity, kMostSlots, kMostCapacity);
  if (geometry.file_size() != file_size)
    return error(ErrorCode::kCorrupt, "ring of {} slots of {} bytes lies in {} bytes: expected {}", geometry.slots,
                 geometry.capacity, file_size, geometry.file_size());
  return ring;
}

void prefault(const std::byte* base, const RingGeometry& geometry, Access access) {
  constexpr std::uint64_t kStart = 2048;  // bytes of each buffer
  ::mlock2(base, geometry.file_size(), MLOCK_ONFAULT);
  const int advice = access == Access::kWrite ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
  const auto touch = [&](std::uint64_t begin, std::uint64_t end) {
    begin = begin / kPage * kPage;
    ::madvise(const_cast<std::byte*>(base) + begin, end - begin, advice);
  };
  touch(0, geometry.data_at());
  for (std::uint64_t i = 0; i < geometry.buffers(); ++i) {
    const std::uint64_t begin = geometry.data_at() + i * geometry.stride();
    touch(begin, begin + std::min(kStart, geometry.capacity));
  }
}

std::uint64_t type_hash(std::string_view type_name) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : type_name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

[[gnu::hot]] void copy_unsynchronised(std::byte* to, const std::byte* from, std::size_t size) {
#ifdef __SANITIZE_THREAD__
  for (std::size_t i = 0; i < size; ++i)
    __atomic_store_n(reinterpret_cast<unsigned char*>(to) + i,
                     __atomic_load_n(reinterpret_cast<const unsigned char*>(from) + i, __ATOMIC_RELAXED),
                     __ATOMIC_RELAXED);
#else
  std::memcpy(to, from, size);
#endif
}

}  // namespace ocelli
