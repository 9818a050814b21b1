#pragma once
// Second implementations of the mode machine and of the UDS status, from the rules of docs/safety.md: the whole past is
// kept and looked through. As in naive_machines.hpp.

#include <algorithm>

#include "ocelli/safety/monitor/modes.hpp"
#include "ocelli/safety/monitor/uds_status.hpp"
#include "ocelli/tests/safety/monitor/naive_machines.hpp"

namespace ocelli::safety::test {

/// Modes and faults that may or may not be a sound configuration.
struct RandomModes {
  explicit RandomModes(Random& random) {
    const std::int64_t count = pick(random, 2, 5);
    const std::int64_t capabilities = pick(random, 0, 4);
    for (std::int64_t i = 0; i < count; ++i) {
      ModeConfig mode;
      mode.name = fmt::format("m{}", i);
      for (std::int64_t c = 0; c < capabilities && i + 1 < count; ++c)
        if (pick(random, 0, 2) == 0) mode.needs.push_back(fmt::format("c{}", c));
      mode.recovery = static_cast<Recovery>(pick(random, 0, 2));
      mode.recover_after = std::chrono::milliseconds(pick(random, 0, 4));
      if (i + 1 < count && pick(random, 0, 2) == 0) {
        mode.max_dwell = std::chrono::milliseconds(pick(random, 1, 8));
        mode.then = fmt::format("m{}", pick(random, i + 1, count - 1));
      }
      modes.push_back(mode);
    }
    for (std::int64_t i = pick(random, 1, 5); i > 0; --i) {
      FaultConfig fault;
      fault.id = fmt::format("f{}", i);
      if (pick(random, 0, 1) == 0) fault.mode = fmt::format("m{}", pick(random, 0, count - 1));
      for (std::int64_t c = 0; c < capabilities; ++c)
        if (pick(random, 0, 2) == 0) fault.takes.push_back(fmt::format("c{}", c));
      faults.push_back(fault);
    }
  }
  std::vector<ModeConfig> modes;
  std::vector<FaultConfig> faults;
};

/// Looks for the best mode by names, and back along the ticks for the hysteresis. Times in ms.
struct NaiveModes {
  const RandomModes& of;
  struct Past {
    std::int64_t at;
    std::size_t best;  // what the faults of that tick left possible
  };
  std::vector<std::size_t> active{};  // a fault as often as it was raised
  std::size_t mode = 0;
  std::vector<Past> here{};  // ticks since the mode was entered
  std::int64_t entered = -1;
  bool requested = false;
  std::size_t raised_last = 0;

