#pragma once
// Second implementations of the state machines, from the tables of reference/safety.md, slow and plain: whole
// histories are kept and looked through. Each `differences_…` runs random sequences through both and returns a
// description of the first difference, "" when there is none.

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ocelli/middleware/e2e/counter.hpp"
#include "ocelli/middleware/e2e/state_machine.hpp"
#include "ocelli/safety/monitor/debounce.hpp"
#include "ocelli/safety/monitor/supervision.hpp"

namespace ocelli::safety::test {

using Random = std::mt19937_64;
inline std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

/// The table of alive supervision, column by column.
struct NaiveAlive {
  std::int64_t min, max, tolerance;
  std::string state = "OK";
  std::int64_t f = 0;
  std::string step(std::int64_t n) {
    const bool bad = n < min || n > max;
    if (state == "EXPIRED") return state;
    if (state == "OK" && bad && f < tolerance) {
      state = "FAILED";
      f = f + 1;
    } else if (state == "OK" && bad) {
      state = "EXPIRED";
    } else if (state == "FAILED" && bad) {
      f = f + 1;
      if (f > tolerance) state = "EXPIRED";
    } else if (state == "FAILED") {
      f = f - 1;
      if (f == 0) state = "OK";
    }
    return state;
  }
};

inline std::string differences_alive(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto min = static_cast<std::uint32_t>(pick(random, 0, 5));
    const auto max = min + static_cast<std::uint32_t>(pick(random, 0, 3));
    const auto tolerance = static_cast<std::uint32_t>(pick(random, 0, 4));
    AliveSupervision real(min, max, tolerance);
    NaiveAlive naive{min, max, tolerance};
    for (int step = 0; step < 30; ++step) {
      const auto n = static_cast<std::uint32_t>(pick(random, 0, 9) < 6 ? pick(random, min, max) : pick(random, 0, 10));
      const std::string expected = naive.step(n);
      if (to_string(real.end_cycle(n)) != expected || to_string(real.status()) != expected ||
          real.failed_cycles() != naive.f)
        return fmt::format("alive sequence {} step {}: {} expected", i, step, expected);
    }
  }
  return "";
}

/// Global status, by looking at the whole past.
struct NaiveGlobal {
  std::int64_t tolerance;
  std::vector<std::string> states{};  // of the past cycles
  std::int64_t first = -1;
  std::string step(const std::vector<LocalStatus>& locals) {
    bool expired = false;
    bool failed = false;
    for (std::size_t i = 0; i < locals.size(); ++i) {
      if (locals[i] == LocalStatus::kExpired && first < 0) first = static_cast<std::int64_t>(i);
      expired = expired || locals[i] == LocalStatus::kExpired;
      failed = failed || locals[i] == LocalStatus::kFailed;
    }
    const std::string before = states.empty() ? "OK" : states.back();
    std::string now = expired ? (tolerance == 0 ? "STOPPED" : "EXPIRED") : failed ? "FAILED" : "OK";
    if (before == "EXPIRED") {
      if (expired) ++further;
      now = further > tolerance ? "STOPPED" : "EXPIRED";
    }
    if (before == "STOPPED") now = "STOPPED";
    states.push_back(now);
    return now;
  }
  std::int64_t further = 0;  // expired cycles after the first
};

inline std::string differences_global(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto tolerance = static_cast<std::uint32_t>(pick(random, 0, 4));
    GlobalSupervision real(tolerance);
    NaiveGlobal naive{tolerance};
    const std::int64_t rarity = pick(random, 2, 30);
    for (int step = 0; step < 20; ++step) {
      std::vector<LocalStatus> locals(static_cast<std::size_t>(pick(random, 0, 3)));
      for (LocalStatus& local : locals) {
        const std::int64_t dice = pick(random, 0, rarity);
        local = dice == 0 ? LocalStatus::kExpired : dice == 1 ? LocalStatus::kFailed : LocalStatus::kOk;
      }
      const std::string expected = naive.step(locals);
      const auto first = real.end_cycle(locals);
      const std::int64_t culprit = real.first_expired() ? static_cast<std::int64_t>(*real.first_expired()) : -1;
      if (to_string(first) != expected || culprit != naive.first || !real.is_intact())
        return fmt::format("global sequence {} step {}: {} expected", i, step, expected);
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
    std::vector<bool> past(static_cast<std::size_t>(k), true);
    for (int step = 0; step < 70; ++step) {
      past.push_back(pick(random, 0, 3) > 0);
      std::int64_t hits = 0;
      for (std::int64_t back = 1; back <= k; ++back) hits += past[past.size() - static_cast<std::size_t>(back)] ? 1 : 0;
      if (real.add(past.back()) != (hits >= m) || real.hits() != hits)
        return fmt::format("(m,k) sequence {} step {}: {} hits expected", i, step, hits);
    }
  }
  return "";
}

