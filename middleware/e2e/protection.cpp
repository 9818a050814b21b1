#include "ocelli/middleware/e2e/protection.hpp"

#include "ocelli/middleware/e2e/layout.hpp"

namespace ocelli::e2e {
namespace {

bool is_length_allowed(const Config& config, std::size_t bytes) {
  return bytes >= config.shortest_bytes && bytes <= config.longest_bytes;
}

/// What the sender writes as data id, and the receiver expects: nothing, the whole id, or its third nibble.
std::uint32_t id_in_message(const Config& config) {
  if (places_fields_singly(config.profile))
    return config.data_id_mode == DataIdMode::kNibble ? (config.data_id >> 8) & 0x0FU : 0;
  return info(config.profile).id_bytes == 0 ? 0 : config.data_id;
}

bool is_tag_expected(const Config& config, const MessageTag& tag) {
  if (info(config.profile).tag_at == 0) return true;
  return tag.type == config.tag.type && tag.result == config.tag.result &&
         (!config.is_source_checked || tag.source == config.tag.source);
}

bool can_carry(const Config& config, const MessageTag& tag) {
  if (info(config.profile).tag_at == 0) return true;
  return tag.type <= kTagTypeMost && tag.result <= kTagResultMost && tag.source <= kTagSourceMost;
}

bool write_protection(const Config& config, std::uint32_t counter, const MessageTag& tag, std::span<std::byte> head,
                      std::span<const std::byte> rest) {
  const std::size_t length = head.size() + rest.size();
  if (!is_length_allowed(config, length) || !can_carry(config, tag)) return false;
  detail::write_fields(config, {0, length, counter, id_in_message(config), tag}, head);
  detail::write_crc(config, detail::compute_crc(config, counter, head, rest), head);
  return true;
}

/// What is wrong, whatever the counter; `fields` as read.
Mistake judge(const Config& config, std::span<const std::byte> head, std::span<const std::byte> rest,
              detail::Fields& fields) {
  const std::size_t length = head.size() + rest.size();
  if (!is_length_allowed(config, length)) return Mistake::kLength;
  fields = detail::read_fields(config, head);
  if (info(config.profile).length_bytes != 0 && fields.length != length) return Mistake::kLength;
  if (fields.crc != detail::compute_crc(config, fields.counter, head, rest)) return Mistake::kCrc;
  if (fields.data_id != id_in_message(config)) return Mistake::kDataId;
  if (fields.counter >= info(config.profile).counter_modulo) return Mistake::kCounter;
  return is_tag_expected(config, fields.tag) ? Mistake::kNone : Mistake::kTag;
}

Status check_counter(const Config& config, std::uint32_t counter, std::string_view name) {
  const std::uint64_t modulo = info(config.profile).counter_modulo;
  if (counter < modulo) return ok();
  return error(ErrorCode::kInvalidArgument, "E2E profile {}: {}: {} is out of range: expected 0 to {}",
               info(config.profile).name, name, counter, modulo - 1);
}

}  // namespace

std::string_view to_string(Mistake mistake) {
  constexpr std::array<std::string_view, 6> kNames = {"none",    "length",  "CRC",
                                                      "data id", "counter", "message type, result or source"};
  return kNames[static_cast<std::size_t>(mistake)];
}

Result<Protector> Protector::create(const Config& config, std::uint32_t counter) {
  OCELLI_TRY(validate(config));
  OCELLI_TRY(check_counter(config, counter, "counter"));
  return Protector(config, counter);
}

bool Protector::protect(std::span<std::byte> message) { return protect(message, config_.tag); }

bool Protector::protect(std::span<std::byte> message, const MessageTag& tag) {
  if (!write_protection(config_, counter_, tag, message, {})) return false;
  counter_ = static_cast<std::uint32_t>((std::uint64_t{counter_} + 1) % info(config_.profile).counter_modulo);
  return true;
}

Result<Checker> Checker::create(const Config& config) {
  return create(config, static_cast<std::uint32_t>(info(config.profile).counter_modulo - 1));
}

Result<Checker> Checker::create(const Config& config, std::uint32_t last_counter) {
  OCELLI_TRY(validate(config));
  OCELLI_TRY(check_counter(config, last_counter, "last_counter"));
  return Checker(config, last_counter);
}

Check Checker::check(std::span<const std::byte> message) {
  detail::Fields fields;
  const Mistake mistake = judge(config_, message, {}, fields);
  if (mistake != Mistake::kNone) return Check{CheckStatus::kError, mistake, 0, 0, {}};
  const std::uint64_t modulo = info(config_.profile).counter_modulo;
  const CheckStatus status = evaluate_counter(last_counter_, fields.counter, config_.max_delta, modulo);
  const auto delta = static_cast<std::uint32_t>(counter_delta(last_counter_, fields.counter, modulo));
  last_counter_ = fields.counter;
  return {status, Mistake::kNone, fields.counter, delta, fields.tag};
}

bool protect_message(const Config& config, std::uint32_t counter, std::span<std::byte> head,
                     std::span<const std::byte> rest) {
  return write_protection(config, counter, config.tag, head, rest);
}

Mistake check_message(const Config& config, std::uint32_t counter, std::span<const std::byte> head,
                      std::span<const std::byte> rest) {
  detail::Fields fields;
  const Mistake mistake = judge(config, head, rest, fields);
  return mistake == Mistake::kNone && fields.counter != counter ? Mistake::kCounter : mistake;
}

}  // namespace ocelli::e2e
