#pragma once
// Random sequences through the supervision and debounce machines and through their twins. Each `differences_…` returns
// a description of the first difference, "" when there is none.

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ocelli/safety/monitor/debounce.hpp"
#include "ocelli/safety/monitor/node_supervisor.hpp"
#include "ocelli/safety/monitor/supervision.hpp"
#include "ocelli/tests/safety/monitor/twin_supervision.hpp"

namespace ocelli::safety::test {

using Random = std::mt19937_64;
inline std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}
inline Time at_ms(std::int64_t ms) { return Time{std::chrono::milliseconds(ms)}; }

inline std::string differences_alive(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto min = static_cast<std::uint32_t>(pick(random, 0, 5));
    const auto max = min + static_cast<std::uint32_t>(pick(random, 0, 3));
    const auto tolerance = static_cast<std::uint32_t>(pick(random, 0, 4));
    AliveSupervision real(min, max, tolerance);
    TwinAlive twin(min, max, tolerance);
    for (int step = 0; step < 30; ++step) {
      const std::int64_t dice = pick(random, 0, 99);
      if (dice == 0) {
        real.reset();
        twin.reset();
      } else if (dice == 1) {
        real.lose_data();
        twin.lose_data();
      } else {
        const auto n = static_cast<std::uint32_t>(dice < 60 ? pick(random, min, max) : pick(random, 0, 10));
        real.end_cycle(n);
        twin.end_cycle(n);
      }
      if (to_string(real.status()) != twin.status() || real.failed_cycles() != twin.failed_cycles())
        return fmt::format("alive sequence {} step {}: {} expected", i, step, twin.status());
    }
  }
  return "";
}

/// Activations with stamps of their own, judged by ticks that come when they like.
inline std::string differences_alive_cycles(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    NodeConfig config;
    const std::int64_t cycle = pick(random, 1, 6);
    config.alive = {.cycle = std::chrono::milliseconds(cycle),
                    .min = static_cast<std::uint32_t>(pick(random, 0, 2)),
                    .max = static_cast<std::uint32_t>(pick(random, 2, 4)),
                    .tolerance = static_cast<std::uint32_t>(pick(random, 0, 4))};
    NodeSupervisor real = *NodeSupervisor::create(config);
    TwinAliveCycles twin(cycle, config.alive.min, config.alive.max, config.alive.tolerance);
    std::int64_t now = pick(random, 0, 9);
    const std::int64_t pace = pick(random, 1, 6);
    for (int step = 0; step < 40; ++step) {
      now += pick(random, 0, 30) == 0 ? pick(random, 1, 200) : pick(random, 0, pace);
      if (pick(random, 0, 2) > 0) {
        Observation activation;
        activation.kind = ObservationKind::kActivation;
        activation.observed_at = at_ms(now);
        real.observe(activation);
        twin.indicate(now);
        continue;
      }
      real.tick(at_ms(now));
      twin.settle(now);
      if (to_string(real.status()) != twin.status() || static_cast<std::int64_t>(real.cycles()) != twin.cycles())
        return fmt::format("alive cycles sequence {} step {}: {} in cycle {} expected", i, step, twin.status(),
                           twin.cycles());
    }
  }
  return "";
}

inline std::string differences_global(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto tolerance = static_cast<std::uint32_t>(pick(random, 0, 4));
    GlobalSupervision real(tolerance);
    TwinGlobal twin(tolerance);
    const std::int64_t rarity = pick(random, 2, 30);
    for (int step = 0; step < 20; ++step) {
      std::vector<LocalStatus> locals(static_cast<std::size_t>(pick(random, 0, 3)));
      std::vector<std::string> names;
      for (LocalStatus& local : locals) {
        const std::int64_t dice = pick(random, 0, rarity);
        local = dice == 0 ? LocalStatus::kExpired : dice == 1 ? LocalStatus::kFailed : LocalStatus::kOk;
        names.emplace_back(to_string(local));
      }
      const std::string expected = twin.end_cycle(names);
      const std::string got(to_string(real.end_cycle(locals)));
      const std::int64_t culprit = real.first_expired() ? static_cast<std::int64_t>(*real.first_expired()) : -1;
      if (got != expected || culprit != twin.first_expired() || !real.is_intact())
        return fmt::format("global sequence {} step {}: {} expected, got {}", i, step, expected, got);
    }
  }
  return "";
}