/// min <= end - start <= max; overdue by timer. Times in ms.
inline std::string differences_deadline(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t min = pick(random, 0, 3);
    const std::int64_t max = min + pick(random, 0, 4);
    DeadlineSupervision real{std::chrono::milliseconds(min), std::chrono::milliseconds(max)};
    std::string expected = "OK";
    std::int64_t start = -1;
    std::int64_t now = 0;
    for (int step = 0; step < 25; ++step) {
      now += pick(random, 0, 2);
      const Time at{std::chrono::milliseconds(now)};
      const std::int64_t what = pick(random, 0, 2);
      if (what == 0) {
        real.start(at);
        if (start < 0) start = now;
      } else if (what == 1) {
        real.end(at);
        if (start >= 0 && !(min <= now - start && now - start <= max)) expected = "EXPIRED";
        start = -1;
      } else {
        real.tick(at);
        if (start >= 0 && now - start > max) expected = "EXPIRED";
      }
      if (to_string(real.status()) != expected || real.running_since().has_value() != (start >= 0))
        return fmt::format("deadline sequence {} step {}: {} expected", i, step, expected);
    }
  }
  return "";
}

/// A graph as a matrix; a run begins at an initial checkpoint and is over after a final one.
inline std::string differences_logical(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  std::uint64_t compared = 0;
  while (compared < sequences) {
    const std::int64_t n = pick(random, 1, 6);
    std::vector<CheckpointConfig> checkpoints;
    std::vector<std::vector<bool>> edge(static_cast<std::size_t>(n), std::vector<bool>(static_cast<std::size_t>(n)));
    for (std::int64_t from = 0; from < n; ++from) {
      CheckpointConfig checkpoint;
      checkpoint.name = std::to_string(from);
      checkpoint.topic = "t";
      checkpoint.is_initial = pick(random, 0, 2) == 0;
      checkpoint.is_final = pick(random, 0, 2) == 0;
      for (std::int64_t to = 0; to < n && !checkpoint.is_final; ++to)
        if (pick(random, 0, 1) == 0) {
          checkpoint.next.push_back(std::to_string(to));
          edge[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)] = true;
        }
      checkpoints.push_back(checkpoint);
    }
    const auto graph = CheckpointGraph::create(checkpoints);
    if (!graph) continue;
    for (int repeat = 0; repeat < 20; ++repeat) {
      LogicalSupervision real(*graph);
      std::string expected = "OK";
      std::int64_t last = -1;
      for (int step = 0; step < 15; ++step) {
        std::int64_t to = pick(random, 0, 19) == 0 ? n : pick(random, 0, n - 1);
        for (int tries = 0; tries < 8 && pick(random, 0, 9) > 0; ++tries) {
          const bool fits = to < n && (last < 0 ? checkpoints[static_cast<std::size_t>(to)].is_initial
                                                : edge[static_cast<std::size_t>(last)][static_cast<std::size_t>(to)]);
          if (fits) break;
          to = pick(random, 0, n - 1);
        }
        const bool legal = to < n && (last < 0 ? checkpoints[static_cast<std::size_t>(to)].is_initial
                                               : edge[static_cast<std::size_t>(last)][static_cast<std::size_t>(to)]);
        if (!legal) expected = "EXPIRED";
        last = legal && !checkpoints[static_cast<std::size_t>(to)].is_final ? to : -1;
        if (to_string(real.reach(static_cast<std::uint32_t>(to))) != expected)
          return fmt::format("logical sequence {} step {}: {} expected", compared, step, expected);
      }
      ++compared;
    }
  }
  return "";
}

