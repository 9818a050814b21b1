// Random bytes as a ring in shared memory and as an announcement: reading must stay within the map.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "ocelli/middleware/bus/ring_reader.hpp"

namespace {

using namespace ocelli;

constexpr RingGeometry kGeometry{4, 256};

/// The input over the head and the slots of a small ring; the geometry is right when the first byte is even.
std::vector<std::byte> ring_of(std::span<const std::byte> input) {
  std::vector<std::byte> ring(kGeometry.file_size());
  std::copy_n(input.begin(), std::min(input.size(), ring.size()), ring.begin());
  const bool is_plausible = !input.empty() && std::to_integer<int>(input[0]) % 2 == 0;
  if (!is_plausible) return ring;
  RingHead head;
  head.slots = kGeometry.slots;
  head.capacity = kGeometry.capacity;
  std::memcpy(ring.data(), static_cast<const void*>(&head), offsetof(RingHead, published));
  return ring;
}

void read_all(const std::shared_ptr<const RingMap>& map) {
  RingReader reader(map);
  reader.rewind(0);
  for (int i = 0; i < 8; ++i) {
    const auto message = reader.take(i % 2 == 0 ? RingReader::Mode::kCopy : RingReader::Mode::kView);
    if (!message) continue;
    volatile std::byte sink{};
    for (const std::byte byte : message->cdr->bytes()) sink = byte;
    static_cast<void>(sink);
  }
  for (std::uint64_t number = 0; number < 8; ++number) static_cast<void>(map->read(number));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> input{reinterpret_cast<const std::byte*>(data), size};
  static_cast<void>(parse_ring_address(input));
  static_cast<void>(parse_ring_head(input, kGeometry.file_size()));
  const auto ring = ring_of(input);
  const int fd = ::memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return 0;
  const bool is_written = ::write(fd, ring.data(), ring.size()) == static_cast<ssize_t>(ring.size());
  if (is_written && ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
    if (const auto map = RingMap::open_file(fd)) read_all(*map);
  ::close(fd);
  return 0;
}
