#include "ocelli/middleware/topics/header.hpp"

#include <libdeflate.h>

#include <cstring>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli {

void write_trailer(const SampleHeader& header, std::span<std::byte> frame) {
  OCELLI_EXPECT(frame.size() == framed_size(header.body_length));
  std::byte* const end = frame.data() + frame.size();
  std::memset(frame.data() + header.body_length, 0, frame.size() - sizeof(header) - header.body_length);
  std::memcpy(end - sizeof(header), &header, sizeof(header));
}

std::optional<SampleHeader> read_trailer(std::span<const std::byte> frame) {
  constexpr SampleHeader kDefaults;
  for (std::size_t padding = 0; padding < 4; ++padding) {
    if (frame.size() < sizeof(SampleHeader) + padding) return std::nullopt;
    SampleHeader header;
    std::memcpy(&header, frame.data() + frame.size() - padding - sizeof(header), sizeof(header));
    const bool is_ours = header.magic == kDefaults.magic && header.size == sizeof(header) &&
                         header.version == kDefaults.version &&
                         framed_size(header.body_length) + padding == frame.size();
    if (is_ours) return header;
  }
  return std::nullopt;
}

std::uint32_t frame_crc32(const SampleHeader& header, std::span<const std::byte> body) {
  SampleHeader bare = header;
  bare.e2e_crc = 0;
  const std::uint32_t crc = libdeflate_crc32(0, body.data(), body.size());
  return libdeflate_crc32(crc, &bare, sizeof(bare));
}

}  // namespace ocelli