/// Reports of the counter debounce in floating point, one rule per line of the reference.
inline std::string differences_counter_debounce(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
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
    CounterDebounce real(config);
    double counter = 0;
    bool failed = false;
    bool passed = false;
    const std::int64_t bias = pick(random, 1, 9);
    for (int step = 0; step < 40; ++step) {
      const std::int64_t dice = pick(random, 0, 39);
      const Report report = dice == 0   ? Report::kFailed
                            : dice == 1 ? Report::kPassed
                            : dice == 2 ? Report::kNone
                                        : (dice % 10 < bias ? Report::kPreFailed : Report::kPrePassed);
      if (report == Report::kPreFailed) {
        if (config.jumps_up && counter < config.jump_up_value) counter = config.jump_up_value;
        counter += config.increment;
      }
      if (report == Report::kPrePassed) {
        if (config.jumps_down && counter > config.jump_down_value) counter = config.jump_down_value;
        counter -= config.decrement;
      }
      if (report == Report::kFailed || counter > config.failed_threshold) counter = config.failed_threshold;
      if (report == Report::kPassed || counter < config.passed_threshold) counter = config.passed_threshold;
      if (counter == config.failed_threshold) failed = true, passed = false;
      if (counter == config.passed_threshold) failed = false, passed = true;
      const double fdc = counter >= 0 ? std::floor(counter * 127.0 / config.failed_threshold)
                                      : std::ceil(counter * 128.0 / -config.passed_threshold);
      real.report(report);
      if (real.counter() != counter || real.fdc() != fdc || real.is_failed() != failed || real.is_passed() != passed)
        return fmt::format("counter debounce sequence {} step {}: counter {} expected", i, step, counter);
    }
  }
  return "";
}

/// Time debounce: the reports are kept, and the newest uninterrupted stretch of one direction decides. Times in ms.
inline std::string differences_time_debounce(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t fail_after = pick(random, 0, 6);
    const std::int64_t pass_after = pick(random, 0, 6);
    TimeDebounce real(debounce_by_time(std::chrono::milliseconds(fail_after), std::chrono::milliseconds(pass_after)));
    int direction = 0;  // of the stretch: 1 failing, -1 passing
    bool over = false;  // the stretch has qualified
    std::int64_t fdc = 0;
    std::int64_t since = 0;
    std::string expected = "?";
    std::int64_t now = 0;
    for (int step = 0; step < 30; ++step) {
      now += pick(random, 0, 3);
      const Time at{std::chrono::milliseconds(now)};
      const std::int64_t dice = pick(random, 0, 9);
      const Report report = dice < 3   ? Report::kPreFailed
                            : dice < 6 ? Report::kPrePassed
                            : dice < 8 ? Report::kNone
                            : dice < 9 ? Report::kFailed
                                       : Report::kPassed;
      const int way = report == Report::kPreFailed || report == Report::kFailed   ? 1
                      : report == Report::kPrePassed || report == Report::kPassed ? -1
                                                                                  : 0;
      if (way != 0 && way != direction) {
        direction = way;
        since = now;
        over = false;
        fdc = 0;
      }
      real.report(report, at);
      if (report == Report::kFailed) expected = "failed";
      if (report == Report::kPassed) expected = "passed";
      if (report == Report::kFailed || report == Report::kPassed) over = true;
      const bool ticks = pick(random, 0, 1) == 0;
      if (ticks) real.tick(at);
      const std::int64_t limit = direction > 0 ? fail_after : pass_after;
      const bool immediate = way != 0 && limit == 0;
      if (direction != 0 && (ticks || immediate) && now - since >= limit) {
        expected = direction > 0 ? "failed" : "passed";
        over = true;
      }
      if (over)
        fdc = direction > 0 ? 127 : -128;
      else if (direction != 0 && ticks)
        fdc = (now - since) * (direction > 0 ? 127 : -128) / limit;
      if (real.is_failed() != (expected == "failed") || real.is_passed() != (expected == "passed"))
        return fmt::format("time debounce sequence {} step {}: {} expected", i, step, expected);
      if (real.fdc() != fdc)
        return fmt::format("time debounce sequence {} step {}: FDC {}, expected {}", i, step, real.fdc(), fdc);
    }
  }
  return "";
}

