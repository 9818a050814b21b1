// Random bytes as a frame of the network lane: the body that a trailer claims must lie within the frame.
#include <cstdlib>
#include <cstring>

#include "ocelli/middleware/bus/message_protection.hpp"
#include "ocelli/middleware/topics/topics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> frame{reinterpret_cast<const std::byte*>(data), size};
  const auto header = ocelli::read_trailer(frame);
  if (!header) return 0;
  if (header->body_length > frame.size()) std::abort();
  const auto body = frame.first(header->body_length);
  for (const auto& kind : ocelli::topics::kTable) {
    const auto integrity = ocelli::check_protection(*header, header->topic, kind, body);
    ocelli::SampleHeader again = *header;
    const bool is_ours = integrity == ocelli::Integrity::kTrusted && ocelli::protect(again, kind, body) &&
                         std::memcmp(&again, &*header, sizeof(again)) == 0;
    if (integrity == ocelli::Integrity::kTrusted && !is_ours) std::abort();
  }
  return 0;
}
