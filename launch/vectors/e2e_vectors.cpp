// CRC values, and what protect() must write for each E2E profile; what was written must also pass the check.
#include <algorithm>
#include <charconv>

#include "ocelli/launch/vectors/fields.hpp"
#include "ocelli/launch/vectors/vectors.hpp"
#include "ocelli/middleware/e2e/protection.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;

Result<std::uint64_t> hex_number(const std::string& text) {
  std::uint64_t value = 0;
  const bool has_prefix = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (has_prefix ? 2 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(begin, end, value, 16);
  if (problem != std::errc{} || stop != end || begin == end)
    return error(ErrorCode::kInvalidArgument, "'{}': expected a hex number such as 0x1d", text);
  return value;
}

Result<bool> is_model(const e2e::CrcModel& model, const json& definition) {
  const auto is = [&](const char* key, std::uint64_t value) -> Result<bool> {
    OCELLI_ASSIGN(const std::string text, field_of<std::string>(definition, key));
    OCELLI_ASSIGN(const std::uint64_t number, hex_number(text));
    return number == value;
  };
  OCELLI_ASSIGN(const bool has_polynomial, is("poly", model.polynomial));
  OCELLI_ASSIGN(const bool has_initial, is("init", model.initial));
  OCELLI_ASSIGN(const bool has_final_xor, is("xorout", model.final_xor));
  OCELLI_ASSIGN(const int width, field_of<int>(definition, "width"));
  OCELLI_ASSIGN(const bool reflects_in, field_of<bool>(definition, "refin"));
  OCELLI_ASSIGN(const bool reflects_out, field_of<bool>(definition, "refout"));
  return has_polynomial && has_initial && has_final_xor && width == model.width_bits &&
         reflects_in == model.is_reflected && reflects_out == model.is_reflected;
}

/// By the file's own definition of the name, else by our name (what a name has behind " (" is a remark).
Result<e2e::CrcKind> crc_kind(const std::string& name, const json& models) {
  for (const json& definition : models) {
    OCELLI_ASSIGN(const std::string defined, field_of<std::string>(definition, "name"));
    if (defined != name) continue;
    for (const e2e::CrcModel& model : e2e::kCrcModels) {
      OCELLI_ASSIGN(const bool is_same, is_model(model, definition));
      if (is_same) return model.kind;
    }
    return error(ErrorCode::kUnsupported, "crcs: '{}': no CRC here has these parameters", name);
  }
  for (const e2e::CrcModel& model : e2e::kCrcModels)
    if (name.substr(0, name.find(" (")) == model.name) return model.kind;
  return error(ErrorCode::kUnsupported, "unknown CRC '{}'", name);
}

Result<e2e::DataIdMode> data_id_mode(const std::string& name) {
  using enum e2e::DataIdMode;
  if (name == "BOTH") return kBoth;
  if (name == "ALT") return kAlternate;
  if (name == "LOW") return kLow;
  if (name == "NIBBLE") return kNibble;
  return error(ErrorCode::kUnsupported, "mode '{}': expected BOTH, ALT, LOW or NIBBLE", name);
}

Status read_ids(const json& in, e2e::Config& config) {
  OCELLI_ASSIGN(config.data_id, field_or(in, "data_id", config.data_id));
  if (in.contains("mode")) {
    OCELLI_ASSIGN(const std::string mode, field_of<std::string>(in, "mode"));
    OCELLI_ASSIGN(config.data_id_mode, data_id_mode(mode));
  }
  if (!in.contains("data_id_list") && !e2e::has_id_list(config.profile)) return ok();
  OCELLI_ASSIGN(const std::vector<std::uint8_t> ids, fields_of<std::uint8_t>(in, "data_id_list"));
  if (ids.size() != config.data_id_list.size())
    return error(ErrorCode::kInvalidArgument, "data_id_list: {} entries: expected {}", ids.size(),
                 config.data_id_list.size());
  std::copy(ids.begin(), ids.end(), config.data_id_list.begin());
  return ok();
}

Status read_places(const json& in, e2e::Config& config) {
  OCELLI_ASSIGN(config.offset_bits, field_or(in, "offset_bits", config.offset_bits));
  OCELLI_ASSIGN(config.crc_offset_bits, field_or(in, "crc_offset_bits", config.crc_offset_bits));
  OCELLI_ASSIGN(config.counter_offset_bits, field_or(in, "counter_offset_bits", config.counter_offset_bits));
  OCELLI_ASSIGN(config.nibble_offset_bits, field_or(in, "nibble_offset_bits", config.nibble_offset_bits));
  return ok();
}

Status check_length(const json& in, std::uint64_t bytes) {
  for (const auto& [key, actual] : {std::pair{"data_length_bits", bytes * 8}, std::pair{"data_length_bytes", bytes}}) {
    OCELLI_ASSIGN(const std::uint64_t length, field_or(in, key, actual));
    if (length != actual)
      return error(ErrorCode::kInvalidArgument, "{}: {}, but the input has {} bytes", key, length, bytes);
  }
  return ok();
}

Result<e2e::Config> read_config(const json& vector, const json& in, std::size_t bytes) {
  OCELLI_ASSIGN(const std::string name, field_of<std::string>(vector, "profile"));
  const auto profile = e2e::profile_of(name);
  if (!profile) return error(ErrorCode::kUnsupported, "unknown profile '{}'", name);
  e2e::Config config = e2e::with_length({}, static_cast<std::uint32_t>(bytes));
  config.profile = *profile;
  OCELLI_TRY(read_ids(in, config));
  OCELLI_TRY(read_places(in, config));
  OCELLI_TRY(check_length(in, bytes));
  OCELLI_ASSIGN(config.max_delta, field_or(in, "max_delta_counter", config.max_delta));
  OCELLI_ASSIGN(config.tag.type, field_or(in, "message_type", config.tag.type));
  OCELLI_ASSIGN(config.tag.result, field_or(in, "message_result", config.tag.result));
  OCELLI_ASSIGN(config.tag.source, field_or(in, "source_id", config.tag.source));
  return config;
}

/// The bytes of a field of hex digits.
Result<std::vector<std::byte>> field_bytes(const json& vector, const char* key) {
  OCELLI_ASSIGN(const std::string hex, field_of<std::string>(vector, key));
  return bytes_of_hex(hex);
}

}  // namespace