/// Steps are counted one by one around the circle.
inline std::string differences_counter(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t modulo = pick(random, 2, 40);
    const std::int64_t most = pick(random, 1, modulo - 1);
    std::int64_t last = modulo - 1;
    for (int step = 0; step < 10; ++step) {
      const std::int64_t rx = pick(random, 0, modulo);
      std::string expected = "ERROR";
      if (rx < modulo) {
        std::int64_t steps = 0;
        for (std::int64_t at = last; at != rx; at = at + 1 == modulo ? 0 : at + 1) ++steps;
        expected = steps == 0 ? "REPEATED" : steps == 1 ? "OK" : steps <= most ? "OKSOMELOST" : "WRONGSEQUENCE";
      }
      const auto real = e2e::evaluate_counter(static_cast<std::uint64_t>(last), static_cast<std::uint64_t>(rx),
                                              static_cast<std::uint64_t>(most), static_cast<std::uint64_t>(modulo));
      if (to_string(real) != expected)
        return fmt::format("counter sequence {} step {}: {} after {} of {}: {} expected", i, step, rx, last, modulo,
                           expected);
      if (rx < modulo) last = rx;
    }
  }
  return "";
}

/// The E2E state machine with the results of the whole past.
inline std::string differences_e2e(std::uint64_t sequences, std::uint64_t seed) {
  using enum e2e::CheckStatus;
  Random random(seed);
  const auto limits = [&random] {
    const std::int64_t window = pick(random, 0, 9) == 0 ? pick(random, 1, 255) : pick(random, 1, 8);
    return e2e::StateLimits{static_cast<std::uint32_t>(window), static_cast<std::uint32_t>(pick(random, 0, window)),
                            static_cast<std::uint32_t>(pick(random, 0, window))};
  };
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const e2e::StateMachineConfig config{limits(), limits(), limits(), pick(random, 0, 3) == 0};
    e2e::StateMachine real(config);
    std::string state = "NODATA";
    std::vector<e2e::CheckStatus> past;
    const std::int64_t bias = pick(random, 0, 5);
    const int steps = i % 100 == 0 ? 600 : 30;  // 600: a memory of 255 results wraps twice
    for (int step = 0; step < steps; ++step) {
      const auto result = static_cast<e2e::CheckStatus>(pick(random, 0, 2) == 0 ? bias : pick(random, 0, 5));
      if (state == "NODATA") {
        if (result != kError && result != kNoNewData) state = "INIT";
      } else {
        past.push_back(result);
        const e2e::StateLimits& of = state == "INIT" ? config.init : state == "VALID" ? config.valid : config.invalid;
        std::uint32_t ok = 0;
        std::uint32_t err = 0;
        for (std::size_t back = 1; back <= of.window && back <= past.size(); ++back) {
          const e2e::CheckStatus one = past[past.size() - back];
          if (one == kOk || one == kOkSomeLost) ++ok;
          if (one == kError) ++err;
        }
        const bool good = err <= of.most_errors && ok >= of.least_ok;
        const std::string before = state;
        if (state == "INIT")
          state = good ? "VALID" : err > of.most_errors ? "INVALID" : "INIT";
        else if (state == "VALID")
          state = good ? "VALID" : "INVALID";
        else
          state = good ? "VALID" : "INVALID";
        if (config.clear_to_invalid && before != "INVALID" && state == "INVALID") past.clear();
      }
      if (to_string(real.step(result)) != state)
        return fmt::format("E2E sequence {} step {}: {} expected", i, step, state);
    }
  }
  return "";
}

}  // namespace ocelli::safety::test
