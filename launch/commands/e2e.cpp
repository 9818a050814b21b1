// `ocelli e2e protect | check | advise`: end-to-end protection for people on the command line.
#include <fmt/ranges.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/report/files.hpp"
#include "ocelli/launch/vectors/vectors.hpp"
#include "ocelli/middleware/e2e/protection.hpp"
#include "ocelli/middleware/e2e/state_machine.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::byte>;

struct Options {
  std::string profile = "P07";
  std::string id_mode = "BOTH";
  std::vector<unsigned> id_list;
  e2e::Config config;
  unsigned tag_type = 0;
  unsigned tag_result = 0;
  bool takes_any_source = false;
  std::uint32_t counter = 0;
  std::optional<std::uint32_t> last;
  std::vector<std::string> messages;
  std::string in_file;
  std::string out_file;
  bool is_json = false;
};

Result<e2e::DataIdMode> id_mode(const std::string& name) {
  using enum e2e::DataIdMode;
  if (name == "BOTH") return kBoth;
  if (name == "ALT") return kAlternate;
  if (name == "LOW") return kLow;
  if (name == "NIBBLE") return kNibble;
  return error(ErrorCode::kInvalidArgument, "--id-mode: '{}': expected BOTH, ALT, LOW or NIBBLE", name);
}

Status read_tag_and_ids(const Options& options, e2e::Config& config) {
  if (options.tag_type > 3 || options.tag_result > 3)
    return error(ErrorCode::kInvalidArgument, "--type {} --result {}: expected 0 to 3", options.tag_type,
                 options.tag_result);
  config.tag.type = static_cast<std::uint8_t>(options.tag_type);
  config.tag.result = static_cast<std::uint8_t>(options.tag_result);
  config.is_source_checked = !options.takes_any_source;
  if (options.id_list.empty() && e2e::has_id_list(config.profile))
    return error(ErrorCode::kInvalidArgument, "--profile {}: needs --id-list, the {} numbers by counter",
                 options.profile, config.data_id_list.size());
  if (options.id_list.empty()) return ok();
  if (options.id_list.size() != config.data_id_list.size())
    return error(ErrorCode::kInvalidArgument, "--id-list: {} numbers: expected {}", options.id_list.size(),
                 config.data_id_list.size());
  for (std::size_t i = 0; i < options.id_list.size(); ++i) {
    if (options.id_list[i] > 0xFF)
      return error(ErrorCode::kInvalidArgument, "--id-list: {}: expected at most 255", options.id_list[i]);
    config.data_id_list[i] = static_cast<std::uint8_t>(options.id_list[i]);
  }
  return ok();
}

/// For messages from `shortest` to `longest` bytes.
Result<e2e::Config> config_of(const Options& options, std::size_t shortest, std::size_t longest) {
  e2e::Config config = options.config;
  const auto profile = e2e::profile_of(options.profile);
  if (!profile) {
    std::vector<std::string_view> names;
    for (const e2e::ProfileInfo& known : e2e::kProfiles) names.push_back(known.name);
    return error(ErrorCode::kInvalidArgument, "--profile: '{}': expected one of {}", options.profile,
                 fmt::join(names, ", "));
  }
  config.profile = *profile;
  OCELLI_ASSIGN(config.data_id_mode, id_mode(options.id_mode));
  OCELLI_TRY(read_tag_and_ids(options, config));
  if (longest > 0xFFFFFFFF)
    return error(ErrorCode::kInvalidArgument, "message: {} bytes: expected less than 4 GiB", longest);
  if (config.shortest_bytes == 0) config.shortest_bytes = static_cast<std::uint32_t>(shortest);
  if (config.longest_bytes == 0) config.longest_bytes = static_cast<std::uint32_t>(longest);
  return config;
}

Result<std::vector<Bytes>> messages_of(const Options& options) {
  std::vector<Bytes> messages;
  for (const std::string& hex : options.messages) {
    OCELLI_ASSIGN(Bytes bytes, bytes_of_hex(hex));
    messages.push_back(std::move(bytes));
  }
  if (!options.in_file.empty()) {
    OCELLI_ASSIGN(const std::string text, report::read_text(options.in_file));
    const auto bytes = std::as_bytes(std::span(text));
    messages.emplace_back(bytes.begin(), bytes.end());
  }
  if (messages.empty()) return error(ErrorCode::kInvalidArgument, "no message: give HEX or --in FILE");
  return messages;
}

