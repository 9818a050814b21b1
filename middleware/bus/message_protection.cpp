#include "ocelli/middleware/bus/message_protection.hpp"

#include <cstddef>
#include <limits>

#include "ocelli/middleware/e2e/protection.hpp"

namespace ocelli {
namespace {

e2e::Profile profile_of(topics::E2e e2e) { return e2e == topics::E2e::kP04 ? e2e::Profile::kP04 : e2e::Profile::kP07; }

/// Precondition: the kind is protected.
e2e::Config config_of(const SampleHeader& header, const topics::TopicKind& kind) {
  e2e::Config config;
  config.profile = profile_of(kind.e2e);
  config.data_id = static_cast<std::uint32_t>(header.topic);
  config.offset_bits = offsetof(SampleHeader, e2e) * 8;
  config.shortest_bytes = sizeof(SampleHeader);
  config.longest_bytes = e2e::info(config.profile).length_bytes == 2 ? std::numeric_limits<std::uint16_t>::max()
                                                                     : std::numeric_limits<std::uint32_t>::max();
  return config;
}

std::uint32_t counter_of(const SampleHeader& header, const e2e::Config& config) {
  return static_cast<std::uint32_t>(header.sequence % e2e::info(config.profile).counter_modulo);
}

}  // namespace

[[gnu::hot]] bool protect(SampleHeader& header, const topics::TopicKind& kind, std::span<const std::byte> body) {
  header.body_length = static_cast<std::uint32_t>(body.size());
  header.e2e = {};
  header.e2e_profile = static_cast<std::uint8_t>(kind.e2e);
  if (kind.e2e == topics::E2e::kNone) return true;
  const e2e::Config config = config_of(header, kind);
  const auto head = std::as_writable_bytes(std::span(&header, 1));
  if (e2e::protect_message(config, counter_of(header, config), head, body)) return true;
  header.e2e_profile = 0;
  return false;
}

[[gnu::hot]] Integrity check_protection(const SampleHeader& header, TopicId topic, const topics::TopicKind& kind,
                                        std::span<const std::byte> body) {
  if (header.topic != topic) return Integrity::kCorrupt;
  if (kind.e2e == topics::E2e::kNone) return Integrity::kUnprotected;
  if (header.e2e_profile != static_cast<std::uint8_t>(kind.e2e)) return Integrity::kCorrupt;
  const e2e::Config config = config_of(header, kind);
  const auto head = std::as_bytes(std::span(&header, 1));
  const e2e::Mistake mistake = e2e::check_message(config, counter_of(header, config), head, body);
  return mistake == e2e::Mistake::kNone ? Integrity::kTrusted : Integrity::kCorrupt;
}

}  // namespace ocelli
