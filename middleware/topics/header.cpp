#include "ocelli/middleware/topics/header.hpp"

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
    const bool is_ours = header.magic == kDefaults.magic && header.version == kDefaults.version &&
                         framed_size(header.body_length) + padding == frame.size();
    if (is_ours) return header;
  }
  return std::nullopt;
}

}  // namespace ocelli