  [[nodiscard]] std::size_t number(const std::string& name) const {
    for (std::size_t i = 0; i < of.modes.size(); ++i)
      if (of.modes[i].name == name) return i;
    return 0;
  }
  [[nodiscard]] bool possible(std::size_t candidate) const {
    for (const std::size_t f : active) {
      if (candidate < number(of.faults[f].mode)) return false;
      for (const std::string& taken : of.faults[f].takes)
        for (const std::string& needed : of.modes[candidate].needs)
          if (taken == needed) return false;
    }
    return true;
  }
  /// Since when every tick would have allowed a better mode, and none a worse one than the tick before; -1: not now.
  [[nodiscard]] std::int64_t better_since() const {
    std::int64_t since = -1;
    for (std::size_t back = here.size(); back-- > 0 && here[back].best < mode;) {
      since = here[back].at;
      const bool grew = back > 0 && here[back - 1].best < here[back].best;
      if (grew) break;
    }
    return since;
  }
  std::string enter(std::size_t to, std::int64_t now, const std::string& cause) {
    const std::string change = fmt::format("{}->{} by {}", mode, to, cause);
    mode = to;
    entered = now;
    here.clear();
    requested = false;
    return change;
  }
  std::string tick(std::int64_t now) {
    if (entered < 0) entered = now;
    std::size_t best = 0;
    while (!possible(best)) ++best;
    here.push_back({now, best});
    if (best > mode) return enter(best, now, of.faults[raised_last].id);
    const ModeConfig& config = of.modes[mode];
    const std::int64_t since = better_since();
    const bool healed = since >= 0 && std::chrono::milliseconds(now - since) >= config.recover_after;
    const bool agreed =
        config.recovery == Recovery::kAutomatic || (config.recovery == Recovery::kOnRequest && requested);
    if (healed && agreed) return enter(best, now, "nobody");
    if (!config.then.empty() && std::chrono::milliseconds(now - entered) >= config.max_dwell)
      return enter(number(config.then), now, "nobody");
    return "";
  }
};

inline std::string differences_modes(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  std::uint64_t compared = 0;
  while (compared < sequences) {
    const RandomModes config(random);
    auto created = ModeMachine::create(config.modes, config.faults);
    if (!created) continue;
    for (int repeat = 0; repeat < 20; ++repeat, ++compared) {
      ModeMachine real = *created;
      NaiveModes naive{config};
      std::int64_t now = 0;
      for (int step = 0; step < 30; ++step) {
        const auto fault =
            static_cast<std::size_t>(pick(random, 0, static_cast<std::int64_t>(config.faults.size()) - 1));
        const auto raised = std::ranges::find(naive.active, fault);
        const std::int64_t dice = pick(random, 0, 9);
        if (dice < 2) {
          naive.active.push_back(fault);
          naive.raised_last = fault;
          real.raise(static_cast<std::uint32_t>(fault));
        } else if (dice < 5 && raised != naive.active.end()) {
          naive.active.erase(raised);
          real.clear(static_cast<std::uint32_t>(fault));
        } else if (dice == 5) {
          naive.requested = true;
          real.request_recovery();
        }
        now += pick(random, 0, 2);
        const std::string expected = naive.tick(now);
        const auto change = real.tick(Time{std::chrono::milliseconds(now)});
        const std::string got =
            !change ? ""
                    : fmt::format("{}->{} by {}", change->from, change->to,
                                  change->cause == kNoFault ? "nobody" : config.faults[change->cause].id);
        if (got != expected || real.mode() != naive.mode ||
            real.since() != Time{std::chrono::milliseconds(naive.entered)})
          return fmt::format("mode sequence {} step {}: '{}' expected, got '{}'", compared, step, expected, got);
        for (int c = 0; c < 4; ++c) {
          const std::string capability = fmt::format("c{}", c);
          const bool taken = std::ranges::any_of(naive.active, [&](std::size_t f) {
            return std::ranges::find(config.faults[f].takes, capability) != config.faults[f].takes.end();
          });
          const bool needed = std::ranges::any_of(config.modes, [&](const ModeConfig& mode) {
            return std::ranges::find(mode.needs, capability) != mode.needs.end();
          });
          if (real.has(capability) != !(taken && needed))
            return fmt::format("mode sequence {} step {}: capability {}", compared, step, capability);
        }
      }
    }
  }
  return "";
}

/// The status byte out of all cycles since the last clear: each a string of f(ailed) and p(assed).
inline int naive_uds(const std::vector<std::string>& cycles, std::uint32_t confirm, std::uint32_t heal,
                     std::uint32_t age) {
  const auto failed = [](const std::string& cycle) { return cycle.find('f') != std::string::npos; };
  std::string all;
  std::uint32_t failed_in_a_row = 0;
  std::uint32_t passed_in_a_row = 0;
  bool confirmed = false;
  bool warned = false;
  bool pending = false;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    all += cycles[i];
    const bool over = i + 1 < cycles.size();
    if (failed(cycles[i])) {
      pending = true;
      passed_in_a_row = 0;
      if (++failed_in_a_row >= confirm) confirmed = warned = true;
    } else if (over && !cycles[i].empty()) {
      pending = false;
      failed_in_a_row = 0;
      if (!confirmed) continue;
      ++passed_in_a_row;
      if (warned && passed_in_a_row == heal) {
        warned = false;
        passed_in_a_row = 0;
      } else if (!warned && passed_in_a_row == age) {
        confirmed = false;
        passed_in_a_row = 0;
      }
    }
  }
  return (!all.empty() && all.back() == 'f' ? 1 : 0) | (failed(cycles.back()) ? 2 : 0) | (pending ? 4 : 0) |
         (confirmed ? 8 : 0) | (all.empty() ? 16 : 0) | (failed(all) ? 32 : 0) | (cycles.back().empty() ? 64 : 0) |
         (warned ? 128 : 0);
}

inline std::string differences_uds(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto confirm = static_cast<std::uint32_t>(pick(random, 1, 3));
    const auto heal = static_cast<std::uint32_t>(pick(random, 1, 3));
    const auto age = static_cast<std::uint32_t>(pick(random, 1, 4));
    UdsStatus real(confirm, heal, age);
    std::vector<std::string> cycles{""};
    const std::int64_t rarity = pick(random, 2, 8);
    for (int step = 0; step < 40; ++step) {
      const std::int64_t dice = pick(random, 0, 40);
      if (dice == 0) {
        cycles = {""};
        real.clear_all();
      } else if (dice < 18) {
        cycles.emplace_back();
        real.begin_cycle();
      } else if (pick(random, 0, rarity) == 0) {
        cycles.back() += 'f';
        real.failed();
      } else {
        cycles.back() += 'p';
        real.passed();
      }
      const int expected = naive_uds(cycles, confirm, heal, age);
      if (real.byte() != expected)
        return fmt::format("UDS sequence {} step {}: {:#04x} expected, got {:#04x}", i, step, expected, real.byte());
    }
  }
  return "";
}

}  // namespace ocelli::safety::test