inline std::string differences_firm(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t k = pick(random, 1, pick(random, 0, 9) == 0 ? 64 : 12);
    const std::int64_t m = pick(random, 1, k);
    FirmWindow real(static_cast<std::uint32_t>(m), static_cast<std::uint32_t>(k));
    TwinFirm twin(static_cast<int>(m), static_cast<int>(k));
    for (int step = 0; step < 70; ++step) {
      const bool is_hit = pick(random, 0, 3) > 0;
      const bool expected = twin.add(is_hit);
      if (real.add(is_hit) != expected || static_cast<int>(real.hits()) != twin.hits())
        return fmt::format("(m,k) sequence {} step {}: {} hits expected", i, step, twin.hits());
    }
  }
  return "";
}

inline std::string differences_deadline(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t min = pick(random, 0, 3);
    const std::int64_t max = min + pick(random, 0, 4);
    DeadlineSupervision real{std::chrono::milliseconds(min), std::chrono::milliseconds(max)};
    TwinDeadline twin(min, max);
    std::int64_t now = 0;
    for (int step = 0; step < 25; ++step) {
      now += pick(random, 0, 2);
      const std::int64_t dice = pick(random, 0, 99);
      if (dice == 0) {
        real.reset();
        twin.reset();
      } else if (dice == 1) {
        real.lose_data();
        twin.lose_data();
      } else if (dice < 35) {
        real.start(at_ms(now));
        twin.start(now);
      } else if (dice < 70) {
        real.end(at_ms(now));
        twin.end(now);
      } else {
        real.tick(at_ms(now));
        twin.tick(now);
      }
      if (to_string(real.status()) != twin.status() || real.running_since().has_value() != twin.running())
        return fmt::format("deadline sequence {} step {}: {} expected", i, step, twin.status());
    }
  }
  return "";
}

/// A graph of up to six checkpoints, sound or not.
struct RandomGraph {
  explicit RandomGraph(Random& random) {
    const std::int64_t n = pick(random, 1, 6);
    for (std::int64_t from = 0; from < n; ++from) {
      CheckpointConfig checkpoint;
      checkpoint.name = std::to_string(from);
      checkpoint.topic = "t";
      checkpoint.is_initial = pick(random, 0, 2) == 0;
      checkpoint.is_final = pick(random, 0, 2) == 0;
      successors.emplace_back();
      for (std::int64_t to = 0; to < n && !checkpoint.is_final; ++to) {
        if (pick(random, 0, 1) != 0) continue;
        checkpoint.next.push_back(std::to_string(to));
        successors.back().push_back(static_cast<int>(to));
      }
      initial.push_back(checkpoint.is_initial);
      final_ones.push_back(checkpoint.is_final);
      checkpoints.push_back(checkpoint);
    }
  }
  /// Mostly a legal step after the checkpoint (-1: none before).
  [[nodiscard]] int step(Random& random, int before) const {
    const auto n = static_cast<std::int64_t>(checkpoints.size());
    std::vector<int> legal;
    if (before >= 0 && before < n && !final_ones[static_cast<std::size_t>(before)])
      legal = successors[static_cast<std::size_t>(before)];
    else
      for (int c = 0; c < n; ++c)
        if (initial[static_cast<std::size_t>(c)]) legal.push_back(c);
    if (legal.empty() || pick(random, 0, 9) == 0) return static_cast<int>(pick(random, 0, n));
    return legal[static_cast<std::size_t>(pick(random, 0, static_cast<std::int64_t>(legal.size()) - 1))];
  }
  std::vector<CheckpointConfig> checkpoints;
  std::vector<std::vector<int>> successors;
  std::vector<bool> initial;
  std::vector<bool> final_ones;
};

