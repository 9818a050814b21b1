#include "ocelli/middleware/e2e/layout.hpp"

namespace ocelli::e2e::detail {
namespace {

/// P05 alone writes its CRC with the low byte first (the AUTOSAR protocol examples show it so).
bool is_crc_little_endian(Profile profile) { return profile == Profile::kP05; }

void put(std::span<std::byte> field, std::uint64_t value) {
  for (std::size_t i = field.size(); i-- > 0; value >>= 8) field[i] = static_cast<std::byte>(value);
}

std::uint64_t get(std::span<const std::byte> field) {
  std::uint64_t value = 0;
  for (const std::byte byte : field) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

void put_nibble(std::span<std::byte> message, std::uint64_t offset_bits, std::uint32_t value) {
  const int shift = offset_bits % 8 == 0 ? 0 : 4;
  std::byte& byte = message[offset_bits / 8];
  byte = (byte & ~(std::byte{0x0F} << shift)) | (static_cast<std::byte>(value & 0x0FU) << shift);
}

std::uint32_t get_nibble(std::span<const std::byte> message, std::uint64_t offset_bits) {
  return (std::to_integer<std::uint32_t>(message[offset_bits / 8]) >> (offset_bits % 8 == 0 ? 0 : 4)) & 0x0FU;
}

std::uint64_t counter_nibble_at(const Config& config) {
  if (places_fields_singly(config.profile)) return config.counter_offset_bits;
  return std::uint64_t{config.offset_bits} + info(config.profile).counter_at * 8;
}

bool carries_nibble(const Config& config) {
  return places_fields_singly(config.profile) && config.data_id_mode == DataIdMode::kNibble;
}

/// The bytes of one header field.
template <class Byte>
std::span<Byte> field(const Config& config, std::span<Byte> message, std::uint32_t at, std::uint32_t bytes) {
  return message.subspan(config.offset_bits / 8 + at, bytes);
}

struct Place {
  std::size_t at;
  std::size_t bytes;
};

Place crc_place(const Config& config) {
  const ProfileInfo& profile = info(config.profile);
  const std::size_t at =
      places_fields_singly(config.profile) ? config.crc_offset_bits / 8 : config.offset_bits / 8 + profile.crc_at;
  return {at, static_cast<std::size_t>(crc_model(profile.crc).width_bits) / 8};
}

/// Profiles 1 and 11 begin with the data id.
void add_leading_id(const Config& config, std::uint32_t counter, Crc& crc) {
  const auto low = static_cast<std::uint8_t>(config.data_id);
  const auto high = static_cast<std::uint8_t>(config.data_id >> 8);
  const bool starts_high = config.data_id_mode == DataIdMode::kAlternate && counter % 2 == 1;
  crc.update(starts_high ? high : low);
  if (config.data_id_mode == DataIdMode::kBoth) crc.update(high);
  if (config.data_id_mode == DataIdMode::kNibble) crc.update(std::uint8_t{0});
}

/// Profiles 2, 22, 5 and 6 end with it; the others have it in the message.
void add_trailing_id(const Config& config, std::uint32_t counter, Crc& crc) {
  const auto low = static_cast<std::uint8_t>(config.data_id);
  const auto high = static_cast<std::uint8_t>(config.data_id >> 8);
  if (has_id_list(config.profile)) crc.update(config.data_id_list[counter % config.data_id_list.size()]);
  if (config.profile == Profile::kP05) crc.update(low).update(high);
  if (config.profile == Profile::kP06) crc.update(high).update(low);
}

}  // namespace

void write_fields(const Config& config, const Fields& fields, std::span<std::byte> message) {
  const ProfileInfo& profile = info(config.profile);
  put(field(config, message, profile.length_at, profile.length_bytes), fields.length);
  put(field(config, message, profile.id_at, profile.id_bytes), fields.data_id);
  put(field(config, message, profile.counter_at, profile.counter_bytes), fields.counter);
  if (profile.counter_bytes == 0) put_nibble(message, counter_nibble_at(config), fields.counter);
  if (carries_nibble(config)) put_nibble(message, config.nibble_offset_bits, fields.data_id);
  if (profile.tag_at == 0) return;
  const std::uint32_t word =
      std::uint32_t{fields.tag.type} << 30 | std::uint32_t{fields.tag.result} << 28 | fields.tag.source;
  put(field(config, message, profile.tag_at, 4), word);
}

void write_crc(const Config& config, std::uint64_t crc, std::span<std::byte> message) {
  const auto [at, bytes] = crc_place(config);
  if (is_crc_little_endian(config.profile)) crc = (crc & 0xFFU) << 8 | crc >> 8;
  put(message.subspan(at, bytes), crc);
}

Fields read_fields(const Config& config, std::span<const std::byte> message) {
  const ProfileInfo& profile = info(config.profile);
  const auto [crc_at, crc_bytes] = crc_place(config);
  Fields fields;
  fields.crc = get(message.subspan(crc_at, crc_bytes));
  if (is_crc_little_endian(config.profile)) fields.crc = (fields.crc & 0xFFU) << 8 | fields.crc >> 8;
  fields.length = get(field(config, message, profile.length_at, profile.length_bytes));
  fields.data_id = static_cast<std::uint32_t>(get(field(config, message, profile.id_at, profile.id_bytes)));
  fields.counter = static_cast<std::uint32_t>(get(field(config, message, profile.counter_at, profile.counter_bytes)));
  if (profile.counter_bytes == 0) fields.counter = get_nibble(message, counter_nibble_at(config));
  if (carries_nibble(config)) fields.data_id = get_nibble(message, config.nibble_offset_bits);
  if (profile.tag_at == 0) return fields;
  const auto word = static_cast<std::uint32_t>(get(field(config, message, profile.tag_at, 4)));
  fields.tag = {static_cast<std::uint8_t>(word >> 30), static_cast<std::uint8_t>(word >> 28 & 3U), word & 0x0FFFFFFFU};
  return fields;
}

std::uint64_t compute_crc(const Config& config, std::uint32_t counter, std::span<const std::byte> message,
                          std::span<const std::byte> rest) {
  const auto [at, bytes] = crc_place(config);
  Crc crc(info(config.profile).crc);
  if (places_fields_singly(config.profile)) add_leading_id(config, counter, crc);
  crc.update(message.first(at)).update(message.subspan(at + bytes)).update(rest);
  add_trailing_id(config, counter, crc);
  return crc.value();
}

}  // namespace ocelli::e2e::detail
