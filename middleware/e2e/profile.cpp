#include "ocelli/middleware/e2e/profile.hpp"

#include <algorithm>

namespace ocelli::e2e {
namespace {

static_assert(std::ranges::all_of(kProfiles, [](const ProfileInfo& row) { return &info(row.profile) == &row; }));

template <class... Args>
Status refuse(Profile profile, fmt::format_string<Args...> format, Args&&... args) {
  return error(Error{ErrorCode::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...)}.within(
      fmt::format("E2E profile {}", info(profile).name)));
}

Status check_id(const Config& config) {
  const bool is_16_bit = info(config.profile).id_bytes == 0 && !has_id_list(config.profile);
  if (is_16_bit && config.data_id > 0xFFFF)
    return refuse(config.profile, "data_id: {:#x} is out of range: expected at most 0xffff", config.data_id);
  if (!places_fields_singly(config.profile)) return ok();
  if (config.data_id_mode == DataIdMode::kNibble && config.data_id > 0xFFF)
    return refuse(config.profile, "data_id: {:#x} has more than 12 bits: mode NIBBLE cannot carry it", config.data_id);
  const bool is_p01_only = config.data_id_mode == DataIdMode::kAlternate || config.data_id_mode == DataIdMode::kLow;
  if (config.profile == Profile::kP11 && is_p01_only)
    return refuse(config.profile, "data_id_mode: only BOTH and NIBBLE exist here, ALT and LOW are of P01");
  return ok();
}

/// Bytes that a message needs so that all protected fields are inside.
std::uint64_t needed_bytes(const Config& config) {
  if (!places_fields_singly(config.profile))
    return std::uint64_t{config.offset_bits} / 8 + info(config.profile).header_bytes;
  std::uint64_t last_bit = std::max<std::uint64_t>(config.crc_offset_bits, config.counter_offset_bits);
  if (config.data_id_mode == DataIdMode::kNibble)
    last_bit = std::max<std::uint64_t>(last_bit, config.nibble_offset_bits);
  return last_bit / 8 + 1;
}

Status check_places(const Config& config) {
  if (!places_fields_singly(config.profile)) {
    if (config.offset_bits % 8 == 0) return ok();
    return refuse(config.profile, "offset_bits: {} is not a multiple of 8", config.offset_bits);
  }
  if (config.offset_bits != 0)
    return refuse(config.profile, "offset_bits: {}: this profile places each field by itself, expected 0",
                  config.offset_bits);
  if (config.crc_offset_bits % 8 != 0)
    return refuse(config.profile, "crc_offset_bits: {} is not a multiple of 8", config.crc_offset_bits);
  if (config.counter_offset_bits % 4 != 0)
    return refuse(config.profile, "counter_offset_bits: {} is not a multiple of 4", config.counter_offset_bits);
  const std::uint32_t crc_byte = config.crc_offset_bits / 8;
  if (config.counter_offset_bits / 8 == crc_byte)
    return refuse(config.profile, "counter_offset_bits: the counter lies on the CRC (byte {})", crc_byte);
  if (config.data_id_mode != DataIdMode::kNibble) return ok();
  if (config.nibble_offset_bits % 4 != 0)
    return refuse(config.profile, "nibble_offset_bits: {} is not a multiple of 4", config.nibble_offset_bits);
  if (config.nibble_offset_bits / 8 == crc_byte || config.nibble_offset_bits == config.counter_offset_bits)
    return refuse(config.profile, "nibble_offset_bits: the nibble lies on the CRC or the counter");
  return ok();
}

Status check_length(const Config& config) {
  const ProfileInfo& profile = info(config.profile);
  const std::uint64_t needed = needed_bytes(config);
  if (config.shortest_bytes < needed)
    return refuse(config.profile, "shortest_bytes: {} is too short: the protected fields end at byte {}",
                  config.shortest_bytes, needed);
  if (config.longest_bytes < config.shortest_bytes)
    return refuse(config.profile, "longest_bytes: {} is less than shortest_bytes ({})", config.longest_bytes,
                  config.shortest_bytes);
  if (profile.length_bytes == 0 && config.longest_bytes != config.shortest_bytes)
    return refuse(config.profile, "longest_bytes: {} differs from shortest_bytes ({}): this profile carries no length",
                  config.longest_bytes, config.shortest_bytes);
  if (profile.length_bytes == 2 && config.longest_bytes > 0xFFFF)
    return refuse(config.profile, "longest_bytes: {} does not fit the 16-bit length: expected at most 65535",
                  config.longest_bytes);
  return ok();
}

Status check_tag(const Config& config) {
  if (info(config.profile).tag_at == 0) return ok();
  if (config.tag.type > kTagTypeMost) return refuse(config.profile, "tag.type: {} does not fit 2 bit", config.tag.type);
  if (config.tag.result > kTagResultMost)
    return refuse(config.profile, "tag.result: {} does not fit 2 bit", config.tag.result);
  if (config.tag.source > kTagSourceMost)
    return refuse(config.profile, "tag.source: {:#x} does not fit 28 bit", config.tag.source);
  return ok();
}

}  // namespace

std::optional<Profile> profile_of(std::string_view name) {
  for (const ProfileInfo& profile : kProfiles)
    if (profile.name == name) return profile.profile;
  return std::nullopt;
}

Status validate(const Config& config) {
  OCELLI_TRY(check_id(config));
  OCELLI_TRY(check_places(config));
  OCELLI_TRY(check_length(config));
  OCELLI_TRY(check_tag(config));
  const std::uint64_t modulo = info(config.profile).counter_modulo;
  if (config.max_delta < 1 || config.max_delta >= modulo)
    return refuse(config.profile, "max_delta: {} is out of range: expected 1 to {}", config.max_delta, modulo - 1);
  return ok();
}

}  // namespace ocelli::e2e
