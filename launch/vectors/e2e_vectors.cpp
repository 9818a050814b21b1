// CRC values, and what protect() must write for each E2E profile; what was written must also pass the check.
#include <algorithm>
#include <charconv>
#include <numeric>

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
    OCELLI_ASSIGN(const std::uint64_t number, hex_number(definition.at(key).get<std::string>()));
    return number == value;
  };
  OCELLI_ASSIGN(const bool has_polynomial, is("poly", model.polynomial));
  OCELLI_ASSIGN(const bool has_initial, is("init", model.initial));
  OCELLI_ASSIGN(const bool has_final_xor, is("xorout", model.final_xor));
  return has_polynomial && has_initial && has_final_xor && definition.at("width").get<int>() == model.width_bits &&
         definition.at("refin").get<bool>() == model.is_reflected &&
         definition.at("refout").get<bool>() == model.is_reflected;
}

/// By the file's own definition of the name, else by our name (what a name has behind " (" is a remark).
Result<e2e::CrcKind> crc_kind(const std::string& name, const json& models) {
  for (const json& definition : models) {
    if (definition.value("name", "") != name) continue;
    for (const e2e::CrcModel& model : e2e::kCrcModels) {
      OCELLI_ASSIGN(const bool is_same, is_model(model, definition));
      if (is_same) return model.kind;
    }
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

Status read_id_list(const json& list, e2e::Config& config) {
  const auto ids = list.get<std::vector<std::uint8_t>>();
  if (ids.size() != config.data_id_list.size())
    return error(ErrorCode::kInvalidArgument, "data_id_list: {} entries: expected {}", ids.size(),
                 config.data_id_list.size());
  std::copy(ids.begin(), ids.end(), config.data_id_list.begin());
  return ok();
}

Result<e2e::Config> read_config(const json& vector, std::size_t bytes) {
  const auto name = vector.at("profile").get<std::string>();
  const auto profile = e2e::profile_of(name);
  if (!profile) return error(ErrorCode::kUnsupported, "unknown profile '{}'", name);
  const json& in = vector.at("config");
  e2e::Config config = e2e::with_length({}, static_cast<std::uint32_t>(bytes));
  config.profile = *profile;
  config.data_id = in.value("data_id", 0U);
  if (in.contains("data_id_list")) OCELLI_TRY(read_id_list(in["data_id_list"], config));
  if (in.contains("mode")) {
    OCELLI_ASSIGN(config.data_id_mode, data_id_mode(in["mode"].get<std::string>()));
  }
  config.offset_bits = in.value("offset_bits", 0U);
  config.crc_offset_bits = in.value("crc_offset_bits", config.crc_offset_bits);
  config.counter_offset_bits = in.value("counter_offset_bits", config.counter_offset_bits);
  config.nibble_offset_bits = in.value("nibble_offset_bits", config.nibble_offset_bits);
  config.max_delta = in.value("max_delta_counter", config.max_delta);
  config.tag = {in.value("message_type", std::uint8_t{0}), in.value("message_result", std::uint8_t{0}),
                in.value("source_id", 0U)};
  const std::uint64_t length_bits = in.value("data_length_bits", in.value("data_length_bytes", bytes) * 8);
  if (length_bits != bytes * 8)
    return error(ErrorCode::kInvalidArgument, "data length: {} bit, but the input has {} bytes", length_bits, bytes);
  return config;
}

}  // namespace

VectorResult compute_crc_vector(const json& vector, const json& models) {
  OCELLI_ASSIGN(const e2e::CrcKind kind, crc_kind(vector.at("crc").get<std::string>(), models));
  OCELLI_ASSIGN(const std::vector<std::byte> input, bytes_of_hex(vector.at("input").get<std::string>()));
  const std::uint64_t best = e2e::crc(kind, input);
  const std::uint64_t portable = e2e::crc(kind, input, e2e::CrcPath::kPortable);
  if (best != portable) return error(ErrorCode::kInternal, "hardware {:#x} and tables {:#x} disagree", best, portable);
  OCELLI_ASSIGN(const std::uint64_t expected, hex_number(vector.at("expected").get<std::string>()));
  if (best != expected) return error(ErrorCode::kCorrupt, "{:#x}, expected {:#x}", best, expected);
  return vector.at("expected");
}

VectorResult compute_e2e_vector(const json& vector) {
  OCELLI_ASSIGN(std::vector<std::byte> message, bytes_of_hex(vector.at("input").get<std::string>()));
  OCELLI_ASSIGN(const e2e::Config config, read_config(vector, message.size()));
  const auto counter = vector.at("config").value("counter", 0U);
  OCELLI_ASSIGN(e2e::Protector protector, e2e::Protector::create(config, counter));
  if (!protector.protect(message)) return error(ErrorCode::kInternal, "protect() refused the message");
  const std::uint64_t modulo = e2e::info(config.profile).counter_modulo;
  const auto before = static_cast<std::uint32_t>((counter + modulo - 1) % modulo);
  OCELLI_ASSIGN(e2e::Checker checker, e2e::Checker::create(config, before));
  const e2e::Check check = checker.check(message);
  if (check.status != e2e::CheckStatus::kOk)
    return error(ErrorCode::kInternal, "the protected message is not accepted: {} ({})", to_string(check.status),
                 to_string(check.mistake));
  return hex_of_bytes(message);
}

}  // namespace ocelli::launch
