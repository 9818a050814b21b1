// State machines: E2E, delta counter, alive and global supervision, counter debouncing.
#include <array>

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
e2e::StateLimits limits(const json& config, const std::string& state) {
  return {.window = config.value("WindowSize" + state, config.value("WindowSize", 0U)),
          .least_ok = config.at("MinOkState" + state).get<std::uint32_t>(),
          .most_errors = config.at("MaxErrorState" + state).get<std::uint32_t>()};
}

VectorResult state_machine(const json& vector) {
  const json& in = vector.at("config");
  const e2e::StateMachineConfig config{limits(in, "Init"), limits(in, "Valid"), limits(in, "Invalid"),
                                       in.value("ClearToInvalid", false)};
  for (const std::uint32_t window : {config.init.window, config.valid.window, config.invalid.window})
    if (window < 1 || window > e2e::kWindowMost)
      return error(ErrorCode::kInvalidArgument, "WindowSize: {}: expected 1 to {}", window, e2e::kWindowMost);
  e2e::StateMachine machine(config);
  json states = json::array();
  for (const json& name : vector.at("input")) {
    OCELLI_ASSIGN(const e2e::CheckStatus result, check_status(name.get<std::string>()));
    states.push_back(to_string(machine.step(result)));
  }
  return states;
}

VectorResult counter(const json& vector) {
  const auto name = vector.at("profile").get<std::string>();
  const auto profile = e2e::profile_of(name);
  if (!profile) return error(ErrorCode::kUnsupported, "unknown profile '{}'", name);
  const std::uint64_t modulo = e2e::info(*profile).counter_modulo;
  if (vector.value("modulo", modulo) != modulo)
    return error(ErrorCode::kCorrupt, "modulo: {}, expected {}", modulo, vector["modulo"].get<std::uint64_t>());
  return json(
      to_string(e2e::evaluate_counter(vector.at("last").get<std::uint64_t>(), vector.at("rx").get<std::uint64_t>(),
                                      vector.at("max_delta").get<std::uint64_t>(), modulo)));
}

VectorResult alive(const json& vector) {
  safety::AliveSupervision supervision(vector.at("min").get<std::uint32_t>(), vector.at("max").get<std::uint32_t>(),
                                       vector.at("failed_cycles_tolerance").get<std::uint32_t>());
  json states = json::array();
  for (const json& count : vector.at("input"))
    states.push_back(to_string(supervision.end_cycle(count.get<std::uint32_t>())));
  return states;
}

VectorResult global(const json& vector) {
  safety::GlobalSupervision supervision(vector.at("expired_cycle_tolerance").get<std::uint32_t>());
  json states = json::array();
  for (const json& cycle : vector.at("input")) {
    std::vector<safety::LocalStatus> locals;
    for (const json& name : cycle) {
      const auto status = safety::parse_local_status(name.get<std::string>());
      if (!status) return error(ErrorCode::kUnsupported, "unknown local status '{}'", name.get<std::string>());
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

/// [counter, fault detection counter, failed] after each report.
VectorResult debounce(const json& vector) {
  const json& in = vector.at("config");
  safety::DebounceConfig config;
  config.increment = in.at("inc").get<std::int32_t>();
  config.decrement = in.at("dec").get<std::int32_t>();
  config.failed_threshold = in.at("fail").get<std::int32_t>();
  config.passed_threshold = in.at("pas").get<std::int32_t>();
  config.jumps_down = in.at("jd").get<bool>();
  config.jump_down_value = in.at("jdv").get<std::int32_t>();
  config.jumps_up = in.at("ju").get<bool>();
  config.jump_up_value = in.at("juv").get<std::int32_t>();
  if (config.failed_threshold < 1 || config.passed_threshold > -1)
    return error(ErrorCode::kInvalidArgument, "thresholds {} and {}: expected more than 0 and less than 0",
                 config.failed_threshold, config.passed_threshold);
  safety::CounterDebounce debounce(config);
  json states = json::array();
  for (const json& name : vector.at("input")) {
    OCELLI_ASSIGN(const safety::Report one, report(name.get<std::string>()));
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
