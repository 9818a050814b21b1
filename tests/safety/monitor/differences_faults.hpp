#pragma once
// Random sequences through fault memory and mode machine, and through their twins; as in
// differences_supervision.hpp.

#include <algorithm>

#include "ocelli/safety/monitor/detectors/detectors.hpp"
#include "ocelli/safety/monitor/fault_table.hpp"
#include "ocelli/safety/monitor/modes.hpp"
#include "ocelli/safety/monitor/uds_status.hpp"
#include "ocelli/tests/safety/monitor/differences_supervision.hpp"
#include "ocelli/tests/safety/monitor/twin_faults.hpp"

namespace ocelli::safety::test {

inline std::string differences_uds(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto confirm = static_cast<std::uint32_t>(pick(random, 1, 3));
    const auto heal = static_cast<std::uint32_t>(pick(random, 1, 3));
    const auto age = static_cast<std::uint32_t>(pick(random, 1, 4));
    UdsStatus real(confirm, heal, age);
    TwinUds twin(static_cast<int>(confirm), static_cast<int>(heal), static_cast<int>(age));
    const std::int64_t rarity = pick(random, 2, 8);
    for (int step = 0; step < 40; ++step) {
      const std::int64_t dice = pick(random, 0, 40);
      if (dice == 0) {
        real.clear_all();
        twin.clear_all();
      } else if (dice < 18) {
        real.begin_cycle();
        twin.begin_cycle();
      } else if (pick(random, 0, rarity) == 0) {
        real.failed();
        twin.failed();
      } else {
        real.passed();
        twin.passed();
      }
      if (real.byte() != twin.byte())
        return fmt::format("UDS sequence {} step {}: {:#04x} expected, got {:#04x}", i, step, twin.byte(), real.byte());
    }
  }
  return "";
}

/// A fault's detector; the reports come from the sequence.
class NoDetector final : public Detector {
 public:
  int interests() const override { return 0; }
  Observability observability() const override { return {}; }
};

inline std::string differences_fault(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  const DetectorRow* row = find_detector(detectors(), "silent");
  std::vector<FaultEvent> events;
  events.reserve(1);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    FaultConfig config;
    config.debounce = random_counter(random);
    config.confirmation_cycles = static_cast<std::uint32_t>(pick(random, 1, 3));
    config.healing_cycles = static_cast<std::uint32_t>(pick(random, 1, 3));
    config.ageing_cycles = static_cast<std::uint32_t>(pick(random, 1, 4));
    Fault real(config, *row, std::make_unique<NoDetector>(), {});
    TwinFault twin(twin_of(config.debounce), static_cast<int>(config.confirmation_cycles),
                   static_cast<int>(config.healing_cycles), static_cast<int>(config.ageing_cycles));
    const std::int64_t bias = pick(random, 1, 9);
    std::string state = "passed";
    for (int step = 0; step < 40; ++step) {
      events.clear();
      if (pick(random, 0, 7) == 0) {
        real.begin_operation_cycle();
        twin.begin_cycle();
      } else {
        const Report report = random_report(random, bias);
        real.report({report, at_ms(step), 0.0, 0.0, ""}, at_ms(step), 0, events);
        twin.report(kReports[static_cast<std::size_t>(report)]);
      }
      const bool is_event_right = twin.state() == state ? events.empty() : events.size() == 1;
      state = twin.state();
      if (to_string(real.state()) != state || real.uds_status() != twin.uds() || real.fdc() != twin.fdc() ||
          !is_event_right)
        return fmt::format("fault sequence {} step {}: {} with {:#04x} expected, got {} with {:#04x}", i, step, state,
                           twin.uds(), to_string(real.state()), real.uds_status());
    }
  }
  return "";
}

