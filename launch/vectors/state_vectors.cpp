// State machines: E2E, delta counter, alive and global supervision, counter debouncing.
#include <array>

#include "ocelli/launch/vectors/fields.hpp"
#include "ocelli/launch/vectors/vectors.hpp"
#include "ocelli/middleware/e2e/profile.hpp"
#include "ocelli/middleware/e2e/state_machine.hpp"
#include "ocelli/safety/monitor/debounce.hpp"
#include "ocelli/safety/monitor/supervision.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;

Result<e2e::CheckStatus> check_status(const std::string& name) {
  using enum e2e::CheckStatus;
  for (const auto status : {kOk, kOkSomeLost, kRepeated, kWrongSequence, kError, kNoNewData})
    if (to_string(status) == name) return status;
  return error(ErrorCode::kUnsupported, "unknown result '{}'", name);
}

/// `state` as in WindowSizeInit, MinOkStateInit, MaxErrorStateInit; WindowSize stands for those that are not there.
Result<e2e::StateLimits> limits(const json& config, const std::string& state) {
  e2e::StateLimits limits;
  const std::string window = "WindowSize" + state;
  OCELLI_ASSIGN(limits.window,
                field_of<std::uint32_t>(config, config.is_object() && config.contains(window) ? window : "WindowSize"));
  OCELLI_ASSIGN(limits.least_ok, field_of<std::uint32_t>(config, "MinOkState" + state));
  OCELLI_ASSIGN(limits.most_errors, field_of<std::uint32_t>(config, "MaxErrorState" + state));
  if (limits.window < 1 || limits.window > e2e::kWindowMost)
    return error(ErrorCode::kInvalidArgument, "{}: {}: expected 1 to {}", window, limits.window, e2e::kWindowMost);
  return limits;
}

/// A key that nothing reads would change the meaning in silence.
Status only_known(const json& config) {
  for (const auto& [key, value] : config.items()) {
    const bool is_limit =
        key.starts_with("WindowSize") || key.starts_with("MinOkState") || key.starts_with("MaxErrorState");
    const bool has_state = key.ends_with("Init") || key.ends_with("Valid") || key.ends_with("Invalid");
    if (key != "WindowSize" && key != "ClearToInvalid" && !(is_limit && has_state))
      return error(ErrorCode::kUnsupported, "config: unknown key '{}'", key);
  }
  return ok();
}

VectorResult state_machine(const json& vector) {
  OCELLI_ASSIGN(const json* in, member(vector, "config"));
  e2e::StateMachineConfig config;
  OCELLI_ASSIGN(config.init, limits(*in, "Init"));
  OCELLI_ASSIGN(config.valid, limits(*in, "Valid"));
  OCELLI_ASSIGN(config.invalid, limits(*in, "Invalid"));
  OCELLI_ASSIGN(config.clear_to_invalid, field_or(*in, "ClearToInvalid", false));
  OCELLI_TRY(only_known(*in));
  OCELLI_ASSIGN(const std::vector<std::string> names, fields_of<std::string>(vector, "input"));
  e2e::StateMachine machine(config);
  json states = json::array();
  for (const std::string& name : names) {
    OCELLI_ASSIGN(const e2e::CheckStatus result, check_status(name));
    states.push_back(to_string(machine.step(result)));
  }
  return states;
}

VectorResult counter(const json& vector) {
  OCELLI_ASSIGN(const std::string name, field_of<std::string>(vector, "profile"));
  const auto profile = e2e::profile_of(name);
  if (!profile) return error(ErrorCode::kUnsupported, "unknown profile '{}'", name);
  const std::uint64_t modulo = e2e::info(*profile).counter_modulo;
  OCELLI_ASSIGN(const std::uint64_t expected_modulo, field_or(vector, "modulo", modulo));
  if (expected_modulo != modulo) return error(ErrorCode::kCorrupt, "modulo: {}, expected {}", modulo, expected_modulo);
  OCELLI_ASSIGN(const std::uint32_t last, field_of<std::uint32_t>(vector, "last"));
  OCELLI_ASSIGN(const std::uint32_t received, field_of<std::uint32_t>(vector, "rx"));
  OCELLI_ASSIGN(const std::uint32_t max_delta, field_of<std::uint32_t>(vector, "max_delta"));
  for (const auto& [key, value] : {std::pair{"last", last}, std::pair{"rx", received}})
    if (value >= modulo)
      return error(ErrorCode::kInvalidArgument, "{}: {} is out of range: expected 0 to {}", key, value, modulo - 1);
  return json(to_string(e2e::evaluate_counter(last, received, max_delta, modulo)));
}