Result<e2e::Config> config_of(const Options& options, const std::vector<Bytes>& messages) {
  std::size_t shortest = messages.front().size();
  std::size_t longest = shortest;
  for (const Bytes& message : messages) {
    shortest = std::min(shortest, message.size());
    longest = std::max(longest, message.size());
  }
  return config_of(options, shortest, longest);
}

Status write_out(const Options& options, const Bytes& message) {
  if (options.out_file.empty()) return ok();
  std::ofstream file(options.out_file, std::ios::binary);
  file.write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(message.size()));
  file.close();
  if (!file) return error(ErrorCode::kUnavailable, "{}: cannot be written", options.out_file);
  return ok();
}

Result<bool> protect(const Options& options) {
  OCELLI_ASSIGN(std::vector<Bytes> messages, messages_of(options));
  if (!options.out_file.empty() && messages.size() != 1)
    return error(ErrorCode::kInvalidArgument, "--out: expected one message, got {}", messages.size());
  OCELLI_ASSIGN(const e2e::Config config, config_of(options, messages));
  OCELLI_ASSIGN(e2e::Protector protector, e2e::Protector::create(config, options.counter));
  json list = json::array();
  for (Bytes& message : messages) {
    const std::uint32_t counter = protector.counter();
    if (!protector.protect(message))
      return error(ErrorCode::kInvalidArgument, "message of {} bytes: expected {} to {}", message.size(),
                   config.shortest_bytes, config.longest_bytes);
    OCELLI_TRY(write_out(options, message));
    list.push_back({{"counter", counter}, {"bytes", message.size()}, {"message", hex_of_bytes(message)}});
  }
  if (options.is_json) {
    fmt::print("{}\n", list.dump(2));
  } else if (options.out_file.empty()) {
    for (const json& one : list) fmt::print("{}\n", one["message"].get<std::string>());
  }
  return true;
}

Result<bool> check(const Options& options) {
  OCELLI_ASSIGN(const std::vector<Bytes> messages, messages_of(options));
  OCELLI_ASSIGN(const e2e::Config config, config_of(options, messages));
  const auto modulo = e2e::info(config.profile).counter_modulo;
  OCELLI_ASSIGN(e2e::Checker checker,
                e2e::Checker::create(config, options.last.value_or(static_cast<std::uint32_t>(modulo - 1))));
  e2e::StateMachine machine{e2e::StateMachineConfig{}};
  json list = json::array();
  bool is_good = true;
  for (const Bytes& message : messages) {
    const e2e::Check result = checker.check(message);
    const e2e::StreamState state = machine.step(result.status);
    const bool is_error = result.status == e2e::CheckStatus::kError;
    is_good = is_good && (result.status == e2e::CheckStatus::kOk || result.status == e2e::CheckStatus::kOkSomeLost);
    list.push_back({{"status", to_string(result.status)},
                    {"wrong", is_error ? to_string(result.mistake) : ""},
                    {"counter", is_error ? json(nullptr) : json(result.counter)},
                    {"delta", is_error ? json(nullptr) : json(result.delta)},
                    {"state", to_string(state)}});
  }
  if (options.is_json) {
    fmt::print("{}\n", list.dump(2));
    return is_good;
  }
  fmt::print("{:<14} {:>10} {:>10}  {:<8} {}\n", "status", "counter", "delta", "stream", "wrong");
  for (const json& one : list)
    fmt::print("{:<14} {:>10} {:>10}  {:<8} {}\n", one["status"].get<std::string>(), one["counter"].dump(),
               one["delta"].dump(), one["state"].get<std::string>(), one["wrong"].get<std::string>());
  return is_good;
}