/// Modes and faults that may or may not be a sound configuration.
struct RandomModes {
  explicit RandomModes(Random& random) {
    const std::int64_t count = pick(random, 2, 5);
    const std::int64_t capabilities = pick(random, 0, 4);
    for (std::int64_t i = 0; i < count; ++i) {
      ModeConfig mode;
      mode.name = std::to_string(i);
      for (std::int64_t c = 0; c < capabilities && i + 1 < count; ++c)
        if (pick(random, 0, 2) == 0) mode.needs.push_back(fmt::format("c{}", c));
      mode.recovery = static_cast<Recovery>(pick(random, 0, 2));
      mode.recover_after = std::chrono::milliseconds(pick(random, 0, 4));
      if (i + 1 < count && pick(random, 0, 2) == 0) {
        mode.max_dwell = std::chrono::milliseconds(pick(random, 1, 8));
        mode.then = std::to_string(pick(random, i + 1, count - 1));
      }
      modes.push_back(mode);
    }
    for (std::int64_t i = 0, most = pick(random, 1, 5); i < most; ++i) {
      FaultConfig fault;
      fault.id = std::to_string(i);
      if (pick(random, 0, 1) == 0) fault.mode = std::to_string(pick(random, 0, count - 1));
      for (std::int64_t c = 0; c < capabilities; ++c)
        if (pick(random, 0, 2) == 0) fault.takes.push_back(fmt::format("c{}", c));
      faults.push_back(fault);
    }
  }
  [[nodiscard]] TwinModes twin() const {
    constexpr const char* kRecoveries[] = {"automatic", "on_request", "never"};
    std::vector<TwinModes::Mode> twin_modes;
    for (const ModeConfig& mode : modes)
      twin_modes.push_back({{mode.needs.begin(), mode.needs.end()},
                            kRecoveries[static_cast<std::size_t>(mode.recovery)],
                            mode.recover_after / 1ms,
                            mode.max_dwell / 1ms,
                            mode.then.empty() ? 0 : std::stoi(mode.then)});
    std::vector<TwinModes::Fault> twin_faults;
    for (const FaultConfig& fault : faults)
      twin_faults.push_back({fault.mode.empty() ? 0 : std::stoi(fault.mode), {fault.takes.begin(), fault.takes.end()}});
    return {twin_modes, twin_faults};
  }
  [[nodiscard]] bool is_needed(const std::string& capability) const {
    return std::ranges::any_of(
        modes, [&](const ModeConfig& mode) { return std::ranges::find(mode.needs, capability) != mode.needs.end(); });
  }
  std::vector<ModeConfig> modes;
  std::vector<FaultConfig> faults;
};

inline std::string difference_of_modes(Random& random, const RandomModes& config, ModeMachine real) {
  TwinModes twin = config.twin();
  std::vector<int> raised;
  std::int64_t now = 0;
  for (int step = 0; step < 30; ++step) {
    const auto fault = static_cast<int>(pick(random, 0, static_cast<std::int64_t>(config.faults.size()) - 1));
    const auto found = std::ranges::find(raised, fault);
    const std::int64_t dice = pick(random, 0, 9);
    if (dice < 2) {
      raised.push_back(fault);
      twin.raise(fault);
      real.raise(static_cast<std::uint32_t>(fault));
    } else if (dice < 5 && found != raised.end()) {
      raised.erase(found);
      twin.clear(fault);
      real.clear(static_cast<std::uint32_t>(fault));
    } else if (dice == 5) {
      twin.request_recovery();
      real.request_recovery();
    }
    now += pick(random, 0, 2);
    const std::string expected = twin.tick(now);
    const auto change = real.tick(at_ms(now));
    const std::string got = !change ? ""
                                    : fmt::format("{}->{} by {}", change->from, change->to,
                                                  change->cause == kNoFault ? "nobody" : std::to_string(change->cause));
    if (got != expected || static_cast<int>(real.mode()) != twin.mode() || real.since() != at_ms(twin.since()))
      return fmt::format("step {}: '{}' expected, got '{}'", step, expected, got);
    for (int c = 0; c < 4; ++c) {
      const std::string capability = fmt::format("c{}", c);
      if (config.is_needed(capability) && real.has(capability) != twin.has(capability))
        return fmt::format("step {}: capability {}", step, capability);
    }
  }
  return "";
}

inline std::string differences_modes(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t compared = 0; compared < sequences;) {
    const RandomModes config(random);
    const auto created = ModeMachine::create(config.modes, config.faults);
    if (!created) continue;
    for (int repeat = 0; repeat < 20; ++repeat, ++compared)
      if (const std::string difference = difference_of_modes(random, config, *created); !difference.empty())
        return fmt::format("mode sequence {} {}", compared, difference);
  }
  return "";
}

}  // namespace ocelli::safety::test