inline std::string differences_logical(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t compared = 0; compared < sequences;) {
    const RandomGraph drawn(random);
    const auto graph = CheckpointGraph::create(drawn.checkpoints);
    if (!graph) continue;
    for (int repeat = 0; repeat < 20; ++repeat, ++compared) {
      LogicalSupervision real(*graph);
      TwinLogical twin(drawn.successors, drawn.initial, drawn.final_ones);
      int last = -1;
      for (int step = 0; step < 15; ++step) {
        last = drawn.step(random, last);
        real.reach(static_cast<std::uint32_t>(last));
        twin.reach(last);
        if (pick(random, 0, 29) == 0) {
          real.reset();
          twin.reset();
          last = -1;
        }
        if (to_string(real.status()) != twin.status())
          return fmt::format("logical sequence {} step {}: {} expected", compared, step, twin.status());
      }
    }
  }
  return "";
}

inline constexpr const char* kReports[] = {"none", "pre_passed", "pre_failed", "passed", "failed"};

inline DebounceConfig random_counter(Random& random) {
  DebounceConfig config;
  config.failed_threshold = static_cast<std::int32_t>(pick(random, 1, 127));
  config.passed_threshold = static_cast<std::int32_t>(-pick(random, 1, 128));
  config.increment = static_cast<std::int32_t>(pick(random, 1, 40));
  config.decrement = static_cast<std::int32_t>(pick(random, 1, 40));
  config.jumps_up = pick(random, 0, 1) == 0;
  config.jumps_down = pick(random, 0, 1) == 0;
  config.jump_up_value =
      static_cast<std::int32_t>(pick(random, config.passed_threshold + 1, config.failed_threshold - 1));
  config.jump_down_value =
      static_cast<std::int32_t>(pick(random, config.passed_threshold + 1, config.failed_threshold - 1));
  return config;
}
inline TwinCounterDebounce::Config twin_of(const DebounceConfig& config) {
  return {config.increment, config.decrement,     config.failed_threshold, config.passed_threshold,
          config.jumps_up,  config.jump_up_value, config.jumps_down,       config.jump_down_value};
}
/// Of ten pre-qualified reports `bias` are bad.
inline Report random_report(Random& random, std::int64_t bias) {
  const std::int64_t dice = pick(random, 0, 39);
  if (dice < 3) return dice == 0 ? Report::kFailed : dice == 1 ? Report::kPassed : Report::kNone;
  return dice % 10 < bias ? Report::kPreFailed : Report::kPrePassed;
}

inline std::string differences_counter_debounce(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const DebounceConfig config = random_counter(random);
    CounterDebounce real(config);
    TwinCounterDebounce twin(twin_of(config));
    const std::int64_t bias = pick(random, 1, 9);
    for (int step = 0; step < 40; ++step) {
      const Report report = random_report(random, bias);
      real.report(report);
      twin.report(kReports[static_cast<std::size_t>(report)]);
      if (pick(random, 0, 99) == 0) {
        real.reset();
        twin.reset();
      }
      if (real.counter() != twin.counter() || real.fdc() != twin.fdc() || real.is_failed() != twin.failed() ||
          real.is_passed() != twin.passed())
        return fmt::format("counter debounce sequence {} step {}: counter {} expected", i, step, twin.counter());
    }
  }
  return "";
}

inline std::string differences_time_debounce(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t fail_after = pick(random, 0, 6);
    const std::int64_t pass_after = pick(random, 0, 6);
    TimeDebounce real(debounce_by_time(std::chrono::milliseconds(fail_after), std::chrono::milliseconds(pass_after)));
    TwinTimeDebounce twin(fail_after, pass_after);
    std::int64_t now = 0;
    for (int step = 0; step < 30; ++step) {
      now += pick(random, 0, 3);
      const auto report = static_cast<Report>(pick(random, 0, 9) < 7 ? pick(random, 0, 2) : pick(random, 0, 4));
      real.report(report, at_ms(now));
      twin.report(kReports[static_cast<std::size_t>(report)], now);
      if (pick(random, 0, 1) == 0) {
        real.tick(at_ms(now));
        twin.tick(now);
      }
      if (real.is_failed() != twin.failed() || real.is_passed() != twin.passed() || real.fdc() != twin.fdc())
        return fmt::format("time debounce sequence {} step {}: FDC {} expected, got {}", i, step, twin.fdc(),
                           real.fdc());
    }
  }
  return "";
}

}  // namespace ocelli::safety::test
