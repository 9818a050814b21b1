#pragma once
// Random sequences through the two state machines of an E2E receiver, and through their twins; each function returns a
// description of the first difference, "" when there is none.

#include <string>

#include "ocelli/middleware/e2e/counter.hpp"
#include "ocelli/middleware/e2e/state_machine.hpp"
#include "ocelli/tests/safety/monitor/differences_supervision.hpp"
#include "ocelli/tests/safety/monitor/twin_faults.hpp"

namespace ocelli::safety::test {

inline std::string differences_counter(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const std::int64_t modulo = pick(random, 2, 40);
    const std::int64_t most = pick(random, 1, modulo - 1);
    TwinCounter twin(modulo, most);
    std::int64_t last = modulo - 1;
    for (int step = 0; step < 10; ++step) {
      const std::int64_t rx = pick(random, 0, modulo);
      const auto real = e2e::evaluate_counter(static_cast<std::uint64_t>(last), static_cast<std::uint64_t>(rx),
                                              static_cast<std::uint64_t>(most), static_cast<std::uint64_t>(modulo));
      const std::string expected = twin.step(rx);
      if (to_string(real) != expected)
        return fmt::format("counter sequence {} step {}: {} after {} of {}: {} expected", i, step, rx, last, modulo,
                           expected);
      if (rx < modulo) last = rx;
    }
  }
  return "";
}

inline e2e::StateLimits random_limits(Random& random) {
  const std::int64_t window = pick(random, 1, pick(random, 0, 9) == 0 ? 255 : 8);
  return e2e::StateLimits{static_cast<std::uint32_t>(window), static_cast<std::uint32_t>(pick(random, 0, window)),
                          static_cast<std::uint32_t>(pick(random, 0, window))};
}

/// Every hundredth sequence is long enough for the largest window to go round.
inline std::string differences_e2e(std::uint64_t sequences, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const e2e::StateMachineConfig config{random_limits(random), random_limits(random), random_limits(random)};
    const auto number = [](std::uint32_t value) { return static_cast<int>(value); };
    e2e::StateMachine real(config);
    TwinE2eSm twin({1, number(config.init.most_errors), number(config.init.least_ok), number(config.valid.most_errors),
                    number(config.valid.least_ok), number(config.invalid.most_errors), number(config.invalid.least_ok),
                    number(config.init.window), number(config.valid.window), number(config.invalid.window)});
    const std::int64_t bias = pick(random, 0, 5);
    const int steps = i % 100 == 0 ? 900 : 30;
    for (int step = 0; step < steps; ++step) {
      const auto result = static_cast<e2e::CheckStatus>(pick(random, 0, 2) == 0 ? bias : pick(random, 0, 5));
      const std::string expected = twin.check(std::string(to_string(result)));
      if (to_string(real.step(result)) != expected)
        return fmt::format("E2E sequence {} step {}: {} expected", i, step, expected);
    }
  }
  return "";
}

}  // namespace ocelli::safety::test
