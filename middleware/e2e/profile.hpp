#pragma once
// The AUTOSAR E2E profiles as data: what each puts into a message, and how one use of a profile is configured.
// Behaviour is as in docs/e2e.md (the AUTOSAR texts were not at hand). Must not know: topics, buses, time.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/e2e/crc.hpp"

namespace ocelli::e2e {

enum class Profile : std::uint8_t { kP01, kP02, kP04, kP05, kP06, kP07, kP08, kP11, kP22, kP44, kP04m, kP07m };

/// What profiles 1 and 11 put into the CRC of their 16-bit data id.
enum class DataIdMode : std::uint8_t {
  kBoth,       // low byte, high byte
  kAlternate,  // low byte at an even counter, high byte at an odd one; P01 only
  kLow,        // low byte; P01 only
  kNibble,     // low byte and a zero; the low nibble of the high byte travels beside the counter
};

/// Where a profile's fields stand. Offsets in bytes from Config::offset_bits; profiles 1 and 11 place each field by
/// itself (Config::crc_offset_bits and so on) and have only the CRC kind and the modulo here.
struct ProfileInfo {
  Profile profile;
  std::string_view name;
  CrcKind crc;
  std::uint32_t header_bytes;  // what protection costs in the message
  std::uint64_t counter_modulo;
  std::uint32_t crc_at;
  std::uint32_t length_at;
  std::uint32_t length_bytes;  // 0: the profile carries no length, so the length is part of the configuration
  std::uint32_t counter_at;
  std::uint32_t counter_bytes;  // 0: a nibble
  std::uint32_t id_at;
  std::uint32_t id_bytes;       // 0: the data id is in the CRC, not in the message
  std::uint32_t tag_at;         // 0: no message tag
  std::uint32_t usual_longest;  // bytes that the profile is meant for, as commonly quoted
};

// clang-format off
inline constexpr auto kProfiles = std::to_array<ProfileInfo>({
    // profile       name    CRC                 header  modulo         crc  length  counter  id     tag  usual longest
    {Profile::kP01,  "P01",  CrcKind::kCrc8P01,  2,      15,            0,   0, 0,   1, 0,    0, 0,  0,   30},
    {Profile::kP02,  "P02",  CrcKind::kCrc8H2f,  2,      16,            0,   0, 0,   1, 0,    0, 0,  0,   32},
    {Profile::kP04,  "P04",  CrcKind::kCrc32P4,  12,     1ULL << 16,    8,   0, 2,   2, 2,    4, 4,  0,   4096},
    {Profile::kP05,  "P05",  CrcKind::kCrc16,    3,      256,           0,   0, 0,   2, 1,    0, 0,  0,   4096},
    {Profile::kP06,  "P06",  CrcKind::kCrc16,    5,      256,           0,   2, 2,   4, 1,    0, 0,  0,   4096},
    {Profile::kP07,  "P07",  CrcKind::kCrc64,    20,     1ULL << 32,    0,   8, 4,   12, 4,   16, 4, 0,   4U << 20},
    {Profile::kP08,  "P08",  CrcKind::kCrc32P4,  16,     1ULL << 32,    0,   4, 4,   8, 4,    12, 4, 0,   4U << 20},
    {Profile::kP11,  "P11",  CrcKind::kCrc8P01,  2,      15,            0,   0, 0,   1, 0,    0, 0,  0,   30},
    {Profile::kP22,  "P22",  CrcKind::kCrc8H2f,  2,      16,            0,   0, 0,   1, 0,    0, 0,  0,   32},
    {Profile::kP44,  "P44",  CrcKind::kCrc32P4,  12,     1ULL << 16,    8,   0, 2,   2, 2,    4, 4,  0,   65535},
    {Profile::kP04m, "P04m", CrcKind::kCrc32P4,  16,     1ULL << 16,    8,   0, 2,   2, 2,    4, 4,  12,  4096},
    {Profile::kP07m, "P07m", CrcKind::kCrc64,    24,     1ULL << 32,    0,   8, 4,   12, 4,   16, 4, 20,  4U << 20},
});
// clang-format on

[[nodiscard]] constexpr const ProfileInfo& info(Profile profile) {
  return kProfiles[static_cast<std::size_t>(profile)];
}
[[nodiscard]] std::optional<Profile> profile_of(std::string_view name);
[[nodiscard]] constexpr bool places_fields_singly(Profile profile) {
  return profile == Profile::kP01 || profile == Profile::kP11;
}
[[nodiscard]] constexpr bool has_id_list(Profile profile) {
  return profile == Profile::kP02 || profile == Profile::kP22;
}

/// The word that P04m and P07m add: what kind of message of a method call this is, and who sent it.
struct MessageTag {
  std::uint8_t type = 0;     // 2 bit: 0 request, 1 response
  std::uint8_t result = 0;   // 2 bit: 0 ok, 1 error
  std::uint32_t source = 0;  // 28 bit
  friend bool operator==(const MessageTag&, const MessageTag&) = default;
};
inline constexpr std::uint8_t kTagTypeMost = 3;
inline constexpr std::uint8_t kTagResultMost = 3;
inline constexpr std::uint32_t kTagSourceMost = 0x0FFFFFFF;

/// One protected message, as sender and receiver must agree on it. Profiles use what they need of it.
struct Config {
  Profile profile = Profile::kP07;
  std::uint32_t data_id = 0;
  std::array<std::uint8_t, 16> data_id_list{};  // P02, P22: by counter
  DataIdMode data_id_mode = DataIdMode::kBoth;  // P01, P11
  std::uint32_t offset_bits = 0;                // of the header: all but P01, P11
  std::uint32_t crc_offset_bits = 0;            // P01, P11: a byte
  std::uint32_t counter_offset_bits = 8;        // P01, P11: a nibble; bits 0-3 of a byte are its low nibble
  std::uint32_t nibble_offset_bits = 12;        // P01, P11 in mode kNibble
  std::uint32_t shortest_bytes = 0;             // whole message, header included
  std::uint32_t longest_bytes = 0;
  std::uint32_t max_delta = 1;    // counter steps from one message to the next that are still accepted
  MessageTag tag{};               // m-profiles: what protect() writes and check() expects
  bool is_source_checked = true;  // m-profiles: false for a server, which takes every client's
};

/// For messages of one length.
[[nodiscard]] constexpr Config with_length(Config config, std::uint32_t bytes) {
  config.shortest_bytes = config.longest_bytes = bytes;
  return config;
}

/// Nothing, or the first mistake with the name of the field.
[[nodiscard]] Status validate(const Config& config);

}  // namespace ocelli::e2e
