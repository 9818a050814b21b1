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
  if (!is_length_allowed(config_, message.size()) || !can_carry(config_, tag)) return false;
  detail::write_fields(config_, {0, message.size(), counter_, id_in_message(config_), tag}, message);
  detail::write_crc(config_, detail::compute_crc(config_, counter_, message), message);
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
  const auto wrong = [](Mistake mistake) { return Check{CheckStatus::kError, mistake, 0, 0, {}}; };
  if (!is_length_allowed(config_, message.size())) return wrong(Mistake::kLength);
  const detail::Fields fields = detail::read_fields(config_, message);
  const std::uint64_t modulo = info(config_.profile).counter_modulo;
  if (info(config_.profile).length_bytes != 0 && fields.length != message.size()) return wrong(Mistake::kLength);
  if (fields.crc != detail::compute_crc(config_, fields.counter, message)) return wrong(Mistake::kCrc);
  if (fields.data_id != id_in_message(config_)) return wrong(Mistake::kDataId);
  if (fields.counter >= modulo) return wrong(Mistake::kCounter);
  if (!is_tag_expected(config_, fields.tag)) return wrong(Mistake::kTag);
  const CheckStatus status = evaluate_counter(last_counter_, fields.counter, config_.max_delta, modulo);
  const auto delta = static_cast<std::uint32_t>(counter_delta(last_counter_, fields.counter, modulo));
  last_counter_ = fields.counter;
  return {status, Mistake::kNone, fields.counter, delta, fields.tag};
}

}  // namespace ocelli::e2e
