// Random bytes as a frame of the network lane: the body that a trailer claims must lie within the frame.
#include <cstdlib>

#include "ocelli/middleware/topics/header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> frame{reinterpret_cast<const std::byte*>(data), size};
  const auto header = ocelli::read_trailer(frame);
  if (!header) return 0;
  if (header->body_length > frame.size()) std::abort();
  static_cast<void>(ocelli::frame_crc32(*header, frame.first(header->body_length)));
  return 0;
}