VectorResult compute_crc_vector(const json& vector, const json& models) {
  OCELLI_ASSIGN(const std::string name, field_of<std::string>(vector, "crc"));
  OCELLI_ASSIGN(const e2e::CrcKind kind, crc_kind(name, models));
  OCELLI_ASSIGN(const std::vector<std::byte> input, field_bytes(vector, "input"));
  const std::uint64_t best = e2e::crc(kind, input);
  const std::uint64_t portable = e2e::crc(kind, input, e2e::CrcPath::kPortable);
  if (best != portable) return error(ErrorCode::kInternal, "hardware {:#x} and tables {:#x} disagree", best, portable);
  OCELLI_ASSIGN(const std::string text, field_of<std::string>(vector, "expected"));
  OCELLI_ASSIGN(const std::uint64_t expected, hex_number(text));
  if (best != expected) return error(ErrorCode::kCorrupt, "{:#x}, expected {:#x}", best, expected);
  return json(text);
}

VectorResult compute_e2e_vector(const json& vector) {
  OCELLI_ASSIGN(std::vector<std::byte> message, field_bytes(vector, "input"));
  OCELLI_ASSIGN(const json* in, member(vector, "config"));
  OCELLI_ASSIGN(const e2e::Config config, read_config(vector, *in, message.size()));
  OCELLI_ASSIGN(const std::uint32_t counter, field_of<std::uint32_t>(*in, "counter"));
  OCELLI_ASSIGN(e2e::Protector protector, e2e::Protector::create(config, counter));
  if (!protector.protect(message)) return error(ErrorCode::kInternal, "protect() refused the message");
  const std::uint64_t modulo = e2e::info(config.profile).counter_modulo;
  const auto before = static_cast<std::uint32_t>((counter + modulo - 1) % modulo);
  OCELLI_ASSIGN(e2e::Checker checker, e2e::Checker::create(config, before));
  const e2e::Check check = checker.check(message);
  if (check.status != e2e::CheckStatus::kOk)
    return error(ErrorCode::kInternal, "the protected message is not accepted: {} ({})", to_string(check.status),
                 to_string(check.mistake));
  OCELLI_ASSIGN(const std::vector<std::byte> expected, field_bytes(vector, "expected"));
  return expected == message ? vector["expected"] : json(hex_of_bytes(message));
}

}  // namespace ocelli::launch