void declare_message_options(CLI::App& command, Options& options) {
  std::vector<std::string> names;
  for (const e2e::ProfileInfo& known : e2e::kProfiles) names.emplace_back(known.name);
  e2e::Config& config = options.config;
  command.add_option("HEX", options.messages, "messages as hex bytes, header included, in the order of their arrival");
  command.add_option("--in", options.in_file, "file with one message");
  command.add_option("--profile", options.profile, fmt::format("{}", fmt::join(names, ", ")))->capture_default_str();
  command.add_option("--data-id", config.data_id, "number of the message, such as 0x0a0b0c0d");
  command.add_option("--id-list", options.id_list, "P02, P22: 16 numbers by counter, as 1,2,…")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--id-mode", options.id_mode, "P01, P11: BOTH, ALT, LOW, NIBBLE")->capture_default_str();
  command.add_option("--offset-bits", config.offset_bits, "of the header; all but P01, P11")->capture_default_str();
  command.add_option("--crc-offset-bits", config.crc_offset_bits, "P01, P11")->capture_default_str();
  command.add_option("--counter-offset-bits", config.counter_offset_bits, "P01, P11")->capture_default_str();
  command.add_option("--nibble-offset-bits", config.nibble_offset_bits, "P01, P11")->capture_default_str();
  command.add_option("--type", options.tag_type, "P04m, P07m: 0 request, 1 response");
  command.add_option("--result", options.tag_result, "P04m, P07m: 0 ok, 1 error");
  command.add_option("--source", config.tag.source, "P04m, P07m: id of the sender");
  command.add_flag("--json", options.is_json, "as JSON");
}

/// An option that the profile does not read would be ignored in silence.
Status check_used(const CLI::App& command, const Options& options) {
  const auto profile = e2e::profile_of(options.profile);
  if (!profile) return ok();  // told by who needs it
  const bool has_list = e2e::has_id_list(*profile);
  const bool is_single = e2e::places_fields_singly(*profile);
  const bool has_tag = e2e::info(*profile).tag_at != 0;
  for (const auto& [name, is_read] : {std::pair{"--data-id", !has_list},
                                      {"--id-list", has_list},
                                      {"--id-mode", is_single},
                                      {"--offset-bits", !is_single},
                                      {"--crc-offset-bits", is_single},
                                      {"--counter-offset-bits", is_single},
                                      {"--nibble-offset-bits", is_single},
                                      {"--type", has_tag},
                                      {"--result", has_tag},
                                      {"--source", has_tag},
                                      {"--any-source", has_tag}}) {
    const CLI::Option* option = command.get_option_no_throw(name);
    if (!is_read && option != nullptr && option->count() > 0)
      return error(ErrorCode::kInvalidArgument, "{}: profile {} does not use it", name, options.profile);
  }
  return ok();
}

using Verb = Result<bool> (*)(const Options&);
Result<bool> run_verb(const CLI::App& command, const Options& options, Verb verb) {
  OCELLI_TRY(check_used(command, options));
  return verb(options);
}

void set_callback(CLI::App& command, const std::shared_ptr<Options>& options, int& exit_status, Verb verb) {
  command.callback([&command, options, &exit_status, verb] {
    const Result<bool> is_good = run_verb(command, *options, verb);
    exit_status = is_good ? (*is_good ? kExitOk : kExitVerdictFailed) : report_error(is_good.error());
  });
}

}  // namespace

void declare_e2e(CLI::App& command, int& exit_status) {
  command.require_subcommand(1);
  const auto writes = std::make_shared<Options>();
  CLI::App& protect_app = *command.add_subcommand("protect", "write counter, id, length and CRC into messages");
  declare_message_options(protect_app, *writes);
  protect_app.add_option("--counter", writes->counter, "of the first message")->capture_default_str();
  protect_app.add_option("--out", writes->out_file, "file for the protected message");
  set_callback(protect_app, writes, exit_status, &protect);

  const auto reads = std::make_shared<Options>();
  CLI::App& check_app = *command.add_subcommand("check", "judge messages one after the other");
  declare_message_options(check_app, *reads);
  check_app.add_option("--last-counter", reads->last, "believed before; default: none was");
  check_app.add_option("--max-delta", reads->config.max_delta, "counter steps accepted")->capture_default_str();
  check_app.add_option("--shortest", reads->config.shortest_bytes, "bytes; default: the shortest given");
  check_app.add_option("--longest", reads->config.longest_bytes, "bytes; default: the longest given");
  check_app.add_flag("--any-source", reads->takes_any_source, "P04m, P07m: a server takes every sender");
  check_app.footer("Exit status: 0 all OK or OKSOMELOST, 1 otherwise, 2 bad use.");
  set_callback(check_app, reads, exit_status, &check);

  declare_e2e_advise(*command.add_subcommand("advise", "residual FIT of every profile, and which to take"),
                     exit_status);
}

}  // namespace ocelli::launch
