// A million random sequences through every state machine of the safety core and its twin: no difference.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "ocelli/middleware/e2e/state_machine.hpp"
#include "ocelli/safety/monitor/modes.hpp"
#include "ocelli/safety/monitor/supervision.hpp"
#include "ocelli/tests/middleware/e2e/differences_receiver.hpp"
#include "ocelli/tests/safety/monitor/differences_faults.hpp"
#include "ocelli/tests/safety/monitor/differences_supervision.hpp"

namespace ocelli::safety::test {
namespace {

/// OCELLI_SEQUENCES for fewer or more; 0 when it is no number.
std::uint64_t sequences() {
  const char* wanted = std::getenv("OCELLI_SEQUENCES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1'000'000;
}

using Differences = std::string (*)(std::uint64_t sequences, std::uint64_t seed);
class MillionSequences : public testing::TestWithParam<std::pair<const char*, Differences>> {};

TEST_P(MillionSequences, ShowNoDifference) {
  ASSERT_GT(sequences(), 0U) << "OCELLI_SEQUENCES must be a number above 0";
  EXPECT_EQ(GetParam().second(sequences(), 2026), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, MillionSequences,
    testing::Values(std::pair{"alive", &differences_alive}, std::pair{"alive_cycles", &differences_alive_cycles},
                    std::pair{"global", &differences_global}, std::pair{"firm", &differences_firm},
                    std::pair{"deadline", &differences_deadline}, std::pair{"logical", &differences_logical},
                    std::pair{"counter_debounce", &differences_counter_debounce},
                    std::pair{"time_debounce", &differences_time_debounce}, std::pair{"fault", &differences_fault},
                    std::pair{"modes", &differences_modes}, std::pair{"uds", &differences_uds},
                    std::pair{"counter", &differences_counter}, std::pair{"e2e", &differences_e2e}),
    [](const auto& machine) { return std::string(machine.param.first); });

}  // namespace
}  // namespace ocelli::safety::test