VectorResult alive(const json& vector) {
  OCELLI_ASSIGN(const std::uint32_t min, field_of<std::uint32_t>(vector, "min"));
  OCELLI_ASSIGN(const std::uint32_t max, field_of<std::uint32_t>(vector, "max"));
  OCELLI_ASSIGN(const std::uint32_t tolerance, field_of<std::uint32_t>(vector, "failed_cycles_tolerance"));
  if (min > max) return error(ErrorCode::kInvalidArgument, "min: {}: expected at most max ({})", min, max);
  OCELLI_ASSIGN(const std::vector<std::uint32_t> counts, fields_of<std::uint32_t>(vector, "input"));
  safety::AliveSupervision supervision(min, max, tolerance);
  json states = json::array();
  for (const std::uint32_t count : counts) states.push_back(to_string(supervision.end_cycle(count)));
  return states;
}

VectorResult global(const json& vector) {
  OCELLI_ASSIGN(const std::uint32_t tolerance, field_of<std::uint32_t>(vector, "expired_cycle_tolerance"));
  OCELLI_ASSIGN(const json* cycles, list_of(vector, "input"));
  safety::GlobalSupervision supervision(tolerance);
  json states = json::array();
  for (std::size_t i = 0; i < cycles->size(); ++i) {
    const std::string cycle = fmt::format("input[{}]", i);
    OCELLI_ASSIGN(const std::vector<std::string> names, values_of<std::string>((*cycles)[i], cycle));
    std::vector<safety::LocalStatus> locals;
    for (const std::string& name : names) {
      const auto status = safety::parse_local_status(name);
      if (!status) return error(ErrorCode::kUnsupported, "{}: unknown local status '{}'", cycle, name);
      locals.push_back(*status);
    }
    states.push_back(to_string(supervision.end_cycle(locals)));
  }
  return states;
}

Result<safety::Report> report(const std::string& name) {
  if (name == "PREFAILED") return safety::Report::kPreFailed;
  if (name == "PREPASSED") return safety::Report::kPrePassed;
  if (name == "FAILED") return safety::Report::kFailed;
  if (name == "PASSED") return safety::Report::kPassed;
  return error(ErrorCode::kUnsupported, "unknown report '{}'", name);
}

/// AUTOSAR counts in 16 bits with sign.
Result<safety::DebounceConfig> debounce_config(const json& in) {
  safety::DebounceConfig config;
  OCELLI_ASSIGN(config.increment, field_of<std::int16_t>(in, "inc"));
  OCELLI_ASSIGN(config.decrement, field_of<std::int16_t>(in, "dec"));
  OCELLI_ASSIGN(config.failed_threshold, field_of<std::int16_t>(in, "fail"));
  OCELLI_ASSIGN(config.passed_threshold, field_of<std::int16_t>(in, "pas"));
  OCELLI_ASSIGN(config.jumps_down, field_of<bool>(in, "jd"));
  OCELLI_ASSIGN(config.jump_down_value, field_of<std::int16_t>(in, "jdv"));
  OCELLI_ASSIGN(config.jumps_up, field_of<bool>(in, "ju"));
  OCELLI_ASSIGN(config.jump_up_value, field_of<std::int16_t>(in, "juv"));
  if (config.increment < 1 || config.decrement < 1)
    return error(ErrorCode::kInvalidArgument, "inc {} and dec {}: expected 1 or more", config.increment,
                 config.decrement);
  if (config.failed_threshold < 1 || config.passed_threshold > -1)
    return error(ErrorCode::kInvalidArgument, "thresholds {} and {}: expected more than 0 and less than 0",
                 config.failed_threshold, config.passed_threshold);
  return config;
}

/// [counter, fault detection counter, failed] after each report.
VectorResult debounce(const json& vector) {
  OCELLI_ASSIGN(const json* in, member(vector, "config"));
  OCELLI_ASSIGN(const safety::DebounceConfig config, debounce_config(*in));
  OCELLI_ASSIGN(const std::vector<std::string> names, fields_of<std::string>(vector, "input"));
  safety::CounterDebounce debounce(config);
  json states = json::array();
  for (const std::string& name : names) {
    OCELLI_ASSIGN(const safety::Report one, report(name));
    debounce.report(one);
    states.push_back({debounce.counter(), debounce.fdc(), debounce.is_failed()});
  }
  return states;
}

}  // namespace

std::vector<VectorKind> state_vector_kinds() {
  return {{"e2e_sm_r43", &state_machine},
          {"e2e_sm_r2011", &state_machine},
          {"counter", &counter},
          {"alive", &alive},
          {"global", &global},
          {"dem_counter", &debounce}};
}

}  // namespace ocelli::launch
