// The load-time checks of the mode machine: every fault leads somewhere, and no mode but the last is a dead end.
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "ocelli/safety/monitor/mistakes.hpp"
#include "ocelli/safety/monitor/modes.hpp"

namespace ocelli::safety {
namespace {

std::size_t index_of(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

std::vector<std::string> names_of(const std::vector<ModeConfig>& modes) {
  std::vector<std::string> names;
  for (const ModeConfig& mode : modes) names.push_back(mode.name);
  return names;
}

void check_mode(const std::vector<ModeConfig>& modes, std::size_t index, Mistakes& mistakes) {
  const ModeConfig& mode = modes[index];
  const std::vector<std::string> names = names_of(modes);
  const bool is_last = index + 1 == modes.size();
  if (mode.name.empty() || index_of(names, mode.name) != index)
    mistakes.add("modes[{}]: name '{}' is empty or there twice", index, mode.name);
  if (mode.name == start_mode().name)
    mistakes.add("mode '{}': the start-up has this name already: call it otherwise", mode.name);
  if (is_last && !mode.needs.empty())
    mistakes.add("mode '{}': the last mode must be possible whatever is lost, but it needs {}", mode.name,
                 fmt::join(mode.needs, ", "));
  const bool is_dead_end = mode.recovery == Recovery::kNever && mode.max_dwell == Duration::zero();
  if (!is_last && is_dead_end)
    mistakes.add("mode '{}': a dead end: recovery is never and there is no max_dwell; only the last mode may be one",
                 mode.name);
  if (is_last && is_dead_end && !mode.is_stop)
    mistakes.add("mode '{}': a dead end must be a safe stop (is_stop: true)", mode.name);
  if ((mode.max_dwell > Duration::zero()) == mode.then.empty())
    mistakes.add("mode '{}': max_dwell and then belong together", mode.name);
  if (!mode.then.empty()) {
    const std::size_t then = index_of(names, mode.then);
    if (then == names.size()) {
      mistakes.add("mode '{}': then: no mode '{}', expected one of {}", mode.name, mode.then, fmt::join(names, ", "));
    } else if (then <= index || modes[then].recovery == Recovery::kAutomatic) {
      mistakes.add("mode '{}': then: '{}' must be a worse mode without automatic recovery", mode.name, mode.then);
    }
  }
}

/// A worse mode allows no more than a better one.
void check_limits(const std::vector<ModeConfig>& modes, std::size_t index, Mistakes& mistakes) {
  const auto check = [&](std::string_view name, double ModeConfig::*limit) {
    const auto allowed = [](double value) { return value < 0.0 ? std::numeric_limits<double>::infinity() : value; };
    const ModeConfig& worse = modes[index];
    const ModeConfig& better = modes[index - 1];
    if (allowed(worse.*limit) > allowed(better.*limit))
      mistakes.add("mode '{}': {}: {}, but the better mode '{}' allows no more than {}", worse.name, name,
                   worse.*limit < 0.0 ? "not limited" : fmt::format("{}", worse.*limit), better.name, better.*limit);
  };
  check("speed_max_mps", &ModeConfig::speed_max_mps);
  check("range_max_m", &ModeConfig::range_max_m);
}

void check_reaction(const ModeConfig& mode, const FaultConfig& fault, Mistakes& mistakes) {
  if (mode.reached_within > fault.frti)
    mistakes.add("{}: frti: {} ms, but mode '{}' is reached within {} ms", fault.label(), to_milliseconds(fault.frti),
                 mode.name, to_milliseconds(mode.reached_within));
}

}  // namespace

Result<ModeMachine> ModeMachine::create(const std::vector<ModeConfig>& modes, const std::vector<FaultConfig>& faults) {
  if (modes.empty() || modes.size() > kMaxModes)
    return error(ErrorCode::kInvalidArgument, "modes: {} of them, expected 1 to {}", modes.size(), kMaxModes);
  Mistakes mistakes;
  ModeMachine machine;
  const std::vector<std::string> names = names_of(modes);
  for (std::size_t i = 0; i < modes.size(); ++i) {
    check_mode(modes, i, mistakes);
    if (i > 0) check_limits(modes, i, mistakes);
    for (const std::string& capability : modes[i].needs)
      if (index_of(machine.capabilities_, capability) == machine.capabilities_.size())
        machine.capabilities_.push_back(capability);
  }
  if (machine.capabilities_.size() > kMaxCapabilities)
    mistakes.add("modes: {} capabilities, expected at most {}", machine.capabilities_.size(), kMaxCapabilities);
  OCELLI_TRY(mistakes.status());

  const auto mask_of = [&](const std::vector<std::string>& wanted, const std::string& where) {
    std::uint64_t mask = 0;
    for (const std::string& capability : wanted) {
      const std::size_t index = index_of(machine.capabilities_, capability);
      if (index < machine.capabilities_.size()) {
        mask |= std::uint64_t{1} << index;
      } else {
        mistakes.add("{}: takes: no mode needs the capability '{}', expected one of: {}", where, capability,
                     fmt::join(machine.capabilities_, ", "));
      }
    }
    return mask;
  };
  for (const ModeConfig& mode : modes) {
    const auto then = static_cast<std::uint32_t>(mode.then.empty() ? 0 : index_of(names, mode.then));
    machine.modes_.push_back(
        {mode.name, mask_of(mode.needs, mode.name), mode.recovery, mode.recover_after, mode.max_dwell, then});
  }
  machine.modes_.push_back({start_mode().name, 0, Recovery::kAutomatic, {}, {}, 0});
  for (const FaultConfig& fault : faults) {
    const std::string where = fault.label();
    const std::size_t mode = fault.mode.empty() ? 0 : index_of(names, fault.mode);
    const std::size_t before = mistakes.count();
    if (mode == names.size())
      mistakes.add("{}: mode: no mode '{}', expected one of {}", where, fault.mode, fmt::join(names, ", "));
    const Effect effect{static_cast<std::uint32_t>(mode % names.size()), mask_of(fault.takes, where)};
    if (mistakes.count() == before && machine.best(effect.mode, effect.takes) == 0)
      mistakes.add("{}: leads nowhere: neither mode nor takes rule out '{}'", where, names.front());
    if (mistakes.count() == before) check_reaction(modes[machine.best(effect.mode, effect.takes)], fault, mistakes);
    machine.effects_.push_back(effect);
  }
  OCELLI_TRY(mistakes.status());
  machine.demands_.assign(modes.size(), 0);
  machine.losses_.assign(machine.capabilities_.size(), 0);
  machine.raised_.resize(faults.size());
  return machine;
}

}  // namespace ocelli::safety
