// Every state machine against its second implementation; a million sequences each run in ./dev night.
#include <gtest/gtest.h>

#include "ocelli/tests/safety/monitor/differences_faults.hpp"
#include "ocelli/tests/safety/monitor/differences_supervision.hpp"

namespace ocelli::safety::test {
namespace {

constexpr std::uint64_t kSequences = 5000;

TEST(StateMachines, AgreeWithTheirTwins) {
  RecordProperty("verifies", "REQ-MON-009");
  EXPECT_EQ(differences_alive(kSequences, 1), "");
  EXPECT_EQ(differences_alive_cycles(kSequences, 10), "");
  EXPECT_EQ(differences_global(kSequences, 2), "");
  EXPECT_EQ(differences_firm(kSequences, 3), "");
  EXPECT_EQ(differences_deadline(kSequences, 4), "");
  EXPECT_EQ(differences_logical(kSequences, 5), "");
  EXPECT_EQ(differences_counter_debounce(kSequences, 6), "");
  EXPECT_EQ(differences_time_debounce(kSequences, 7), "");
  EXPECT_EQ(differences_modes(kSequences, 8), "");
  EXPECT_EQ(differences_uds(kSequences, 9), "");
  EXPECT_EQ(differences_fault(kSequences, 11), "");
}

}  // namespace
}  // namespace ocelli::safety::test
